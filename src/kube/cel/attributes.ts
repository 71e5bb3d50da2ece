// Variables with the fields and indexes behind them: resolved in one go, each part costs one.
// Port of cel-go v0.26.0 interpreter/attributes.go: results, texts, costs.

import {
  CelError,
  CelMap,
  Double,
  Foreign,
  isInt,
  isJsonMap,
  type JsonMap,
  isList,
  type LibraryValue,
  none,
  Optional,
  typeNameOf,
  Uint,
  type Value,
  findKey,
  isMap,
} from './values.ts'
import { adapted } from './equality.ts'
import { charge, type Frame, type Step } from './frame.ts'
import { shortText } from './short-text.ts'

/** A field or index. */
export interface Qualifier {
  /** The constant key; absent where it is computed. */
  readonly key?: Value
  /** Computes the key, without the cost of naming a variable. */
  readonly compute?: Step
  readonly optional: boolean
  /** Only asks whether the field is there. */
  readonly testOnly: boolean
}

export type Root =
  | { readonly kind: 'variable'; readonly slot: number; readonly name: string }
  | { readonly kind: 'accumulator'; readonly slot: number; readonly init: Step }
  | { readonly kind: 'value'; readonly step: Step }
  | {
      readonly kind: 'conditional'
      readonly condition: Step
      readonly yes: Attribute
      readonly no: Attribute
    }

export interface Attribute {
  readonly root: Root
  readonly qualifiers: readonly Qualifier[]
}

/** The attribute with one part more; a conditional passes it on to both branches. */
export function qualified({ root, qualifiers }: Attribute, qualifier: Qualifier): Attribute {
  if (root.kind !== 'conditional') return { root, qualifiers: [...qualifiers, qualifier] }
  const yes = qualified(root.yes, qualifier)
  const no = qualified(root.no, qualifier)
  return { root: { ...root, yes, no }, qualifiers }
}

/** Evaluates the attribute; naming a variable or value costs one, unless it is only tested. */
export function evaluateAttribute(attribute: Attribute): Step {
  const { root, qualifiers } = attribute
  if (root.kind === 'conditional') return resolveAttribute(attribute)
  const isTest = qualifiers.at(-1)?.testOnly === true
  const own = isTest ? 0 : 1
  const path = plainPath(attribute)
  if (path !== undefined) return pathStep(path, own)
  const resolve = resolveAttribute(attribute)
  const step: Step = frame => {
    const value = resolve(frame)
    charge(frame, own)
    return value
  }
  if (!isTest) return step
  return frame => {
    const value = step(frame)
    return value instanceof Optional ? value.value !== undefined : value
  }
}

interface Path {
  readonly slot: number
  readonly name: string
  readonly keys: readonly string[]
}

/** A variable with constant fields only: what most rules consist of. */
function plainPath({ root, qualifiers }: Attribute): Path | undefined {
  if (root.kind !== 'variable') return undefined
  const keys: string[] = []
  for (const { key, optional, testOnly } of qualifiers) {
    if (typeof key !== 'string' || optional || testOnly) return undefined
    // A key that every object inherits needs a closer look.
    if (key in Object.prototype) return undefined
    keys.push(key)
  }
  return { slot: root.slot, name: root.name, keys }
}

function pathStep({ slot, name, keys }: Path, own: number): Step {
  const missing = missingVariable(name)
  const whole = keys.length + own
  return frame => {
    let value = frame.slots[slot]
    if (value === undefined || value instanceof CelError) {
      charge(frame, own)
      return value ?? missing
    }
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] as string
      const next: Value | undefined = isPlain(value)
        ? (value[key] as Value | undefined)
        : memberOf(value, key)
      if (next === undefined || next instanceof CelError) {
        charge(frame, index + 1 + own)
        return next ?? missingMember(value, key)
      }
      value = next
    }
    charge(frame, whole)
    return typeof value === 'number' ? adapted(value) : value
  }
}

/** Certainly a JSON object: quicker to see than by its prototype. */
function isPlain(value: Value): value is JsonMap {
  return typeof value === 'object' && value !== null && value.constructor === Object
}

function missingVariable(name: string): CelError {
  return new CelError(`no such attribute(s): ${name}`)
}

/** Evaluates an attribute without the cost of its own. */
export function resolveAttribute({ root, qualifiers }: Attribute): Step {
  if (root.kind === 'conditional') {
    const [yes, no] = [resolveAttribute(root.yes), resolveAttribute(root.no)]
    const { condition } = root
    return frame => {
      const chosen = condition(frame)
      if (chosen === true) return yes(frame)
      if (chosen === false) return no(frame)
      return chosen instanceof CelError ? chosen : new CelError('no such overload')
    }
  }
  const start = rootStep(root)
  if (qualifiers.length === 0) return start
  return frame => {
    const value = start(frame)
    return value instanceof CelError ? value : apply(frame, value, qualifiers)
  }
}

