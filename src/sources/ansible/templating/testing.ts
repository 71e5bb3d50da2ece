// A scope over given variables, for tests.

import type { AnsibleVersion, Value } from '../values.ts'
import { Scope } from './scope.ts'

/** A scope of that version whose variables are the given ones. */
export function scopeWith(
  variables: Readonly<Record<string, Value>>,
  version: AnsibleVersion = '2.18',
): Scope {
  const all = new Map(Object.entries(variables))
  return new Scope({ get: name => all.get(name), names: () => all.keys() }, { version })
}
