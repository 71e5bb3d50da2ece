// Semantic equality of plain JSON: absent, undefined and an empty list are the same.
// Upstream: apimachinery pkg/api/equality/semantic.go, v0.36.3.

type Fields = Readonly<Record<string, unknown>>

/** Whether two JSON values mean the same to the API server. */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) || Array.isArray(b)) return equalLists(a, b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return (a ?? undefined) === (b ?? undefined)
  }
  return equalExcept(a as Fields, b as Fields)
}

/** Equality of objects leaving top-level fields aside. */
export function equalExcept(a: Fields, b: Fields, ...ignored: readonly string[]): boolean {
  if (a === b) return true
  for (const key in a) {
    const left = a[key]
    const right = b[key]
    if (left !== right && !ignored.includes(key) && !semanticEqual(left, right)) return false
  }
  for (const key in b) {
    if (!Object.hasOwn(a, key) && !ignored.includes(key) && !semanticEqual(undefined, b[key]))
      return false
  }
  return true
}

/** Equality of objects leaving `metadata.resourceVersion` aside: whether a write changes nothing. */
export function sameStored(a: Fields, b: Fields): boolean {
  const metadata = a['metadata'] as Fields
  return (
    equalExcept(a, b, 'metadata') &&
    equalExcept(metadata, b['metadata'] as Fields, 'resourceVersion')
  )
}

function equalLists(a: unknown, b: unknown): boolean {
  const left = (a ?? []) as readonly unknown[]
  const right = (b ?? []) as readonly unknown[]
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false
  for (let index = 0; index < left.length; index += 1) {
    if (!semanticEqual(left[index], right[index])) return false
  }
  return true
}
