// JSON patches as Kyverno applies them: what is missing on the way of an `add` is made, and what is
// missing is removed without an error. Upstream: kyverno v1.19.1 pkg/engine/mutate/patch.

import { isArray, isObject, type Patched } from '../../kube/patch/json.ts'
import { applyJsonPatch } from '../../kube/patch/json-patch.ts'

export function applyKyvernoPatch(document: unknown, operations: readonly unknown[]): Patched {
  let value = document
  for (const operation of operations) {
    const { op, path } = isObject(operation) ? operation : {}
    const way = op === 'add' && typeof path === 'string' ? wayTo(path) : undefined
    if (
      op === 'replace' &&
      typeof path === 'string' &&
      path !== '' &&
      isAbsent(value, wayTo(path))
    ) {
      const error = `replace operation does not apply: doc is missing key: ${path}: missing value`
      return { ok: false, error }
    }
    const seen = way === undefined ? value : withWay(value, way)
    const result = applyJsonPatch(seen, [operation])
    if (result.ok) ({ value } = result)
    else if (op !== 'remove') return result
  }
  return { ok: true, value }
}

function wayTo(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Whether all but the last step of the way is there. */
function isAbsent(value: unknown, [key = '', ...rest]: readonly string[]): boolean {
  if (!isObject(value))
    return isArray(value) && rest.length > 0 && isAbsent(value[Number(key)], rest)
  return rest.length === 0 ? !Object.hasOwn(value, key) : isAbsent(value[key], rest)
}

/** The document with a container at every step before the last. */
function withWay(value: unknown, [key = '', ...rest]: readonly string[]): unknown {
  const [next] = rest
  if (next === undefined) return value
  if (!isObject(value) && !isArray(value)) return value
  const inner = (value as Readonly<Record<string, unknown>>)[key]
  const container = inner ?? (/^(?:\d+|-)$/u.test(next) ? [] : {})
  const made = withWay(container, rest)
  if (made === inner) return value
  if (isObject(value)) return { ...value, [key]: made }
  const at = key === '-' ? value.length : Number(key)
  const fill = Array.from({ length: Math.max(0, at - value.length) }, () => null)
  return [...value.slice(0, at), ...fill, made, ...value.slice(at + 1)]
}
