// Host names, addresses, ports and ranges as inventories and patterns write them.
// Port of ansible-core 2.19 parsing/utils/addresses.py: parse_address;
// plugins/inventory/__init__.py: expand_hostname_range.

import { parseInteger } from '../python/integer.ts'
import type { AnsibleVersion } from '../values.ts'
import { Failure } from '../failure.ts'

const numericRange = '\\[(?:[0-9]+:[0-9]+)(?::[0-9]+)?\\]'
const hexadecimalRange = '\\[(?:[0-9a-f]+:[0-9a-f]+)(?::[0-9]+)?\\]'
const letterRange = '\\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\\]'
const word = '[\\p{L}\\p{N}_]'
const label = `(?:${word}|${letterRange})(?:[\\p{L}\\p{N}_-]|${letterRange})*(?<![_-])`
const four = `(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|${numericRange})`
const six = `(?:[0-9a-f]{1,4}|${hexadecimalRange})`

const ipv4 = new RegExp(`^(?:${four}\\.){3}${four}$`, 'i')
const hostname = new RegExp(`^${label}(?:\\.${label})*$`, 'iu')
const ipv6Forms: readonly string[] = [
  `(?:${six}:){7}${six}`,
  `(?:${six}:){1,6}:`,
  `(?:${six}:)(?::${six}){1,6}`,
  `(?:${six}:){2}(?::${six}){1,5}`,
  `(?:${six}:){3}(?::${six}){1,4}`,
  `(?:${six}:){4}(?::${six}){1,3}`,
  `(?:${six}:){5}(?::${six}){1,2}`,
  `(?:${six}:){6}(?::${six})`,
  `:(?::${six}){1,6}`,
  `${six}?::`,
  `(?:0:){6}(?:${six}\\.){3}${six}`,
  `::(?:ffff:)?(?:${six}\\.){3}${six}`,
  `(?:0:){5}ffff:(?:${six}\\.){3}${six}`,
]
const ipv6 = new RegExp(`^(?:${ipv6Forms.join('|')})$`, 'i')
// Before 2.19 only the last form was tied to the end: a beginning that fits is enough.
const ipv6Before219 = new RegExp(
  `^(?:${ipv6Forms.slice(0, -1).join('|')}|${ipv6Forms.at(-1)}$)`,
  'i',
)

const bracketedPort = /^\[(.+)\]:([0-9]+)$/
const hostPort = /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/

/** A host and the port that was written after it. */
export interface Address {
  readonly host: string
  readonly port?: number
}

/** The host and port of a text, or undefined when it is neither name nor address. */
export function parseAddress(
  text: string,
  allowsRanges: boolean,
  version: AnsibleVersion,
): Address | undefined {
  let host = text
  let port: number | undefined
  for (const form of [bracketedPort, hostPort]) {
    const match = form.exec(host)
    if (match === null) continue
    host = match[1] ?? ''
    port = Number(match[2])
  }
  if (host === '' || !isHost(host, version) || (!allowsRanges && host.includes('['))) {
    return undefined
  }
  return port === undefined ? { host } : { host, port }
}

function isHost(text: string, version: AnsibleVersion): boolean {
  const six6 = version === '2.19' ? ipv6 : ipv6Before219
  return ipv4.test(text) || six6.test(text) || hostname.test(text)
}

/** Whether a name is an address, which has no short form. */
export function isAddress(name: string, version: AnsibleVersion): boolean {
  return ipv4.test(name) || (version === '2.19' ? ipv6 : ipv6Before219).test(name)
}

/** Hosts of one line beyond this are taken for a slip, such as `[1:99999999]`. */
const hostsMax = 1_000_000
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** The host names and port of a pattern with or without ranges; throws a Failure. */
export function expandHostPattern(
  pattern: string,
  version: AnsibleVersion,
): { readonly hosts: readonly string[]; readonly port?: number } {
  const address = parseAddress(pattern, true, version) ?? { host: pattern }
  const hosts = address.host.includes('[') ? expandRanges(address.host) : [address.host]
  return address.port === undefined ? { hosts } : { hosts, port: address.port }
}

