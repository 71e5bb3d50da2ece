// What a task gave on a host: the mapping that `register` keeps, and how the run takes it.

import { type Value } from '../values.ts'
import { truth } from '../templating/python/iterate.ts'
import { Unknown } from '../templating/special.ts'

export type Result = Map<string, Value>

/** A result from its fields. */
export function resultOf(fields: Readonly<Record<string, Value>>): Result {
  return new Map(Object.entries(fields))
}

/** Whether a flag of a result is set; an unknown flag is not. */
export function hasFlag(result: Result, name: string): boolean {
  const value = result.get(name)
  if (value === undefined || value instanceof Unknown) return false
  return truth(value)
}

/** A result as a value, for `register`. */
export function registered(result: Result): Value {
  const value = new Map<Value, Value>()
  for (const [name, each] of result) if (!name.startsWith('_')) value.set(name, each)
  return value
}
