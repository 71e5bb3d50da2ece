// IP addresses and networks as numbers. Upstream: netaddr 1.3 ip/__init__.py IPNetwork.

/** An address with the length of its network's prefix. */
export interface Network {
  readonly version: 4 | 6
  /** The address as it was written. */
  readonly ip: bigint
  readonly prefix: number
}

const bits = { 4: 32, 6: 128 } as const

/** The number of addresses. */
export function sizeOf({ version, prefix }: Network): bigint {
  return 1n << BigInt(bits[version] - prefix)
}

/** The first address. */
export function firstOf(network: Network): bigint {
  return network.ip - (network.ip % sizeOf(network))
}

/** The last address. */
export function lastOf(network: Network): bigint {
  return firstOf(network) + sizeOf(network) - 1n
}

/** A network from `10.0.0.1`, `10.0.0.0/8`, `fe80::1/64`, or undefined. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', mask, ...rest] = text.split('/')
  if (rest.length > 0) return undefined
  const parsed = parseAddress(address)
  if (parsed === undefined) return undefined
  const prefix = mask === undefined ? bits[parsed.version] : parsePrefix(mask, parsed.version)
  return prefix === undefined ? undefined : { ...parsed, prefix }
}

function parsePrefix(mask: string, version: 4 | 6): number | undefined {
  if (/^\d+$/.test(mask)) return Number(mask) <= bits[version] ? Number(mask) : undefined
  const parsed = parseAddress(mask)
  if (parsed === undefined || parsed.version !== version) return undefined
  const text = parsed.ip.toString(2).padStart(bits[version], '0')
  if (/^1*0*$/.test(text)) return text.indexOf('0') < 0 ? bits[version] : text.indexOf('0')
  return /^0*1*$/.test(text) ? text.lastIndexOf('0') + 1 : undefined
}

/** An address of either version as a number, or undefined. */
export function parseAddress(
  text: string,
): { readonly version: 4 | 6; readonly ip: bigint } | undefined {
  if (text.includes(':')) {
    const ip = parseV6(text)
    return ip === undefined ? undefined : { version: 6, ip }
  }
  const ip = parseV4(text)
  return ip === undefined ? undefined : { version: 4, ip }
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    return undefined
  }
  return parts.reduce((ip, part) => ip * 256n + BigInt(part), 0n)
}

function parseV6(text: string): bigint | undefined {
  const [head = '', tail, ...rest] = text.split('::')
  if (rest.length > 0) return undefined
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  if (before === undefined || after === undefined) return undefined
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const all = [...before, ...Array.from({ length: missing }, () => 0n), ...after]
  return all.reduce((ip, group) => ip * 65536n + group, 0n)
}

function groups(text: string): bigint[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const last = parts.at(-1) ?? ''
  const result: bigint[] = []
  for (const part of parts) {
    if (part === last && part.includes('.')) {
      const v4 = parseV4(part)
      if (v4 === undefined) return undefined
      result.push(v4 >> 16n, v4 & 0xffffn)
    } else if (/^[\da-fA-F]{1,4}$/.test(part)) result.push(BigInt(`0x${part}`))
    else return undefined
  }
  return result
}

/** The text of an address. */
export function formatAddress(version: 4 | 6, ip: bigint): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map(shift => (ip >> shift) & 255n).join('.')
  const parts = Array.from({ length: 8 }, (_, at) => (ip >> BigInt(112 - 16 * at)) & 0xffffn)
  const text = parts.map(part => part.toString(16))
  const runs = [...text.join(' ').matchAll(/(?:^| )(0(?: 0)+)(?= |$)/g)].map(run => run[1] ?? '')
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  if (longest === '') return text.join(':')
  const count = longest.split(' ').length
  const at = parts.findIndex((_, index) => {
    const window = text.slice(index, index + count)
    return window.length === count && window.every(part => part === '0')
  })
  return `${text.slice(0, at).join(':')}::${text.slice(at + count).join(':')}`
}

/** The text of a network: `10.0.0.1/8`. */
export function formatNetwork(network: Network): string {
  return `${formatAddress(network.version, network.ip)}/${network.prefix}`
}

/** The mask of the network part, or of the host part. */
export function maskOf({ version, prefix }: Network, isHost: boolean): bigint {
  const host = (1n << BigInt(bits[version] - prefix)) - 1n
  return isHost ? host : (1n << BigInt(bits[version])) - 1n - host
}

/** Whether the inner network lies within the outer one. */
export function holds(outer: Network, inner: Network): boolean {
  return (
    outer.version === inner.version &&
    firstOf(inner) >= firstOf(outer) &&
    lastOf(inner) <= lastOf(outer)
  )
}

/** The number of bits of an address. */
export function bitsOf(version: 4 | 6): number {
  return bits[version]
}
