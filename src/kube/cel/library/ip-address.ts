// IP addresses and networks as Go reads and prints them. Port of Go 1.26 net/netip: results, texts.

import { goQuote } from '../../go-text.ts'

/** 4 or 16 bytes. */
export interface Address {
  readonly bytes: readonly number[]
  readonly zone: string
}

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string }

interface Complaint {
  readonly message: string
  readonly at?: string
}

/** netip.ParseAddr. */
export function parseAddress(text: string): Read<Address> {
  const parsed = read(text)
  if ('bytes' in parsed) return { ok: true, value: parsed }
  const where = parsed.at === undefined ? '' : ` (at ${goQuote(parsed.at)})`
  return { ok: false, error: `ParseAddr(${goQuote(text)}): ${parsed.message}${where}` }
}

function read(text: string): Address | Complaint {
  for (const character of text) {
    if (character === '.') {
      const fields = readFields(text)
      return 'message' in fields ? fields : { bytes: fields, zone: '' }
    }
    if (character === ':') return readSix(text)
    if (character === '%') return { message: 'missing IPv6 address' }
  }
  return { message: 'unable to parse IP' }
}

/** Four decimal numbers. */
function readFields(text: string): readonly number[] | Complaint {
  const fields: number[] = []
  let value = 0
  let digits = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] as string
    if (character >= '0' && character <= '9') {
      if (digits === 1 && value === 0) {
        return { message: 'IPv4 field has octet with leading zero' }
      }
      value = value * 10 + Number(character)
      digits += 1
      if (value > 255) return { message: 'IPv4 field has value >255' }
    } else if (character === '.') {
      if (index === 0 || index === text.length - 1 || text[index - 1] === '.') {
        const message = 'IPv4 field must have at least one digit'
        return { message, at: text.slice(index) }
      }
      if (fields.length === 3) return { message: 'IPv4 address too long' }
      fields.push(value)
      value = 0
      digits = 0
    } else return { message: 'unexpected character', at: text.slice(index) }
  }
  return fields.length < 3 ? { message: 'IPv4 address too short' } : [...fields, value]
}

interface Groups {
  readonly bytes: number[]
  /** Where `::` stands among the bytes; -1 without one. */
  ellipsis: number
  /** What is still to be read. */
  rest: string
}

function readSix(text: string): Address | Complaint {
  const percent = text.indexOf('%')
  const zone = percent < 0 ? '' : text.slice(percent + 1)
  if (percent >= 0 && zone === '') return { message: 'zone must be a non-empty string' }
  const body = percent < 0 ? text : text.slice(0, percent)
  const leading = body.startsWith('::')
  const groups: Groups = {
    bytes: [],
    ellipsis: leading ? 0 : -1,
    rest: leading ? body.slice(2) : body,
  }
  if (leading && groups.rest === '') return { bytes: Array<number>(16).fill(0), zone }
  const complaint = readGroups(groups)
  if (complaint !== undefined) return complaint
  if (groups.rest !== '') return { message: 'trailing garbage after address', at: groups.rest }
  return expanded(groups, zone)
}

function expanded({ bytes, ellipsis }: Groups, zone: string): Address | Complaint {
  if (bytes.length === 16) {
    if (ellipsis < 0) return { bytes, zone }
    return { message: 'the :: must expand to at least one field of zeros' }
  }
  if (ellipsis < 0) return { message: 'address string too short' }
  const zeros = Array<number>(16 - bytes.length).fill(0)
  return { bytes: [...bytes.slice(0, ellipsis), ...zeros, ...bytes.slice(ellipsis)], zone }
}

/** Reads groups of digits until the text or the address is full. */
function readGroups(groups: Groups): Complaint | undefined {
  while (groups.bytes.length < 16) {
    const digits = /^[0-9a-fA-F]*/.exec(groups.rest)?.[0] ?? ''
    const at = groups.rest
    if (digits.length > 4) return { message: 'each group must have 4 or less digits', at }
    if (digits === '') {
      return { message: 'each colon-separated field must have at least one digit', at }
    }
    if (groups.rest[digits.length] === '.') return readEmbedded(groups)
    const value = Number.parseInt(digits, 16)
    groups.bytes.push(value >> 8, value & 0xff)
    groups.rest = groups.rest.slice(digits.length)
    if (groups.rest === '') return undefined
    const complaint = readColon(groups)
    if (complaint !== undefined) return complaint
    if (groups.rest === '') return undefined
  }
  return undefined
}

