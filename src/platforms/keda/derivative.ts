// apimachinery's equality.DeepDerivative: unset fields of the first count as equal.

export function isDerivative(wanted: unknown, found: unknown): boolean {
  if (wanted === undefined || wanted === null) return true
  if (wanted === 0 || wanted === '' || wanted === false) return true
  if (Array.isArray(wanted)) {
    if (wanted.length === 0) return true
    const list = Array.isArray(found) ? found : []
    return (
      wanted.length <= list.length && wanted.every((item, index) => isDerivative(item, list[index]))
    )
  }
  if (typeof wanted !== 'object') return wanted === found
  const other = (found ?? {}) as Record<string, unknown>
  return Object.entries(wanted).every(([key, value]) => isDerivative(value, other[key]))
}
