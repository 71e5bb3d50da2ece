// How a YAML scalar becomes a value for Ansible: YAML 1.1 as PyYAML reads it.
// Upstream: PyYAML 6.0 resolver.py, constructor.py SafeConstructor.

import { Bytes, Float, integer, Moment, type Value } from '../values.ts'
import { PythonError } from './error.ts'
import { momentOf } from './moments.ts'

const prefix = 'tag:yaml.org,2002:'

/** The full tag of a short name: `str` is `tag:yaml.org,2002:str`. */
export function yamlTag(name: string): string {
  return prefix + name
}

const bool = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/
const float =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const int =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/
const moment =
  /^(?:[0-9]{4}-[0-9][0-9]-[0-9][0-9]|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \t]+)[0-9][0-9]?:[0-9][0-9]:[0-9][0-9](?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9][0-9]?(?::[0-9][0-9])?))?)$/

/** The tag of a plain scalar without one. */
export function plainTag(text: string): string {
  if (text === '' || /^(?:~|null|Null|NULL)$/.test(text)) return yamlTag('null')
  if (bool.test(text)) return yamlTag('bool')
  if (float.test(text)) return yamlTag('float')
  if (int.test(text)) return yamlTag('int')
  if (text === '<<') return yamlTag('merge')
  if (moment.test(text)) return yamlTag('timestamp')
  return yamlTag(text === '=' ? 'value' : 'str')
}

const makers: Readonly<Record<string, (text: string) => Value>> = {
  str: text => text,
  null: () => null,
  bool: boolOf,
  int: intOf,
  float: text => new Float(floatOf(text)),
  timestamp: timestampOf,
  binary: bytesOf,
}

/** The value of a scalar of a tag, or undefined when the tag is none of YAML's scalars. */
export function scalarOf(tag: string, text: string): Value | undefined {
  return tag.startsWith(prefix) ? makers[tag.slice(prefix.length)]?.(text) : undefined
}

function boolOf(text: string): Value {
  const word = text.toLowerCase()
  if (['yes', 'true', 'on'].includes(word)) return true
  if (['no', 'false', 'off'].includes(word)) return false
  throw new PythonError(`'${word}'`)
}

function intOf(text: string): Value {
  const written = text.replaceAll('_', '')
  const isNegative = written.startsWith('-')
  const digits = written.replace(/^[-+]/, '')
  const magnitude = digits.includes(':') ? sexagesimal(digits) : plainInteger(digits)
  return integer(isNegative ? -magnitude : magnitude)
}

function plainInteger(digits: string): bigint {
  const base = /^0[bx]/.test(digits) ? digits.slice(1, 2) : digits.length > 1 ? digits[0] : ''
  const forms: Readonly<Record<string, readonly [RegExp, number, string]>> = {
    b: [/^0b[01]+$/, 2, digits],
    x: [/^0x[0-9a-fA-F]+$/, 16, digits],
    '0': [/^[0-7]+$/, 8, `0o${digits}`],
  }
  const [form, radix, literal] = forms[base ?? ''] ?? ([/^[0-9]+$/, 10, digits] as const)
  if (form.test(digits)) return BigInt(literal)
  throw new PythonError(`invalid literal for int() with base ${radix}: '${digits}'`)
}

function sexagesimal(digits: string): bigint {
  return digits.split(':').reduce((sum, part) => sum * 60n + plainInteger(`${Number(part)}`), 0n)
}

function floatOf(text: string): number {
  const written = text.replaceAll('_', '').toLowerCase()
  const sign = written.startsWith('-') ? -1 : 1
  const digits = written.replace(/^[-+]/, '')
  if (digits === '.inf') return sign * Infinity
  if (digits === '.nan') return NaN
  const parts = digits.split(':').reverse()
  let sum = 0
  let base = 1
  for (const part of parts) {
    if (!/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/.test(part)) {
      throw new PythonError(`could not convert string to float: '${part}'`)
    }
    sum += Number(part) * base
    base *= 60
  }
  return sign * sum
}

function timestampOf(text: string): Value {
  const result = momentOf(text)
  if (result instanceof Moment) return result
  throw new PythonError(result)
}

function bytesOf(text: string): Value {
  const compact = text.replace(/[^A-Za-z0-9+/=]/g, '')
  if (compact.replace(/=.*$/, '').length % 4 === 1 || compact.length % 4 !== 0) {
    throw new PythonError('failed to decode base64 data: Incorrect padding')
  }
  return new Bytes(Buffer.from(compact, 'base64').toString('latin1'))
}
