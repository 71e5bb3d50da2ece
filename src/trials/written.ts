// Fields of objects as users wrote them, which nobody has checked yet: wrong types read as absent.

type Fields = Readonly<Record<string, unknown>>

/** A mapping, or an empty one. */
export function fieldsOf(value: unknown): Fields {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isMapping ? (value as Fields) : {}
}

/** The mappings of a list, or none. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : []
}
