// Ranges of addresses. Upstream: Go's net.IPNet, as pkg/apis/{core,networking}/validation use it,
// v1.36.3.

/** The bits of an address, as a text of zeros and ones; an IPv4 address in IPv6 form is IPv4. */
function addressBits(address: string): string {
  const bits = address.includes(':') ? longBits(address) : shortBits(address)
  return bits.startsWith(mappedPrefix) && bits.length === 128
    ? bits.slice(mappedPrefix.length)
    : bits
}

const mappedPrefix = '0'.repeat(80) + '1'.repeat(16)

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, '0')
}

function shortBits(address: string): string {
  const parts = address.split('.')
  return parts.map(part => binary(Number(part), 8)).join('')
}

function longBits(address: string): string {
  const [head = '', tail = ''] = address.split('::').map(half =>
    half
      .split(':')
      .filter(group => group !== '')
      .map(group =>
        group.includes('.') ? shortBits(group) : binary(Number.parseInt(group, 16), 16),
      )
      .join(''),
  )
  return head + '0'.repeat(128 - head.length - tail.length) + tail
}

/** Whether a range such as 10.0.0.0/8 holds an address; both are valid. */
export function isInRange(address: string, range: string): boolean {
  const [base = '', length = ''] = range.split('/')
  const [bits, baseBits] = [addressBits(address), addressBits(base)]
  if (bits.length !== baseBits.length) return false
  const leftOut = base.includes(':') ? 128 - baseBits.length : 0
  return bits.startsWith(baseBits.slice(0, Math.max(0, Number(length) - leftOut)))
}

/** Whether one valid range is a real part of another. */
export function isPartOf(inner: string, outer: string): boolean {
  const [start = '', innerLength = ''] = inner.split('/')
  const [, outerLength = ''] = outer.split('/')
  return Number(outerLength) < Number(innerLength) && isInRange(start, outer)
}