function rootStep(root: Exclude<Root, { kind: 'conditional' }>): Step {
  if (root.kind === 'value') return root.step
  const { slot } = root
  if (root.kind === 'variable') {
    const missing = missingVariable(root.name)
    return frame => frame.slots[slot] ?? (frame.slots[slot] === null ? null : missing)
  }
  const { init } = root
  return frame => {
    const known = frame.slots[slot]
    if (known !== undefined) return known
    const value = init(frame)
    frame.slots[slot] = value
    return value
  }
}

function apply(frame: Frame, start: Value, qualifiers: readonly Qualifier[]): Value {
  let value: Value = start
  let optional = false
  if (start instanceof Optional) {
    if (start.value === undefined) return start
    value = start.value
    optional = true
  }
  for (const qualifier of qualifiers) {
    optional ||= qualifier.optional
    const next = optional
      ? qualifyIfPresent(frame, value, qualifier)
      : qualify(frame, value, qualifier)
    if (next === undefined) return none
    if (next instanceof CelError) return next
    value = next
  }
  return optional ? new Optional(value) : value
}

/** One part; it costs one even where it fails. */
function qualify(frame: Frame, value: Value, qualifier: Qualifier): Value {
  const key = keyOf(frame, qualifier)
  let next: Value
  if (key instanceof CelError) next = key
  else if (qualifier.testOnly) next = isPresent(value, key)
  else {
    const found = memberOf(value, key)
    next = found === undefined ? missingMember(value, key) : found
  }
  charge(frame, 1)
  return next
}

/** One part that may be missing: undefined then, which costs nothing. */
function qualifyIfPresent(frame: Frame, value: Value, qualifier: Qualifier): Value | undefined {
  const key = keyOf(frame, qualifier)
  if (key instanceof CelError) return key
  const next = memberOf(value, key)
  if (next !== undefined && !(next instanceof CelError)) charge(frame, 1)
  return next
}

function keyOf(frame: Frame, { key, compute }: Qualifier): Value {
  if (compute === undefined) return key as Value
  const computed = compute(frame)
  if (computed instanceof CelError || isKey(computed)) return computed
  return new CelError(`invalid qualifier type: ${goType(computed)}`)
}

/** Whether a value can name a member at all. */
export function isKey(value: Value): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    isInt(value) ||
    value instanceof Uint ||
    value instanceof Double
  )
}

const goTypes: Readonly<Record<string, string>> = {
  null_type: 'types.Null',
  bytes: 'types.Bytes',
  list: '*types.baseList',
  map: '*types.baseMap',
  type: '*types.Type',
  optional_type: '*types.Optional',
  'google.protobuf.Duration': 'types.Duration',
  'google.protobuf.Timestamp': 'types.Timestamp',
  'net.IP': 'cel.IP',
  'net.CIDR': 'cel.CIDR',
  'kubernetes.Quantity': 'cel.Quantity',
  'kubernetes.URL': 'cel.URL',
  'kubernetes.Semver': 'cel.Semver',
  'kubernetes.NamedFormat': 'cel.Format',
}

/** What upstream calls the type of a value that is no key. */
export function goType(value: Value): string {
  if (isJsonMap(value)) return 'map[string]interface {}'
  const name = typeNameOf(value)
  return goTypes[name] ?? name
}

function isPresent(value: Value, key: Value): Value {
  const found = memberOf(value, key)
  return found instanceof CelError ? found : found !== undefined
}

/** The member of a map, list or message; undefined where there is none. */
function memberOf(value: Value, key: Value): Value | undefined {
  if (isList(value)) return elementOf(value, key)
  if (value instanceof Foreign) {
    return typeof key === 'string' ? (value as LibraryValue).field?.(key) : undefined
  }
  return value instanceof CelMap || isMap(value) ? findKey(value, key) : undefined
}

function elementOf(list: readonly Value[], key: Value): Value | undefined {
  if (isInt(key)) {
    const element = list[Number(key)]
    return element === undefined ? undefined : adapted(element)
  }
  const index = indexOf(key)
  if (index instanceof CelError) return index
  const element = list[index]
  return element === undefined ? undefined : adapted(element)
}

function indexOf(key: Value): number | CelError {
  if (key instanceof Double || key instanceof Uint) {
    const index = Number(key.value)
    if (Number.isInteger(index) && Math.abs(index) < 2 ** 63) return index
    return new CelError(`unsupported index value ${shortText(key)} in list`)
  }
  return new CelError(`unsupported index type '${typeNameOf(key)}' in list`)
}

function missingMember(value: Value, key: Value): CelError {
  if (isList(value)) return new CelError(`index out of bounds: ${shortText(key)}`)
  return new CelError(`no such key: ${shortText(key)}`)
}
