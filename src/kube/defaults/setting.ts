// How defaults are set on immutable objects: the same reference comes back when all were there.

/** What Go cannot tell from absent: the zero value of a field that is no pointer. */
function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === 0
}

/** Sets absent fields; what is there, zero or not, stays (fields that are pointers in Go). */
export function withAbsent<T extends object>(object: T, defaults: Readonly<Partial<T>>): T {
  let result: T | undefined
  for (const key in defaults) {
    if (object[key] === undefined || object[key] === null) {
      result ??= { ...object }
      result[key] = defaults[key] as T[typeof key]
    }
  }
  return result ?? object
}

/** Sets fields that are absent or zero (fields that are plain values in Go). */
export function withUnset<T extends object>(object: T, defaults: Readonly<Partial<T>>): T {
  let result: T | undefined
  for (const key in defaults) {
    if (isUnset(object[key])) {
      result ??= { ...object }
      result[key] = defaults[key] as T[typeof key]
    }
  }
  return result ?? object
}

/** Passes one field, if there, through `change`. */
export function withChanged<T extends object, K extends keyof T>(
  object: T,
  key: K,
  change: (value: NonNullable<T[K]>) => NonNullable<T[K]>,
): T {
  const value = object[key]
  if (value === undefined || value === null) return object
  const changed = change(value)
  return changed === value ? object : { ...object, [key]: changed }
}

/** Passes every item of a list through `change`. */
export function eachOf<T>(change: (item: T) => T): (items: readonly T[]) => readonly T[] {
  return items => {
    let result: T[] | undefined
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index] as T
      const changed = change(item)
      if (changed === item) continue
      result ??= items.slice()
      result[index] = changed
    }
    return result ?? items
  }
}

/** Remembers the result per input: templates are defaulted once, however often they are used. */
export function remembered<T extends object>(change: (value: T) => T): (value: T) => T {
  const results = new WeakMap<T, T>()
  return value => {
    const known = results.get(value)
    if (known !== undefined) return known
    const result = change(value)
    results.set(value, result)
    if (result !== value) results.set(result, result)
    return result
  }
}
