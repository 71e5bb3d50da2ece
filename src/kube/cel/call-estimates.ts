// What calls can cost at most, their arguments aside, and how large their results can be.
// Port of k8s.io/apiserver v0.36.3 pkg/cel/library/cost.go (EstimateCallCost) and cel-go v0.26.0
// checker/cost.go (functionCost) and ext/{lists,sets}.go: figures.

import type { Expr } from './ast.ts'
import { listCost, messageCost } from './cost.ts'
import type { SizeBook, SizedNode } from './estimate-sizes.ts'
import {
  exactly,
  plus,
  product,
  scaled,
  type SizeRange,
  sum,
  times,
  union,
  unknownMax,
  unknownSize,
} from './size-range.ts'
import { typeNameOf } from './values.ts'

/** A call whose arguments have been looked at. */
export interface EstimatedCall {
  readonly overload: string
  readonly target: SizedNode | undefined
  readonly args: readonly SizedNode[]
  readonly book: SizeBook
}

export interface CallEstimate {
  readonly cost: number
  readonly size?: SizeRange
}

/** Undefined where a call of this form is estimated as any other. */
type Estimate = (call: EstimatedCall) => CallEstimate | undefined

const traversal = 0.1
const regexLength = 0.25

function sizeOf(node: SizedNode | undefined): SizeRange {
  return node?.size ?? unknownSize
}

const fixed =
  (cost: number): Estimate =>
  () => ({ cost })

const one = fixed(1)

/** Goes through the first argument. */
function parses(factor: number, keepsSize = false): Estimate {
  return ({ args: [text] }) => {
    if (text === undefined) return undefined
    const size = sizeOf(text)
    return { cost: scaled(size.max, factor), ...(keepsSize && { size }) }
  }
}

const rewrites: Estimate = ({ target }) => {
  if (target === undefined) return undefined
  const size = sizeOf(target)
  return { cost: scaled(size.max, traversal), size }
}

/** Two characters make a requirement: a message and a list. */
const selects: Estimate = ({ args }) => {
  if (args.length !== 1) return undefined
  const { max } = sizeOf(args[0])
  const requirements = scaled(scaled(max, 0.5), listCost + messageCost)
  return { cost: sum(listCost, scaled(max, traversal), requirements) }
}

const comparesAll: Estimate = ({ target, book }) => {
  if (target === undefined) return undefined
  const element = book.element(target)
  const { max } = sizeOf(target)
  if (element === undefined) return { cost: scaled(max, traversal) }
  const isText = element.type.kind === 'string' || element.type.kind === 'bytes'
  const each = isText ? sum(1, scaled(sizeOf(element).max, traversal)) : 1
  return { cost: product(max, each) }
}

/** The longest text that replacing can make. */
function replacedMax(text: SizeRange, from: SizeRange, to: SizeRange): number {
  if (from.min === 0) return sum(product(sum(text.max, 1), to.max), text.max)
  if (to.max <= from.min) return text.max
  return product(Math.ceil(text.max / from.min), to.max)
}

/** The shortest text that replacing can make. */
function replacedMin(text: SizeRange, from: SizeRange, to: SizeRange): number {
  if (from.max === 0) return sum(product(sum(text.min, 1), to.min), text.min)
  if (from.max <= to.min) return text.min
  return product(Math.ceil(text.min / from.max), to.min)
}

const replaces: Estimate = ({ target, args }) => {
  if (target === undefined || args.length < 2) return undefined
  const text = sizeOf(target)
  const [from, to] = [sizeOf(args[0]), sizeOf(args[1])]
  const size = { min: replacedMin(text, from, to), max: replacedMax(text, from, to) }
  return { cost: scaled(text.max, 2 * traversal), size }
}

/** A count that is written in the expression; a negative one is as large as can be. */
function literalCount(expr: Expr | undefined): number | undefined {
  if (expr?.kind !== 'literal' || typeNameOf(expr.value) !== 'int') return undefined
  return Number(expr.value)
}

const splits: Estimate = ({ target, args }) => {
  if (target === undefined) return undefined
  const { max } = sizeOf(target)
  const count = literalCount(args[1]?.expr)
  const most = count === undefined ? max : count < 0 ? unknownMax : count
  return { cost: scaled(max, 2 * traversal), size: { min: 0, max: most } }
}

