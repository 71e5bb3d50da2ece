// URLs as Go reads them. Port of Go 1.26 net/url: parts and texts of errors.

import { goQuote } from '../../go-text.ts'
import { utf8Bytes, utf8Text } from '../unescape.ts'
import { parseAddress } from './ip-address.ts'

export interface Url {
  readonly scheme: string
  readonly host: string
  /** The path as it is to be sent. */
  readonly escapedPath: string
  readonly query: string
  /** The whole, for comparisons. */
  readonly text: string
}

export type ReadUrl =
  | { readonly ok: true; readonly value: Url }
  | { readonly ok: false; readonly error: string }

/** Thrown inside this file where a part cannot be read. */
class Refused extends Error {}

/** url.ParseRequestURI and then url.Parse of the same text. */
export function parseUrl(text: string): ReadUrl {
  for (const viaRequest of [true, false]) {
    const [body = ''] = viaRequest ? [text] : text.split('#', 1)
    try {
      const url = parse(body, viaRequest)
      if (!viaRequest) return { ok: true, value: withFragment(url, text.slice(body.length)) }
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return { ok: false, error: `parse ${goQuote(body)}: ${error.message}` }
    }
  }
  return { ok: false, error: '' }
}

function withFragment(url: Url, fragment: string): Url {
  return fragment.length > 1 ? { ...url, text: url.text + fragment } : url
}

interface Scheme {
  readonly scheme: string
  readonly rest: string
}

function schemeOf(text: string): Scheme {
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]*)?:/.exec(text)
  if (match === null) return { scheme: '', rest: text }
  if (match[1] === undefined) throw new Refused('missing protocol scheme')
  return { scheme: match[1], rest: text.slice(match[0].length) }
}

function parse(text: string, viaRequest: boolean): Url {
  if (/[\0-\x1f\x7f]/.test(text)) throw new Refused('net/url: invalid control character in URL')
  if (text === '' && viaRequest) throw new Refused('empty url')
  if (text === '*') return { scheme: '', host: '', escapedPath: '*', query: '', text }
  const { scheme: given, rest: behind } = schemeOf(text)
  const scheme = given.toLowerCase()
  const mark = behind.indexOf('?')
  const rest = mark < 0 ? behind : behind.slice(0, mark)
  const query = mark < 0 ? '' : behind.slice(mark + 1)
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { scheme, host: '', escapedPath: '', query, text }
    if (viaRequest) throw new Refused('invalid URI for request')
    if (rest.split('/', 1)[0]?.includes(':')) {
      throw new Refused('first path segment in URL cannot contain colon')
    }
  }
  const hasAuthority =
    (scheme !== '' || (!viaRequest && !rest.startsWith('///'))) && rest.startsWith('//')
  const suffix = mark < 0 ? '' : `?${query}`
  const prefix = scheme === '' ? '' : `${scheme}:`
  if (!hasAuthority) {
    const path = escapedPath(rest)
    return { scheme, host: '', escapedPath: path, query, text: prefix + path + suffix }
  }
  const slash = rest.indexOf('/', 2)
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash)
  const path = slash < 0 ? '' : rest.slice(slash)
  const host = hostOf(scheme, authority)
  const sent = escapedPath(path)
  return { scheme, host, escapedPath: sent, query, text: `${prefix}//${authority}${sent}${suffix}` }
}

function hostOf(scheme: string, authority: string): string {
  const at = authority.lastIndexOf('@')
  const host = parseHost(scheme, authority.slice(at + 1))
  if (at < 0) return host
  const user = authority.slice(0, at)
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) {
    throw new Refused('net/url: invalid userinfo')
  }
  const colon = user.indexOf(':')
  unescape(colon < 0 ? user : user.slice(0, colon), 'user')
  if (colon >= 0) unescape(user.slice(colon + 1), 'user')
  return host
}

function checkPort(port: string): void {
  if (!/^(?::[0-9]*)?$/.test(port)) throw new Refused(`invalid port ${goQuote(port)} after host`)
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf('[')
  if (open > 0) throw new Refused('invalid IP-literal')
  if (open === 0) return parseLiteral(host)
  const colon = host.indexOf(':')
  if (colon >= 0) {
    const isWeb = scheme === 'http' || scheme === 'https'
    checkPort(host.slice(isWeb ? colon : host.lastIndexOf(':')))
  }
  return unescape(host, 'host')
}

