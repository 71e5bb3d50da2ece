// Puts variables of higher precedence over those of lower. Upstream: ansible-core 2.18
// utils/vars.py combine_vars, merge_hash.

import { isMapping, type Mapping, sameKey, type Value } from '../values.ts'
import type { Variable, Variables } from './model.ts'
import type { Settings } from './settings.ts'

/** `over` put over `under`; a name that is in both keeps its place. */
export function combined(under: Variables, over: Variables, settings: Settings): Variables {
  if (over.size === 0) return under
  const result = new Map(under)
  for (const [name, variable] of over) assign(result, name, variable, settings)
  return result
}

/** Sets one variable over what is there. */
export function assign(
  variables: Map<Value, Variable>,
  name: Value,
  variable: Variable,
  settings: Settings,
): void {
  // A text is only equal to the same text.
  const key = typeof name === 'string' ? name : (sameKey(variables, name) ?? name)
  const before = variables.get(key)
  if (before === undefined) variables.set(key, variable)
  else {
    const isMerged = settings.hashBehaviour === 'merge'
    const value = isMerged ? merged(before.value, variable.value) : variable.value
    variables.set(key, { value, at: variable.at, namedAt: before.namedAt })
  }
}

function merged(under: Value, over: Value): Value {
  return isMapping(under) && isMapping(over) ? mergedMappings(under, over) : over
}

function mergedMappings(under: Mapping, over: Mapping): Mapping {
  const result = new Map(under)
  for (const [name, value] of over) {
    const key = sameKey(result, name) ?? name
    const before = result.get(key)
    result.set(key, before === undefined ? value : merged(before, value))
  }
  return result
}
