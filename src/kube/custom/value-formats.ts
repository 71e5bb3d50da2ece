// The formats that strings of custom resources are checked for; all others are ignored.
// Upstream: k8s.io/kube-openapi v0.0.0-20260317180543 pkg/validation/strfmt and
// k8s.io/apiextensions-apiserver v0.36.3 pkg/apiserver/validation/formats.go.

import { parseAddress } from '../cel/library/ip-address.ts'
import { isBase64, isDate, isDateTime, isUuid } from '../cel/library/formats.ts'
import { requestUriError } from '../cel/library/url-text.ts'
import { durationOf } from '../cel/scala-duration.ts'
import { utf8Length } from '../go-text.ts'

type Test = (text: string) => boolean

function pattern(expression: RegExp): Test {
  return text => expression.test(text)
}

function isIp(text: string, separator: string): boolean {
  const read = parseAddress(text)
  return read.ok && read.value.zone === '' && text.includes(separator)
}

/** As Go before 1.17 read them: octets may have zeros in front. */
function isIpv4(text: string): boolean {
  if (!text.includes('.')) return false
  return isIp(text.includes(':') ? text : withoutZeros(text), '.')
}

function withoutZeros(text: string): string {
  return text.replace(/(^|\.)0+(?=\d)/g, '$1')
}

function isCidr(text: string): boolean {
  const slash = text.indexOf('/')
  if (slash < 0) return false
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)]
  const isSix = address.includes(':')
  const isAddress = isSix ? isIp(address, ':') : isIpv4(address)
  return isAddress && /^\d+$/.test(bits) && Number(bits) <= (isSix ? 128 : 32)
}

const hexPairs = /^[0-9a-f]{2}(?:(?::[0-9a-f]{2})+|(?:-[0-9a-f]{2})+)$/i
const hexQuads = /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i
const macBytes = [6, 8, 20]

function isMac(text: string): boolean {
  if (!hexPairs.test(text) && !hexQuads.test(text)) return false
  return macBytes.includes(text.replace(/[^0-9a-f]/gi, '').length / 2)
}

const hostname =
  /^(?:[a-zA-Z0-9\p{S}\p{L}](?:-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?|(?:[a-zA-Z0-9\p{S}\p{L}](?:[a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?\.)+[a-zA-Z\p{L}]{2,63})$/u

function isHostname(text: string): boolean {
  if (utf8Length(text) > 255 || text.split('.').some(part => utf8Length(part) > 63)) return false
  return hostname.test(text)
}

/** The addresses that net/mail takes, with or without a name, as far as they are plain. */
function isEmail(text: string): boolean {
  const atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\\-\\u0080-\\u{10ffff}]+"
  const local = `(?:${atom}(?:\\.${atom})*|"(?:[^"\\\\\\r\\n]|\\\\.)*")`
  const address = `${local}@(?:${atom}(?:\\.${atom})*|\\[[^\\]]*\\])`
  const name = `(?:${atom}|"(?:[^"\\\\]|\\\\.)*"|[ \\t.])*`
  return new RegExp(`^[ \\t]*(?:${address}|${name}<${address}>)[ \\t]*$`, 'u').test(text)
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '')
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(digits)) return false
  const sum = Array.from(digits, (digit, at) => (at + 1) * (digit === 'X' ? 10 : Number(digit)))
  return sum.reduce((a, b) => a + b, 0) % 11 === 0
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '')
  if (!/^[0-9]{13}$/.test(digits)) return false
  const sum = Array.from(digits.slice(0, 12), (digit, at) => Number(digit) * (at % 2 === 0 ? 1 : 3))
  const rest = sum.reduce((a, b) => a + b, 0) % 10
  return Number(digits[12]) === (10 - rest) % 10
}

const card =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/

/** The digits of a card with Luhn's check. */
function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]+/g, '')
  if (!card.test(digits)) return false
  const values = Array.from(digits, Number).reverse()
  const doubled = values.map((value, at) => (at % 2 === 0 ? value : value * 2))
  return doubled.reduce((sum, each) => sum + (each >= 10 ? each - 9 : each), 0) % 10 === 0
}

const octet = '\\s*(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*'
const shortName = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const longName = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/

function uuidOf(version: string, variant: string): Test {
  const text = `^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}-?[0-9a-f]{12}$`
  return pattern(new RegExp(text, 'i'))
}

const tests: Readonly<Record<string, Test>> = {
  bsonobjectid: pattern(/^[0-9a-fA-F]{24}$/),
  uri: text => requestUriError(text) === undefined,
  email: isEmail,
  hostname: isHostname,
  ipv4: isIpv4,
  ipv6: text => isIp(text, ':'),
  cidr: isCidr,
  mac: isMac,
  uuid: isUuid,
  uuid3: uuidOf('3', '[0-9a-f]{4}'),
  uuid4: uuidOf('4', '[89ab][0-9a-f]{3}'),
  uuid5: uuidOf('5', '[89ab][0-9a-f]{3}'),
  isbn: text => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: pattern(/^(?=.{11}$)\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  hexcolor: pattern(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  rgbcolor: pattern(new RegExp(`^rgb\\(${octet},${octet},${octet}\\)$`)),
  byte: isBase64,
  password: () => true,
  date: isDate,
  duration: text => durationOf(text) !== undefined,
  datetime: text => text.length >= 4 && isDateTime(text),
  k8sshortname: text => text.length <= 63 && shortName.test(text),
  k8slongname: text => text.length <= 253 && longName.test(text),
}

/** The test of a format of strings; dashes in its name do not count. */
export function formatTest(format: string): Test | undefined {
  const name = format.replaceAll('-', '')
  return Object.hasOwn(tests, name) ? tests[name] : undefined
}
