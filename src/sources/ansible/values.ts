// Values of Ansible variables: Python's types as JavaScript values that keep apart what Python
// keeps apart. Integers are numbers, or bigints beyond 2^53; every float is a Float, so that 1 and
// 1.0 stay different; mappings are Maps in order of insertion, whose keys may be other than texts.
// Upstream: ansible-core 2.16 to 2.19, parsing/yaml/objects.py, utils/unsafe_proxy.py.

/** Versions of ansible-core whose behaviour is known. */
export type AnsibleVersion = '2.16' | '2.18' | '2.19'

/** Any value that a variable, a YAML document or an expression can have. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Float
  | UnsafeText
  | VaultText
  | Bytes
  | Moment
  | Tuple
  | PythonSet
  | Foreign
  | List
  | Mapping

export type List = readonly Value[]
export type Mapping = ReadonlyMap<Value, Value>

/** A Python float, also one without a fraction; never an integer. */
export class Float {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** A text that must never be read as a template (`!unsafe`, results of tasks). */
export class UnsafeText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** An encrypted text (`!vault`); without the secret nothing can be said about what it holds. */
export class VaultText {
  readonly ciphertext: string

  constructor(ciphertext: string) {
    this.ciphertext = ciphertext
  }
}

/** Python bytes: one character per byte, U+0000 to U+00FF. */
export class Bytes {
  readonly latin1: string

  constructor(latin1: string) {
    this.latin1 = latin1
  }
}

/** A date or a point in time of YAML. */
export class Moment {
  readonly kind: 'date' | 'datetime'
  /** As `isoformat()` writes it. */
  readonly iso: string

  constructor(kind: 'date' | 'datetime', iso: string) {
    this.kind = kind
    this.iso = iso
  }

  /** As `str()` writes it. */
  get text(): string {
    return this.iso.replace('T', ' ')
  }
}

export class Tuple {
  readonly items: List

  constructor(items: List) {
    this.items = items
  }
}

/** A Python set; the order of `items` is that of the source, Python's own is undefined. */
export class PythonSet {
  readonly items: List

  constructor(items: List) {
    this.items = items
  }
}

/** A Python object that is none of the above (complex numbers, Ellipsis): only its text is known. */
export class Foreign {
  readonly type: string
  readonly text: string

  constructor(type: string, text: string) {
    this.type = type
    this.text = text
  }
}

/** Whether a value is a mapping. */
export function isMapping(value: Value | undefined): value is Mapping {
  return value instanceof Map
}

/** Whether a value is a list; tuples and sets are none. */
export function isList(value: Value | undefined): value is List {
  return Array.isArray(value)
}

/** The text of a plain or unsafe text, else undefined. */
export function textOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof UnsafeText ? value.text : undefined
}

/** An integer in the form that all integers have here: a number where it is exact. */
export function integer(value: bigint): number | bigint {
  const small = Number(value)
  return Number.isSafeInteger(small) ? small : value
}

/** The number of an integer, float or boolean as Python counts it, else undefined. */
export function numberOf(value: Value | undefined): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return value instanceof Float ? value.value : undefined
}

/** Whether Python's truth test holds; a vaulted text counts as filled. */
export function isTruthy(value: Value): boolean {
  if (value === null || value === false) return false
  const number = numberOf(value)
  if (number !== undefined) return number !== 0 && number !== 0n
  const text = textOf(value)
  if (text !== undefined) return text !== ''
  if (isMapping(value)) return value.size > 0
  if (isList(value)) return value.length > 0
  if (value instanceof Tuple || value instanceof PythonSet) return value.items.length > 0
  return value instanceof Bytes ? value.latin1 !== '' : true
}

/** Whether two values are equal for Python: 1, 1.0 and True are. */
export function areEqual(a: Value, b: Value): boolean {
  if (a === b) return true
  const number = numberOf(a)
  if (number !== undefined) {
    const other = numberOf(b)
    return other !== undefined && areEqualNumbers(number, other)
  }
  const text = textOf(a)
  if (text !== undefined) return text === textOf(b)
  if (isMapping(a)) return isMapping(b) && areEqualMappings(a, b)
  if (isList(a)) return isList(b) && areEqualLists(a, b)
  if (a instanceof Tuple) return b instanceof Tuple && areEqualLists(a.items, b.items)
  if (a instanceof PythonSet) return b instanceof PythonSet && areEqualSets(a.items, b.items)
  return areEqualOpaque(a, b)
}

function areEqualNumbers(a: number | bigint, b: number | bigint): boolean {
  if (typeof a === typeof b) return a === b
  const [number, big] = typeof a === 'number' ? [a, b] : [b as number, a]
  return Number.isInteger(number) && BigInt(number) === big
}

function areEqualLists(a: List, b: List): boolean {
  return a.length === b.length && a.every((item, index) => areEqual(item, b[index] as Value))
}

function areEqualMappings(a: Mapping, b: Mapping): boolean {
  if (a.size !== b.size) return false
  for (const [key, value] of a) {
    const other = getItem(b, key)
    if (other === undefined || !areEqual(value, other)) return false
  }
  return true
}

function areEqualSets(a: List, b: List): boolean {
  return a.length === b.length && a.every(item => b.some(other => areEqual(item, other)))
}

function areEqualOpaque(a: Value, b: Value): boolean {
  if (a instanceof Bytes) return b instanceof Bytes && a.latin1 === b.latin1
  if (a instanceof Moment) return b instanceof Moment && a.kind === b.kind && a.iso === b.iso
  if (a instanceof VaultText) return b instanceof VaultText && a.ciphertext === b.ciphertext
  return a instanceof Foreign && b instanceof Foreign && a.type === b.type && a.text === b.text
}

/** The key of a mapping that Python takes for the same one, else undefined. */
export function sameKey(mapping: ReadonlyMap<Value, unknown>, key: Value): Value | undefined {
  if (mapping.has(key)) return key
  // Texts are only equal to texts, and plain ones are found at once.
  if (typeof key === 'string' && !hasUnusualKeys(mapping)) return undefined
  for (const other of mapping.keys()) if (areEqual(other, key)) return other
  return undefined
}

function hasUnusualKeys(mapping: ReadonlyMap<Value, unknown>): boolean {
  for (const key of mapping.keys()) if (typeof key !== 'string') return true
  return false
}

/** The value under a key, found by Python's equality, or undefined. */
export function getItem(mapping: Mapping, key: Value): Value | undefined {
  const same = sameKey(mapping, key)
  return same === undefined ? undefined : mapping.get(same)
}

/** Sets a key in a mapping under construction; an equal key keeps its place and its own form. */
export function setItem(mapping: Map<Value, Value>, key: Value, value: Value): void {
  mapping.set(sameKey(mapping, key) ?? key, value)
}