const joins: Estimate = ({ target, args: [separator], book }) => {
  if (target === undefined) return undefined
  const list = sizeOf(target)
  const element = book.element(target)
  const texts = element === undefined ? exactly(0) : times(list, sizeOf(element))
  const gaps = { min: Math.max(0, list.min - 1), max: Math.max(0, list.max - 1) }
  const between = separator === undefined ? exactly(0) : times(sizeOf(separator), gaps)
  const size = plus(texts, between)
  return { cost: scaled(size.max, traversal), size }
}

/** What matching costs. A text is taken to be one longer, so that an empty one costs something. */
function matchCost(text: SizeRange, pattern: SizeRange): number {
  return product(scaled(sum(text.max, 1), traversal), scaled(pattern.max, regexLength))
}

const finds: Estimate = ({ target, args: [pattern] }) => {
  if (target === undefined || pattern === undefined) return undefined
  const text = sizeOf(target)
  return { cost: matchCost(text, sizeOf(pattern)), size: { min: 0, max: text.max } }
}

const addressBytesMax = 16

/** Compares two addresses; a text is read first. */
function contains(overload: string, extra: number): Estimate {
  return call => {
    const [address] = call.args
    if (address === undefined) return undefined
    const read = call.overload === overload ? scaled(sizeOf(address).max, traversal) : 0
    return { cost: sum(scaled(2 * addressBytesMax, traversal), extra, read) }
  }
}

const nameRegexLength = 128

const validates: Estimate = ({ args: [text] }) => {
  if (text === undefined) return undefined
  const cost = scaled(scaled(sizeOf(text).max, traversal), nameRegexLength * regexLength)
  return { cost }
}

/** Types that are compared at a stroke. */
const atOnce = new Set([
  'net.IP',
  'net.CIDR',
  'kubernetes.Quantity',
  'kubernetes.Semver',
  ...['Authorizer', 'PathCheck', 'GroupCheck', 'ResourceCheck', 'Decision'].map(
    each => `kubernetes.authorization.${each}`,
  ),
])
const formatLength = 64

const equals: Estimate = ({ args: [left, right] }) => {
  if (left === undefined || right === undefined || left.type.name !== right.type.name) {
    return undefined
  }
  const { name } = left.type
  if (atOnce.has(name)) return { cost: 1 }
  if (name === 'kubernetes.NamedFormat') return { cost: scaled(formatLength, traversal) }
  if (name === 'kubernetes.URL') return { cost: scaled(right.size?.max ?? 1, traversal) }
  return undefined
}

function named(names: string, estimate: Estimate): [string, Estimate][] {
  return names.split(' ').map(name => [name, estimate])
}

const byFunction: ReadonlyMap<string, Estimate> = new Map<string, Estimate>([
  ['check', fixed(350_000)],
  ...named(
    'serviceAccount path group resource subresource namespace name allowed reason error errored',
    one,
  ),
  ...named('fieldSelector labelSelector', selects),
  ...named('isSorted sum max min indexOf lastIndexOf', comparesAll),
  ...named('url jsonpatch.escapeKey', parses(traversal, true)),
  ...named('lowerAscii upperAscii substring trim', rewrites),
  ['replace', replaces],
  ['split', splits],
  ['join', joins],
  ...named('find findAll', finds),
  ...named('cidr isIP isCIDR quantity isQuantity semver isSemver', parses(traversal)),
  ['ip', call => (call.overload === 'cidr_ip' ? { cost: 1 } : parses(traversal)(call))],
  ['ip.isCanonical', parses(2 * traversal)],
  ...named(
    'masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast',
    one,
  ),
  ['containsIP', contains('cidr_contains_ip_string', 0)],
  ['containsCIDR', contains('cidr_contains_cidr_string', scaled(addressBytesMax, traversal) + 1)],
  ['validate', validates],
  ...named(
    'format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch',
    one,
  ),
  ...named('getScheme getHostname getHost getPort getEscapedPath getQuery', one),
  ['_==_', equals],
])

/** A list is made of as many elements. */
function allocates(factor: number, size: SizeRange): CallEstimate {
  return { cost: sum(scaled(size.max, factor), 1, listCost), size }
}

/** A length that is written in the expression; upstream's integers have no sign. */
function lengthOf(node: SizedNode | undefined, otherwise: number): number {
  const count = literalCount(node?.expr)
  return count === undefined ? otherwise : Math.max(0, count)
}

const slices: Estimate = ({ target, args: [start, end] }) => {
  const length = lengthOf(end, sizeOf(target).max) - lengthOf(start, 0)
  return allocates(1, exactly(length < 0 ? unknownMax : length))
}

const flattens: Estimate = ({ target, args: [depth] }) =>
  allocates(depth === undefined ? 1 : lengthOf(depth, unknownMax), sizeOf(target))

