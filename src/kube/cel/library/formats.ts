// format.dns1123Label() and its kin. Port of k8s.io/apiserver v0.36.3 pkg/cel/library/format.go.

import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelKeyErrors,
  labelValueErrors,
} from '../../formats.ts'
import { prefixed } from '../../validation/checks.ts'
import { type FunctionDecl, fn, global, member } from '../declarations.ts'
import { parseTimestamp } from '../time.ts'
import { listOf, optionalOf, structOf, types } from '../types.ts'
import { CelError, Foreign, none, noSuchOverload, Optional, type Value } from '../values.ts'
import { requestUriError } from './url-text.ts'

type Check = (text: string) => readonly string[]

interface Format {
  readonly name: string
  readonly check: Check
  /** The length that the cost of a check is computed with. */
  readonly regexSize: number
}

export class FormatValue extends Foreign {
  readonly typeName = 'kubernetes.NamedFormat'
  readonly format: Format

  constructor(format: Format) {
    super()
    this.format = format
  }

  equals(other: Value): boolean | CelError {
    if (!(other instanceof FormatValue)) return other instanceof CelError ? other : noSuchOverload
    return this.format.name === other.format.name
  }

  override toString(): string {
    return this.format.name
  }
}

const uuidPattern = '(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$'
const clockPattern = '^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$'
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/

export function isDate(text: string): boolean {
  return (
    /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) !== undefined
  )
}

export function isDateTime(text: string): boolean {
  const [date = '', clock] = text.toLowerCase().split('t')
  const parts = clock === undefined ? null : new RegExp(clockPattern).exec(clock)
  if (parts === null || !isDate(date)) return false
  const [, hour = '', minute = '', second = ''] = parts
  return hour <= '23' && minute <= '59' && second <= '59'
}

export function isUuid(text: string): boolean {
  return new RegExp(uuidPattern.slice(4), 'i').test(text)
}

export function isBase64(text: string): boolean {
  return base64.test(text)
}

function unless(test: (text: string) => boolean, complaint: string): Check {
  return text => (test(text) ? [] : [complaint])
}

const uri: Check = text => {
  const error = requestUriError(text)
  return error === undefined ? [] : [error]
}

const named: Readonly<Record<string, Format>> = {
  dns1123Label: { name: 'DNS1123Label', check: dns1123LabelErrors, regexSize: 30 },
  dns1123Subdomain: { name: 'DNS1123Subdomain', check: dns1123SubdomainErrors, regexSize: 60 },
  dns1035Label: { name: 'DNS1035Label', check: dns1035LabelErrors, regexSize: 30 },
  qualifiedName: { name: 'QualifiedName', check: labelKeyErrors, regexSize: 60 },
  dns1123LabelPrefix: {
    name: 'DNS1123LabelPrefix',
    check: prefixed(dns1123LabelErrors),
    regexSize: 30,
  },
  dns1123SubdomainPrefix: {
    name: 'DNS1123SubdomainPrefix',
    check: prefixed(dns1123SubdomainErrors),
    regexSize: 60,
  },
  dns1035LabelPrefix: {
    name: 'DNS1035LabelPrefix',
    check: prefixed(dns1035LabelErrors),
    regexSize: 30,
  },
  labelValue: { name: 'LabelValue', check: labelValueErrors, regexSize: 40 },
  uri: { name: 'URI', check: uri, regexSize: 1103 },
  uuid: {
    name: 'uuid',
    check: unless(isUuid, 'does not match the UUID format'),
    regexSize: uuidPattern.length,
  },
  byte: { name: 'byte', check: unless(isBase64, 'invalid base64'), regexSize: 84 },
  date: { name: 'date', check: unless(isDate, 'invalid date'), regexSize: clockPattern.length },
  datetime: {
    name: 'datetime',
    check: unless(isDateTime, 'invalid datetime'),
    regexSize: clockPattern.length,
  },
}

const formatType = structOf('kubernetes.NamedFormat')
const { string } = types

function validated(format: unknown, text: unknown): Value {
  const errors = (format as FormatValue).format.check(text as string)
  return errors.length === 0 ? none : new Optional(errors)
}

function byName(name: string): Value {
  const format = Object.hasOwn(named, name) ? named[name] : undefined
  return format === undefined ? none : new Optional(new FormatValue(format))
}

export const formatsLibrary: readonly FunctionDecl[] = [
  fn(
    'validate',
    member('format-validate', [formatType, string], optionalOf(listOf(string)), validated),
  ),
  fn(
    'format.named',
    global('format-named', [string], optionalOf(formatType), name => byName(name as string)),
  ),
  ...Object.entries(named).map(([name, format]) => {
    const value = new FormatValue(format)
    return fn(
      `format.${name}`,
      global(`format.${name}`, [], formatType, () => value),
    )
  }),
]
