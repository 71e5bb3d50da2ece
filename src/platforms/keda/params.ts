// A trigger's metadata, read by declared types. Port of KEDA v2.21.0
// pkg/scalers/scalersconfig/typed_config.go for the types that the modelled triggers use.

import { goQuote } from '../../kube/go-text.ts'
import { parseGoBool } from './go-bool.ts'

export interface Param {
  readonly type: 'string' | 'int64' | 'float64' | 'bool'
  readonly optional?: true
  readonly default?: string
  readonly deprecated?: string
}

interface Types {
  readonly string: string
  readonly int64: number
  readonly float64: number
  readonly bool: boolean
}

export type ParamValues<P extends Readonly<Record<string, Param>>> = {
  readonly [K in keyof P]: Types[P[K]['type']]
}

const zeros: Types = { string: '', int64: 0, float64: 0, bool: false }

export interface ReadParams<P extends Readonly<Record<string, Param>>> {
  /** What could not be read is zero. */
  readonly values: ParamValues<P>
  readonly errors: readonly string[]
}

export function readParams<P extends Readonly<Record<string, Param>>>(
  type: string,
  metadata: Readonly<Record<string, string>>,
  params: P,
): ReadParams<P> {
  const values: Record<string, unknown> = {}
  const errors: string[] = []
  for (const [name, param] of Object.entries(params)) {
    values[name] = zeros[param.type]
    const given = (metadata[name] ?? '').trim()
    const text = given === '' ? param.default : given
    if (param.deprecated !== undefined) {
      if (given !== '') errors.push(`scaler ${type} info: ${param.deprecated}`)
    } else if (text === undefined) {
      const missing = `missing required parameter ${goQuote(name)} in [triggerMetadata]`
      if (param.optional !== true) errors.push(missing)
    } else {
      const read = readValue(param.type, text)
      if (read.error === undefined) values[name] = read.value
      else errors.push(`unable to set param ${goQuote(name)} value ${goQuote(text)}: ${read.error}`)
    }
  }
  return { values: values as ParamValues<P>, errors }
}

type ReadValue = { readonly value?: unknown; readonly error?: string }

function readValue(type: Param['type'], text: string): ReadValue {
  switch (type) {
    case 'string':
      return { value: text }
    case 'bool': {
      const value = parseGoBool(text)
      if (value !== undefined) return { value }
      const why = `strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`
      return { error: `unable to parse boolean value ${goQuote(text)}: ${why}` }
    }
    default:
      return readNumber(type, text)
  }
}

const jsonNumber = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/
const int64Max = 2n ** 63n - 1n

/** Numbers are read as JSON. */
function readNumber(type: 'int64' | 'float64', text: string): ReadValue {
  const failed = (why: string) => ({ error: `unable to unmarshal to field type ${type}: ${why}` })
  if (!jsonNumber.test(text)) {
    const [first = ''] = text
    return failed(`invalid character ${charText(first)} looking for beginning of value`)
  }
  const refused = `json: cannot unmarshal number ${text} into Go value of type ${type}`
  if (type === 'int64') {
    if (!/^-?[0-9]+$/.test(text)) return failed(refused)
    const value = BigInt(text)
    if (value > int64Max || value < -int64Max - 1n) return failed(refused)
  }
  const value = Number(text)
  return Number.isFinite(value) ? { value } : failed(refused)
}

function charText(char: string): string {
  if (char === "'") return String.raw`'\''`
  return char === '"' ? `'"'` : `'${char}'`
}
