// Equality of plain JSON values; absent and empty maps of strings count as equal.

export { sameJson } from '../kube/patch/json.ts'

/** Whether two maps of strings have the same entries. */
export function sameStrings(
  a: Readonly<Record<string, string>> | undefined,
  b: Readonly<Record<string, string>> | undefined,
): boolean {
  if (a === b) return true
  const left = a ?? {}
  const right = b ?? {}
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every(key => left[key] === right[key])
}