function expandRanges(text: string): readonly string[] {
  let done: readonly string[] = ['']
  let rest = text
  const results: string[] = []
  // Ranges are expanded from the left; what is behind them is the same for all.
  while (rest.includes('[')) {
    const [head = '', range = '', tail = ''] = parted(rest)
    const names = namesOf(range)
    // Upstream looks at the next range only for a name of this one.
    if (names.length === 0) return []
    done = done.flatMap(before => names.map(name => before + head + name))
    if (done.length > hostsMax) throw new Failure(`host range has more than ${hostsMax} hosts`)
    rest = tail
  }
  for (const name of done) results.push(name + rest)
  return results
}

// The brackets become bars for splitting, as upstream does: a bar in a name breaks it.
function parted(text: string): readonly string[] {
  const parts = text.replace('[', '|').replace(']', '|').split('|')
  if (parts.length === 3) return parts
  throw new Failure(
    parts.length < 3
      ? `not enough values to unpack (expected 3, got ${parts.length})`
      : 'too many values to unpack (expected 3)',
  )
}

function namesOf(range: string): readonly string[] {
  const bounds = range.split(':')
  if (bounds.length !== 2 && bounds.length !== 3) {
    throw new Failure('host range must be begin:end or begin:end:step')
  }
  const begin = bounds[0] === '' ? '0' : (bounds[0] ?? '0')
  const end = bounds[1] ?? ''
  if (end === '') throw new Failure('host range must specify end value')
  const isPadded = begin.startsWith('0') && begin.length > 1
  if (isPadded && begin.length !== end.length) {
    throw new Failure('host range must specify equal-length begin and end formats')
  }
  const step = bounds[2] ?? '1'
  const named = lettersOf(begin, end, step)
  if (named !== undefined) return isPadded ? named.map(name => filled(name, begin.length)) : named
  return numbersOf(begin, end, step).map(number =>
    isPadded ? filled(String(number), begin.length) : String(number),
  )
}

// Bounds are looked up as parts of the alphabet, so `[ab:cd]` counts from a to c.
function lettersOf(begin: string, end: string, step: string): readonly string[] | undefined {
  const first = letters.indexOf(begin)
  const last = letters.indexOf(end)
  if (first < 0 || last < 0) return undefined
  if (first > last) throw new Failure('host range must have begin <= end')
  const by = parseInteger(step)
  if (typeof by !== 'bigint' || by === 0n) return undefined
  const names: string[] = []
  for (let at = first; by > 0n && at <= last; at += Number(by)) names.push(letters[at] as string)
  // A slice that runs backwards from the smaller bound is empty.
  return names
}

function numbersOf(begin: string, end: string, step: string): readonly bigint[] {
  const isWhileHandling = true
  const [first, last, by] = [begin, end, step].map(text => {
    const number = parseInteger(text)
    if (typeof number !== 'bigint') throw new Failure(number.error, { isWhileHandling })
    return number
  }) as [bigint, bigint, bigint]
  if (by === 0n) throw new Failure('range() arg 3 must not be zero', { isWhileHandling })
  const stop = last + 1n
  const count = by > 0n ? (stop - first + by - 1n) / by : (first - stop - by - 1n) / -by
  if (count > BigInt(hostsMax)) throw new Failure(`host range has more than ${hostsMax} hosts`)
  return Array.from(
    { length: Math.max(0, Number(count)) },
    (_, index) => first + BigInt(index) * by,
  )
}

// zfill: zeros go between the sign and the digits.
function filled(text: string, length: number): string {
  const sign = /^[-+]/.exec(text)?.[0] ?? ''
  return sign + text.slice(sign.length).padStart(length - sign.length, '0')
}