function selfCompares(node: SizedNode | undefined, overload = ''): CallEstimate {
  const isText = overload.startsWith('list_string_') || overload.startsWith('list_bytes_')
  return allocates(isText ? 2 + traversal : 2, times(sizeOf(node), sizeOf(node)))
}

/** A membership test for each pair of members. */
function comparesSets(factor: number): Estimate {
  return ({ args: [left, right] }) => {
    const pairs = product(sizeOf(left).max, sizeOf(right).max)
    return { cost: sum(scaled(pairs, factor), 1) }
  }
}

const byOverload: ReadonlyMap<string, Estimate> = new Map<string, Estimate>([
  ['list_slice', slices],
  ['list_flatten', flattens],
  ['list_flatten_int', flattens],
  ['lists_range', ({ args: [length] }) => allocates(1, exactly(lengthOf(length, unknownMax)))],
  ['list_reverse', ({ target }) => allocates(1, sizeOf(target))],
  ['list_distinct', ({ target }) => selfCompares(target)],
  ['list_sets_contains_list', comparesSets(1)],
  ['list_sets_intersects_list', comparesSets(1)],
  ['list_sets_equivalent_list', comparesSets(2)],
])

/** Goes through an argument. */
function reads(index: number, factor = traversal): Estimate {
  return ({ args }) => ({ cost: scaled(sizeOf(args[index]).max, factor) })
}

const concatenates: Estimate = ({ overload, args }) => {
  const size = plus(sizeOf(args[0]), sizeOf(args[1]))
  return { cost: overload === 'add_list' ? 1 : scaled(size.max, traversal), size }
}

const compares: Estimate = ({ args }) => ({
  cost: scaled(Math.min(sizeOf(args[0]).max, sizeOf(args[1]).max), traversal),
})

/** A text of another form; `sizeFrom` says how long it can be. */
function converts(sizeFrom: (size: SizeRange) => SizeRange): Estimate {
  return ({ args: [text] }) => {
    const size = sizeOf(text)
    return { cost: scaled(size.max, traversal), size: sizeFrom(size) }
  }
}

/** Twice the longest text and two: where it is unknown, upstream's integers begin again at 0. */
function quotedMax(max: number): number {
  return max === unknownMax ? 0 : 2 * max + 2
}

const comparisons = ['less', 'greater', 'less_equals', 'greater_equals']

/** Calls of the language itself. */
const core: ReadonlyMap<string, Estimate> = new Map<string, Estimate>([
  ['string_format', ({ target }) => ({ cost: scaled(sizeOf(target).max, traversal) })],
  ['string_to_bytes', converts(({ min, max }) => ({ min, max: product(max, 4) }))],
  ['bytes_to_string', converts(({ min, max }) => ({ min: Math.trunc(min / 4), max }))],
  ['strings_quote', converts(({ min, max }) => ({ min: min + 2, max: quotedMax(max) }))],
  ['starts_with_string', reads(0)],
  ['ends_with_string', reads(0)],
  ['in_list', reads(1, 1)],
  ['matches_string', ({ target, args }) => ({ cost: matchCost(sizeOf(target), sizeOf(args[0])) })],
  [
    'contains_string',
    ({ target, args }) => {
      const [text, part] = [sizeOf(target), sizeOf(args[0])]
      return { cost: product(scaled(text.max, traversal), scaled(part.max, traversal)) }
    },
  ],
  ['logical_and', fixed(0)],
  ['logical_or', fixed(0)],
  ['conditional', ({ args }) => ({ cost: 0, size: union(sizeOf(args[1]), sizeOf(args[2])) })],
  ...named('add_string add_bytes add_list', concatenates),
  ...comparisons.flatMap(prefix => named(`${prefix}_string ${prefix}_bytes`, compares)),
  ...named('equals not_equals', compares),
])

function libraryEstimate(name: string, call: EstimatedCall): CallEstimate | undefined {
  const { overload, target, args } = call
  if (/^list_.*_sort$/.test(overload)) return selfCompares(target, overload)
  if (/^list_.*_sortByAssociatedKeys$/.test(overload)) return selfCompares(args[0], overload)
  return (byOverload.get(overload) ?? byFunction.get(name))?.(call)
}

/** The estimate of a call; most cost one, whatever their arguments. */
export function callEstimate(name: string, call: EstimatedCall): CallEstimate {
  return libraryEstimate(name, call) ?? core.get(call.overload)?.(call) ?? { cost: 1 }
}