function readColon(groups: Groups): Complaint | undefined {
  const at = groups.rest
  if (at[0] !== ':') return { message: 'unexpected character, want colon', at }
  if (at.length === 1) return { message: 'colon must be followed by more characters', at }
  groups.rest = at.slice(1)
  if (groups.rest[0] !== ':') return undefined
  if (groups.ellipsis >= 0) return { message: 'multiple :: in address', at: groups.rest }
  groups.ellipsis = groups.bytes.length
  groups.rest = groups.rest.slice(1)
  return undefined
}

/** The end of an address written as four decimal numbers. */
function readEmbedded(groups: Groups): Complaint | undefined {
  const { bytes, ellipsis, rest: at } = groups
  if (ellipsis < 0 && bytes.length !== 12) {
    const message = 'embedded IPv4 address must replace the final 2 fields of the address'
    return { message, at }
  }
  if (bytes.length + 4 > 16) {
    const message = 'too many hex fields to fit an embedded IPv4 at the end of the address'
    return { message, at }
  }
  const fields = readFields(at)
  if ('message' in fields) return fields
  bytes.push(...fields)
  groups.rest = ''
  return undefined
}

/** ::ffff:1.2.3.4 */
export function isMapped({ bytes }: Address): boolean {
  return (
    bytes.length === 16 &&
    bytes.slice(0, 10).every(byte => byte === 0) &&
    bytes[10] === 0xff &&
    bytes[11] === 0xff
  )
}

/** The canonical text (RFC 5952). */
export function addressText(address: Address): string {
  const { bytes, zone } = address
  if (bytes.length === 4) return bytes.join('.')
  const suffix = zone === '' ? '' : `%${zone}`
  if (isMapped(address)) return `::ffff:${bytes.slice(12).join('.')}${suffix}`
  const groups = Array.from(
    { length: 8 },
    (_each, index) => ((bytes[index * 2] as number) << 8) | (bytes[index * 2 + 1] as number),
  )
  return `${groupsText(groups)}${suffix}`
}

/** The first longest run of zeros, of two at least, becomes `::`. */
function groupsText(groups: readonly number[]): string {
  let [start, length] = [-1, 1]
  for (let index = 0; index < groups.length; index += 1) {
    let end = index
    while (end < groups.length && groups[end] === 0) end += 1
    if (end - index > length) [start, length] = [index, end - index]
  }
  const hex = (part: readonly number[]): string => part.map(each => each.toString(16)).join(':')
  if (start < 0) return hex(groups)
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`
}

export interface Prefix {
  readonly address: Address
  readonly bits: number
}

/** netip.ParsePrefix. */
export function parsePrefix(text: string): Read<Prefix> {
  const refuse = (message: string): Read<Prefix> => ({
    ok: false,
    error: `netip.ParsePrefix(${goQuote(text)}): ${message}`,
  })
  const slash = text.lastIndexOf('/')
  if (slash < 0) return refuse("no '/'")
  const address = parseAddress(text.slice(0, slash))
  if (!address.ok) return refuse(address.error)
  if (address.value.zone !== '') return refuse('IPv6 zones cannot be present in a prefix')
  const bitsText = text.slice(slash + 1)
  if (!/^(?:[0-9]|[1-9][0-9]{1,17})$/.test(bitsText)) {
    return refuse(`bad bits after slash: ${goQuote(bitsText)}`)
  }
  const bits = Number(bitsText)
  if (bits > address.value.bytes.length * 8) return refuse('prefix length out of range')
  return { ok: true, value: { address: address.value, bits } }
}

/** The address with all bits behind the prefix cleared. */
export function masked({ address, bits }: Prefix): Prefix {
  const bytes = address.bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, bits - index * 8))
    return byte & (0xff << (8 - kept))
  })
  return { address: { bytes, zone: '' }, bits }
}

/** Whether an address of the same family lies in the network. */
export function contains({ address, bits }: Prefix, other: Address): boolean {
  if (address.bytes.length !== other.bytes.length || other.zone !== '') return false
  const [network, same] = [masked({ address, bits }), masked({ address: other, bits })]
  return network.address.bytes.every((byte, index) => byte === same.address.bytes[index])
}
