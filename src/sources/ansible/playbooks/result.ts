// What a task gave on a host: the mapping that `register` keeps, and how the run takes it.

import { isPossiblyTemplate } from '../templating/templates.ts'
import { isList, isMapping, UnsafeText, type Value } from '../values.ts'
import { truth } from '../templating/python/iterate.ts'
import { Unknown } from '../templating/special.ts'
import { LazyMapping } from './lazy-mapping.ts'

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
  for (const [name, each] of result) if (!name.startsWith('_')) value.set(name, protect(each))
  const open = result.get('_open')
  return open instanceof Unknown ? openMapping(value, open) : value
}

// Whatever a host may have answered is there perhaps, and unknown.
function openMapping(known: ReadonlyMap<Value, Value>, unknown: Unknown): Value {
  const missing = new Unknown(unknown.reasons, { isDefined: false })
  return new LazyMapping({
    pythonClass: 'dict',
    keys: () => known.keys(),
    has: () => true,
    get: key => known.get(key) ?? missing,
  })
}

/** A value whose texts are never read as templates, whatever they look like. */
export function protect(value: Value): Value {
  if (typeof value === 'string') return isPossiblyTemplate(value) ? new UnsafeText(value) : value
  if (isList(value)) return value.some(isUnprotected) ? value.map(protect) : value
  if (!isMapping(value) || ![...value.values()].some(isUnprotected)) return value
  return new Map([...value].map(([key, each]) => [key, protect(each)] as const))
}

function isUnprotected(value: Value): boolean {
  if (typeof value === 'string') return isPossiblyTemplate(value)
  if (isList(value)) return value.some(isUnprotected)
  return isMapping(value) && [...value.values()].some(isUnprotected)
}
