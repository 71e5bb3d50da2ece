// Deep equality of plain JSON values.

/** Whether two JSON values are equal; the order of keys does not matter. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  const other = b as Readonly<Record<string, unknown>>
  return keys.every(
    key => key in other && equalJson((a as Readonly<Record<string, unknown>>)[key], other[key]),
  )
}
