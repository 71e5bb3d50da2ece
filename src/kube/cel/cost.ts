// What a call costs. Port of cel-go v0.26.0 interpreter/runtimecost.go, ext/{lists,sets}.go and
// k8s.io/apiserver v0.36.3 pkg/cel/library/cost.go: figures.

import { utf8Length } from '../go-text.ts'
import { adapted } from './equality.ts'
import { AuthorizationValue } from './library/authorization.ts'
import { FormatValue } from './library/formats.ts'
import { Cidr, Ip } from './library/network.ts'
import { QuantityValue, SemverValue } from './library/quantities.ts'
import { UrlValue } from './library/urls.ts'
import { findKey, isList, isMap, keysOf, Optional, sizeOf, type Value } from './values.ts'

/** The cost of a call with these arguments and this result. */
export type CallCost = (args: readonly Value[], result: Value) => number

export const listCost = 10
export const mapCost = 30
export const messageCost = 40

const traversal = 0.1
const regexLength = 0.25

/** The size that costs are computed with. */
function size(value: Value | undefined): number {
  if (value === undefined) return 1
  if (value instanceof Optional && value.value !== undefined) return size(value.value)
  return sizeOf(value) ?? 1
}

/** As for library functions: optional values have no size of their own. */
function plainSize(value: Value | undefined): number {
  return value === undefined ? 1 : (sizeOf(value) ?? 1)
}

/** Most calls cost one, whatever their arguments. */
export const one: CallCost = () => 1

function ceiled(value: number): number {
  return Math.ceil(value)
}

const traverseFirst: CallCost = args => ceiled(size(args[0]) * traversal)

const shorter: CallCost = args => ceiled(Math.min(size(args[0]), size(args[1])) * traversal)

const both: CallCost = args => ceiled((size(args[0]) + size(args[1])) * traversal)

function regexCost(text: Value | undefined, pattern: Value | undefined): number {
  return ceiled((1 + plainSize(text)) * traversal) * ceiled(plainSize(pattern) * regexLength)
}

const comparisons = ['less', 'greater', 'less_equals', 'greater_equals']

/** Costs of the standard library, by overload. */
const standard: ReadonlyMap<string, CallCost> = new Map<string, CallCost>([
  ...['starts_with_string', 'ends_with_string', 'string_to_bytes', 'bytes_to_string'].map(
    (id): [string, CallCost] => [id, traverseFirst],
  ),
  ['strings_quote', traverseFirst],
  ['string_format', traverseFirst],
  ['in_list', args => size(args[1])],
  ...comparisons.flatMap((prefix): [string, CallCost][] => [
    [`${prefix}_string`, shorter],
    [`${prefix}_bytes`, shorter],
  ]),
  ['equals', shorter],
  ['not_equals', shorter],
  ['add_string', both],
  ['add_bytes', both],
  ['matches_string', args => regexCost(args[0], args[1])],
  [
    'contains_string',
    args => ceiled(size(args[0]) * traversal) * ceiled(size(args[1]) * traversal),
  ],
])

/** The cost of visiting all of a value. */
function traversed(value: Value): number {
  if (typeof value === 'string') return Math.trunc(utf8Length(value) * traversal)
  if (value instanceof Uint8Array) return Math.trunc(value.length * traversal)
  if (isList(value)) return value.reduce<number>((sum, each) => sum + traversed(adapted(each)), 0)
  if (!isMap(value)) return 1
  let sum = 0
  for (const key of keysOf(value)) sum += traversed(key) + traversed(findKey(value, key) as Value)
  return sum
}

const traverseAll: CallCost = ([list]) => (list === undefined ? 0 : traversed(list))
const parseFirst: CallCost = ([text]) => ceiled(plainSize(text) * traversal)
const parseTwice: CallCost = ([text]) => ceiled(plainSize(text) * 2 * traversal)

function networkCost(extra: (length: number) => number): CallCost {
  return ([network]) => {
    const length = plainSize(network)
    return ceiled(2 * length * traversal) + extra(length)
  }
}

const maskCost = (length: number): number => ceiled(length * traversal) + 1
const noExtra = (): number => 0

function withText(base: CallCost): CallCost {
  return (args, result) => base(args, result) + ceiled(plainSize(args[1]) * traversal)
}