function parseLiteral(host: string): string {
  const close = host.lastIndexOf(']')
  if (close < 0) throw new Refused("missing ']' in host")
  const port = host.slice(close + 1)
  checkPort(port)
  const name = host.slice(1, close)
  const zone = name.indexOf('%25')
  const plain =
    zone < 0
      ? unescape(name, 'host')
      : unescape(name.slice(0, zone), 'host') + unescape(name.slice(zone), 'zone')
  const address = parseAddress(plain)
  if (!address.ok) throw new Refused(`invalid host: ${address.error}`)
  if (address.value.bytes.length === 4) throw new Refused('invalid IP-literal')
  return `[${plain}]${unescape(port, 'host')}`
}

type Mode = 'path' | 'host' | 'zone' | 'user' | 'query'

/** What may stand in a host as it is. */
const hostPattern = /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/

function unescape(text: string, mode: Mode): string {
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] as string
    if (character === '%') {
      checkEscape(text.slice(index, index + 3), mode)
      index += 2
    } else if ((mode === 'host' || mode === 'zone') && character < '\x80') {
      if (!hostPattern.test(character)) {
        throw new Refused(`invalid character ${goQuote(character)} in host name`)
      }
    }
  }
  const plain = mode === 'query' ? text.replaceAll('+', ' ') : text
  return plain.includes('%') ? decoded(plain) : plain
}

function checkEscape(escape: string, mode: Mode): void {
  const digits = /^%([0-9a-fA-F]{2})$/.exec(escape)?.[1]
  const refused = new Refused(`invalid URL escape ${goQuote(escape)}`)
  if (digits === undefined) throw refused
  const code = Number.parseInt(digits, 16)
  if (escape === '%25') return
  if (mode === 'host' && code < 0x80) throw refused
  if (mode === 'zone' && code !== 0x20) {
    if (!hostPattern.test(String.fromCharCode(code))) throw refused
  }
}

function decoded(text: string): string {
  const bytes: number[] = []
  for (let index = 0; index < text.length; ) {
    if (text[index] === '%') {
      bytes.push(Number.parseInt(text.slice(index + 1, index + 3), 16))
      index += 3
    } else {
      const character = String.fromCodePoint(text.codePointAt(index) ?? 0)
      bytes.push(...utf8Bytes(character))
      index += character.length
    }
  }
  return utf8Text(Uint8Array.from(bytes)) ?? String.fromCharCode(...bytes)
}

const pathPattern = /^[A-Za-z0-9\-_.~$&+,/:;=@]$/
const validPath = /^(?:[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]]|%)*$/

/** The path as given where that is a valid encoding, else encoded anew. */
function escapedPath(path: string): string {
  const plain = unescape(path, 'path')
  if (validPath.test(path)) return path
  return Array.from(plain, escaped).join('')
}

function escaped(character: string): string {
  if (pathPattern.test(character)) return character
  const bytes = utf8Bytes(character)
  return bytes.map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}

/** Host without port and brackets, and the port. */
export function splitHost(hostPort: string): { readonly name: string; readonly port: string } {
  const colon = hostPort.lastIndexOf(':')
  const hasPort = colon >= 0 && /^:[0-9]*$/.test(hostPort.slice(colon))
  const host = hasPort ? hostPort.slice(0, colon) : hostPort
  const bracketed = host.startsWith('[') && host.endsWith(']')
  return {
    name: bracketed ? host.slice(1, -1) : host,
    port: hasPort ? hostPort.slice(colon + 1) : '',
  }
}

/** The values of each key; what cannot be read is left out. */
export function queryValues(query: string): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue
    const equals = part.indexOf('=')
    const [keyText, valueText] =
      equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]
    const [key, value] = [queryText(keyText), queryText(valueText)]
    if (key === undefined || value === undefined) continue
    values.set(key, [...(values.get(key) ?? []), value])
  }
  return values
}

function queryText(text: string): string | undefined {
  try {
    return unescape(text, 'query')
  } catch (error) {
    if (error instanceof Refused) return undefined
    throw error
  }
}

/** url.ParseRequestURI alone: its complaint, if any. */
export function requestUriError(text: string): string | undefined {
  try {
    parse(text, true)
    return undefined
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return `parse ${goQuote(text)}: ${error.message}`
  }
}
