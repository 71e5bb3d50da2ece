// Arguments of strategies: read strictly, as upstream decodes them. Upstream: descheduler v0.36.0
// pkg/framework/plugins/*/types.go, decoded by sigs.k8s.io/json.

import type { LabelSelector } from '../../kube/generated/types.ts'
import { aggregateErrors, selectorOf } from '../../kube/label-selector.ts'
import { parseDuration } from '../../kube/duration.ts'
import { goQuote } from '../../kube/go-text.ts'
import { isArray, isObject, type JsonObject } from '../../kube/patch/json.ts'

/** The Go type of a field; an object lists the fields of a struct, `*` those of any key. */
export type ArgType =
  | 'uint'
  | 'int'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'bool'
  | 'string'
  | 'duration'
  | 'any'
  | readonly [ArgType]
  | { readonly [field: string]: ArgType }

const selectorType: ArgType = {
  matchLabels: { '*': 'string' },
  matchExpressions: [{ key: 'string', operator: 'string', values: ['string'] }],
}

/** Fields that most strategies share. */
export const namespacesType = { include: ['string'], exclude: ['string'] } as const
export const commonTypes = { namespaces: namespacesType, labelSelector: selectorType } as const
export { selectorType }

export interface Namespaces {
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
}

export interface CommonArgs {
  readonly namespaces?: Namespaces
  readonly labelSelector?: LabelSelector
}

export interface Decoding {
  readonly unknown: string[]
  error: string | undefined
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  uint: [0, Number.MAX_SAFE_INTEGER],
  int: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int32: [-(2 ** 31), 2 ** 31 - 1],
}

interface Place {
  /** Dotted, as strict errors name it. */
  readonly path: string
  /** `PodLifeTimeArgs.maxPodLifeTimeSeconds`, as type errors name it. */
  readonly goPath: string
}

/** Checks a value against its type; unknown fields and the first type error go into `decoding`. */
export function checkArgs(type: ArgType, value: unknown, place: Place, decoding: Decoding): void {
  if (value === undefined || value === null || type === 'any') return
  if (typeof type === 'string') {
    const error = scalarError(type, value, place)
    decoding.error ??= error
  } else if (isArray(type)) {
    const [element] = type as readonly [ArgType]
    if (!isArray(value)) decoding.error ??= typeError(value, place, '[]string')
    else value.forEach(item => checkArgs(element, item, place, decoding))
  } else {
    checkStruct(type as { readonly [field: string]: ArgType }, value, place, decoding)
  }
}

function checkStruct(
  type: { readonly [field: string]: ArgType },
  value: unknown,
  { path, goPath }: Place,
  decoding: Decoding,
): void {
  if (!isObject(value)) {
    decoding.error ??= typeError(value, { path, goPath }, 'struct')
    return
  }
  for (const [field, item] of Object.entries(value)) {
    const fieldType = type[field] ?? type['*']
    const inner = path === '' ? field : `${path}.${field}`
    if (fieldType === undefined) decoding.unknown.push(inner)
    else checkArgs(fieldType, item, { path: inner, goPath: `${goPath}.${field}` }, decoding)
  }
}

function typeError(value: unknown, { goPath }: Place, goType: string): string {
  const what = isArray(value) ? 'array' : isObject(value) ? 'object' : scalarText(value)
  return `json: cannot unmarshal ${what} into Go struct field ${goPath} of type ${goType}`
}

function scalarText(value: unknown): string {
  return typeof value === 'number'
    ? `number ${value}`
    : typeof value === 'boolean'
      ? 'bool'
      : 'string'
}

function scalarError(type: string, value: unknown, place: Place): string | undefined {
  if (type === 'duration') {
    if (typeof value !== 'string') return typeError(value, place, 'string')
    return parseDuration(value) === undefined
      ? `time: invalid duration ${goQuote(value)}`
      : undefined
  }
  const range = ranges[type]
  if (range !== undefined) {
    const isInRange =
      typeof value === 'number' && Number.isInteger(value) && value >= range[0] && value <= range[1]
    return isInRange ? undefined : typeError(value, place, type)
  }
  const wanted = type === 'bool' ? 'boolean' : type === 'float64' ? 'number' : type
  return typeof value === wanted ? undefined : typeError(value, place, type)
}

/** The checks that most strategies make of their arguments. */
export function commonErrors({ namespaces, labelSelector }: CommonArgs): readonly string[] {
  const errors: string[] = []
  const { include = [], exclude = [] } = namespaces ?? {}
  if (include.length > 0 && exclude.length > 0) {
    errors.push('only one of Include/Exclude namespaces can be set')
  }
  if (labelSelector !== undefined) {
    const selector = selectorOf(labelSelector)
    const what = "failed to get label selectors from strategy's params"
    if (!selector.ok) errors.push(`${what}: ${selector.error}`)
  }
  return errors
}

/** All errors as one text; undefined when there are none. */
export function aggregated(errors: readonly string[]): string | undefined {
  return errors.length === 0 ? undefined : aggregateErrors(errors)
}

export type Args = JsonObject
