// Semantic equality of API values: absent, null, empty lists and empty maps are all the same.
// Upstream: apimachinery pkg/api/equality (Semantic.DeepEqual), v0.36.3.

function isVoid(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value !== 'object') return false
  for (const _ in value) return false
  return true
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) {
    if (!sameValue(a[index], b[index])) return false
  }
  return true
}

function sameFields(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>) {
  for (const field in a) {
    if (!sameValue(a[field], b[field])) return false
  }
  for (const field in b) {
    if (!(field in a) && !isVoid(b[field])) return false
  }
  return true
}

/** True when the API server would not tell `a` from `b`; cheap when they share structure. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (isVoid(a) || isVoid(b)) return isVoid(a) && isVoid(b)
  if (typeof a !== 'object' || typeof b !== 'object') return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  if (Array.isArray(a) && Array.isArray(b)) return sameList(a, b)
  return sameFields(a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>)
}
