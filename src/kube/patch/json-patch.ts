// JSON patches (RFC 6902) with the library's messages. Upstream: evanphx/json-patch v4.13.0.

import { goQuote, parseGoInt } from '../go-text.ts'
import { isArray, isObject, type Patched, sameJson } from './json.ts'

export interface Operation {
  readonly op?: unknown
  readonly path?: unknown
  readonly from?: unknown
  readonly value?: unknown
}

const missing = 'missing value'

type Change = (container: unknown, key: string) => Patched

function fine(value: unknown): Patched {
  return { ok: true, value }
}

function refuse(error: string): Patched & { readonly ok: false } {
  return { ok: false, error }
}

function pointerKey(part: string): string {
  return part.replace(/~1/g, '/').replace(/~0/g, '~')
}

/** No such place in the document. */
const nowhere = Symbol('nowhere')

/** Applies `change` to the container that holds the last part of the pointer. */
function atPointer(document: unknown, path: string, change: Change): Patched | typeof nowhere {
  const parts = path.split('/')
  if (parts.length < 2) return nowhere
  return descend(document, parts.slice(1).map(pointerKey), change)
}

function descend(
  container: unknown,
  keys: readonly string[],
  change: Change,
): Patched | typeof nowhere {
  const [key = '', ...rest] = keys
  if (!isObject(container) && !isArray(container)) return nowhere
  if (rest.length === 0) return change(container, key)
  const inner = read(container, key)
  if (!inner.ok || inner.value === null || inner.value === undefined) return nowhere
  const changed = descend(inner.value, rest, change)
  if (changed === nowhere || !changed.ok || changed.value === inner.value) {
    return changed === nowhere || !changed.ok ? changed : fine(container)
  }
  return fine(replaced(container, key, changed.value))
}

/** A copy of the container with another value at a key that `read` accepts. */
function replaced(container: unknown, key: string, value: unknown): unknown {
  if (!isArray(container)) return { ...(container as object), [key]: value }
  const copy = container.slice()
  const index = Number(key)
  copy[index < 0 ? index + container.length : index] = value
  return copy
}

function badIndex(index: number): Patched {
  return refuse(`Unable to access invalid index: ${index}: invalid index referenced`)
}

function indexOf(key: string): Patched<number> {
  const parsed = parseGoInt(key)
  return parsed.ok
    ? { ok: true, value: parsed.value }
    : { ok: false, error: `strconv.Atoi: parsing ${goQuote(key)}: ${parsed.error}` }
}

function read(container: unknown, key: string): Patched {
  if (!isArray(container)) {
    return fine(Object.hasOwn(container as object, key) ? (container as never)[key] : undefined)
  }
  const index = indexOf(key)
  if (!index.ok) return index
  const at = index.value < 0 ? index.value + container.length : index.value
  return at < 0 || at >= container.length ? badIndex(index.value) : fine(container[at])
}

function insert(container: unknown, key: string, value: unknown): Patched {
  if (!isArray(container)) return fine({ ...(container as object), [key]: value })
  if (key === '-') return fine([...container, value])
  const index = indexOf(key)
  if (!index.ok) return refuse(`value was not a proper array index: '${key}': ${index.error}`)
  const size = container.length + 1
  const at = index.value < 0 ? index.value + size : index.value
  if (at < 0 || at >= size) return badIndex(index.value)
  return fine([...container.slice(0, at), value, ...container.slice(at)])
}

function take(container: unknown, key: string): Patched {
  if (!isArray(container)) {
    if (!Object.hasOwn(container as object, key)) {
      return refuse(`Unable to remove nonexistent key: ${key}: ${missing}`)
    }
    const { [key]: _, ...rest } = container as Record<string, unknown>
    return fine(rest)
  }
  const index = indexOf(key)
  if (!index.ok) return index
  const at = index.value < 0 ? index.value + container.length : index.value
  if (at < 0 || at >= container.length) return badIndex(index.value)
  return fine([...container.slice(0, at), ...container.slice(at + 1)])
}

/** Puts the operation's place in front of a message. */
function inPlace(prefix: string, result: Patched): Patched {
  return result.ok ? result : refuse(`${prefix}${result.error}`)
}

function add(document: unknown, path: string, value: unknown): Patched {
  const result = atPointer(document, path, (container, key) =>
    inPlace(`error in add for path: '${path}': `, insert(container, key, value ?? null)),
  )
  return result === nowhere
    ? refuse(`add operation does not apply: doc is missing path: "${path}": ${missing}`)
    : result
}