const validateCost: CallCost = ([format, text]) => {
  if (!(format instanceof FormatValue)) return 1
  const factor = ceiled(format.format.regexSize * regexLength)
  return ceiled((1 + plainSize(text)) * traversal) * factor
}

/** A selector is a list of requirements; each costs a list and a message. */
const selectorCost: CallCost = ([, selector]) => {
  const length = plainSize(selector)
  const requirements = ceiled(length * 0.5)
  return listCost + ceiled(length * traversal) + ceiled(requirements * (listCost + messageCost))
}

const kubernetesTypes = [
  QuantityValue,
  Ip,
  Cidr,
  FormatValue,
  UrlValue,
  SemverValue,
  AuthorizationValue,
]

function functions(names: string, cost: CallCost): [string, CallCost][] {
  return names.split(' ').map(name => [name, cost])
}

/** Costs that Kubernetes gives to functions, whatever the overload. */
const byFunction: ReadonlyMap<string, CallCost> = new Map<string, CallCost>([
  ['check', () => 350_000],
  ...functions(
    'serviceAccount path group resource subresource namespace name allowed reason error errored',
    one,
  ),
  ...functions('fieldSelector labelSelector', selectorCost),
  ...functions('isSorted sum max min indexOf lastIndexOf', traverseAll),
  ...functions('url lowerAscii upperAscii substring trim jsonpatch.escapeKey', parseFirst),
  ...functions('cidr isIP isCIDR ip quantity isQuantity semver isSemver', parseFirst),
  ...functions('replace split', parseTwice),
  ['ip.isCanonical', parseTwice],
  ['join', (_args, result) => ceiled(plainSize(result) * 2 * traversal)],
  ...functions('find findAll', args => regexCost(args[0], args[1])),
  ...functions(
    'masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast',
    one,
  ),
  ['containsIP', networkCost(noExtra)],
  ['containsCIDR', networkCost(maskCost)],
  ['validate', validateCost],
  ...functions(
    'format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch',
    one,
  ),
  ...functions('getScheme getHostname getHost getPort getEscapedPath getQuery', one),
])

/** Costs of overloads that go before those of their function. */
const byOverload: ReadonlyMap<string, CallCost> = new Map<string, CallCost>([
  ['cidr_ip', one],
  ['cidr_contains_ip_string', withText(networkCost(noExtra))],
  ['cidr_contains_cidr_string', withText(networkCost(maskCost))],
  ['list_slice', (_args, result) => allocated(1, size(result))],
  ['lists_range', (_args, result) => allocated(1, size(result))],
  ['list_reverse', (_args, result) => allocated(1, size(result))],
  ['list_flatten', args => allocated(1, size(args[0]))],
  ['list_flatten_int', args => allocated(Number(args[1]), size(args[0]))],
  ['list_distinct', args => compared(args[0])],
  ...['contains', 'intersects'].map((name): [string, CallCost] => [
    `list_sets_${name}_list`,
    args => 1 + size(args[0]) * size(args[1]),
  ]),
  ['list_sets_equivalent_list', args => 1 + 2 * size(args[0]) * size(args[1])],
])

function allocated(factor: number, length: number): number {
  return Math.trunc(length * factor) + 1 + listCost
}

/** Every member compared with every other. */
function compared(list: Value | undefined): number {
  const length = size(list)
  const [first] = list !== undefined && isList(list) ? list : []
  const isText = typeof first === 'string' || first instanceof Uint8Array
  return allocated(isText ? 2 + traversal : 2, length * length)
}

/** How calls of a function are charged; `overload` is empty where several may be meant. */
export function callCost(name: string, overload: string): CallCost {
  const known = byOverload.get(overload)
  if (known !== undefined) return known
  if (/^list_.*_sort$/.test(overload)) return args => compared(args[0])
  if (/^list_.*_sortByAssociatedKeys$/.test(overload)) return args => compared(args[1])
  return byFunction.get(name) ?? standard.get(overload) ?? one
}

/** `==` and `!=`: values of Kubernetes' own types are compared at a stroke. */
export function equalityCost(isEquals: boolean): CallCost {
  if (!isEquals) return shorter
  return args => {
    const [left] = args
    return kubernetesTypes.some(type => left instanceof type) ? 1 : shorter(args, null)
  }
}