function remove(document: unknown, path: string): Patched {
  const result = atPointer(document, path, (container, key) =>
    inPlace(`error in remove for path: '${path}': `, take(container, key)),
  )
  return result === nowhere
    ? refuse(`remove operation does not apply: doc is missing path: "${path}": ${missing}`)
    : result
}

function replace(document: unknown, path: string, value: unknown): Patched {
  if (path === '') {
    return isObject(value) || isArray(value)
      ? fine(value)
      : refuse('replace operation value must be object or array: %!w(<nil>)')
  }
  const result = atPointer(document, path, (container, key) =>
    read(container, key).ok
      ? fine(replaced(container, key, value ?? null))
      : refuse(`replace operation does not apply: doc is missing key: ${path}: ${missing}`),
  )
  return result === nowhere
    ? refuse(`replace operation does not apply: doc is missing path: ${path}: ${missing}`)
    : result
}

function test(document: unknown, path: string, value: unknown): Patched {
  const failed = refuse(`testing value ${path} failed: test failed`)
  if (path === '') return sameJson(document, value) ? fine(document) : failed
  const result = atPointer(document, path, (container, key) => {
    const found = inPlace(`error in test for path: '${path}': `, read(container, key))
    if (!found.ok) return found
    return sameJson(found.value ?? null, value ?? null) ? fine(container) : failed
  })
  return result === nowhere
    ? refuse(`test operation does not apply: is missing path: ${path}: ${missing}`)
    : result
}

interface Transfer {
  readonly op: 'move' | 'copy'
  readonly from: string
  readonly path: string
}

function transfer(document: unknown, { op, from, path }: Transfer): Patched {
  let value: unknown
  const source = atPointer(document, from, (container, key) => {
    const place =
      op === 'move' ? `error in move for path: '${key}': ` : `error in copy for from: '${from}': `
    const found = inPlace(place, read(container, key))
    if (!found.ok) return found
    value = found.value
    return op === 'move' ? inPlace(place, take(container, key)) : fine(container)
  })
  if (source === nowhere) {
    return refuse(`${op} operation does not apply: doc is missing from path: ${from}: ${missing}`)
  }
  if (!source.ok) return source
  const target = atPointer(source.value, path, (container, key) => {
    const place =
      op === 'move'
        ? `error in move for path: '${path}': `
        : 'error while adding value during copy: '
    return inPlace(place, insert(container, key, value ?? null))
  })
  return target === nowhere
    ? refuse(`${op} operation does not apply: doc is missing destination path: ${path}: ${missing}`)
    : target
}

const kinds: readonly string[] = ['add', 'remove', 'replace', 'test', 'move', 'copy']

function apply(document: unknown, operation: Operation): Patched {
  const { op, path, from, value } = operation
  const kind = typeof op === 'string' ? op : 'unknown'
  if (!kinds.includes(kind)) return refuse(`Unexpected kind: ${kind}`)
  if (typeof path !== 'string') {
    return refuse(`${kind} operation failed to decode path: ${missing}`)
  }
  switch (kind) {
    case 'add':
      return add(document, path, value)
    case 'remove':
      return remove(document, path)
    case 'replace':
      return replace(document, path, value)
    case 'test':
      return test(document, path, value)
    case 'move':
    case 'copy':
      return typeof from === 'string'
        ? transfer(document, { op: kind, from, path })
        : refuse(`${kind} operation failed to decode from: ${missing}`)
    default:
      return refuse(`Unexpected kind: ${kind}`)
  }
}

function mustBe(found: unknown, type: 'Patch' | 'Operation'): Patched {
  const word = isArray(found) ? 'array' : found === null ? 'null' : typeof found
  const name = word === 'boolean' ? 'bool' : word
  return refuse(`json: cannot unmarshal ${name} into Go value of type jsonpatch.${type}`)
}

/** The document after all operations, or the first message; nothing is changed in place. */
export function applyJsonPatch(document: unknown, patch: unknown): Patched {
  if (patch !== null && !isArray(patch)) return mustBe(patch, 'Patch')
  const operations = patch ?? []
  const wrong = operations.find(each => each !== null && !isObject(each))
  if (wrong !== undefined) return mustBe(wrong, 'Operation')
  let current = document
  for (const operation of operations) {
    const result = apply(current, (operation ?? {}) as Operation)
    if (!result.ok) return result
    current = result.value
  }
  return fine(current)
}
