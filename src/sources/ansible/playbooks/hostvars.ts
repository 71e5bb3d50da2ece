// The variables of all hosts as templates see them. Upstream: ansible-core 2.18 and 2.19
// vars/hostvars.py.

import { Scope, type ScopeOptions, type Variables } from '../templating/scope.ts'
import { UndefinedFailure } from '../templating/failures.ts'
import { undefinedName } from '../templating/attributes.ts'
import { Undefined } from '../templating/special.ts'
import { isPossiblyTemplate } from '../templating/templates.ts'
import type { Value } from '../values.ts'
import { LazyMapping } from './lazy-mapping.ts'

/** What `hostvars` is made of. */
export interface HostVarsSource {
  readonly options: ScopeOptions
  /** The names that iteration gives. */
  readonly hosts: () => Iterable<string>
  /** The variables of a host without those of a play, or undefined where there is no such host. */
  readonly variablesOf: (host: string) => Variables | undefined
}

/** The mapping `hostvars`. */
export function hostVars(source: HostVarsSource): Value {
  const views = new WeakMap<Variables, Value>()
  const view = (host: string): Value | undefined => {
    const variables = source.variablesOf(host)
    if (variables === undefined) return undefined
    let found = views.get(variables)
    if (found === undefined) {
      found = hostView(variables, source.options)
      views.set(variables, found)
    }
    return found
  }
  const isNative = source.options.version === '2.19'
  return new LazyMapping({
    pythonClass: 'ansible.vars.hostvars.HostVars',
    keys: source.hosts,
    get: key => {
      const found = typeof key === 'string' ? view(key) : undefined
      if (found !== undefined || isNative) return found
      return undefinedName(`hostvars['${String(key)}']`)
    },
    // A host that is not there is found as well, and is undefined.
    has: key => !isNative || (typeof key === 'string' && source.variablesOf(key) !== undefined),
  })
}

/** The variables of one host, templated with themselves alone. */
function hostView(variables: Variables, options: ScopeOptions): Value {
  const scope = new Scope(variables, options)
  return new LazyMapping({
    pythonClass: 'ansible.vars.hostvars.HostVarsVars',
    keys: () => variables.names(),
    has: key => typeof key === 'string' && variables.get(key) !== undefined,
    get: key => {
      if (typeof key !== 'string') return undefined
      const raw = variables.get(key)
      if (raw === undefined) return undefined
      const value = lenient(scope, key, raw)
      return value instanceof Undefined && !scope.isNative ? raw : value
    },
  })
}

// Before 2.19 a text whose variables are not there stays as it is written.
function lenient(scope: Scope, key: string, raw: Value): Value {
  if (typeof raw === 'string' && !isPossiblyTemplate(raw)) return raw
  try {
    return scope.variable(key) ?? null
  } catch (error) {
    if (error instanceof UndefinedFailure && !scope.isNative) return raw
    throw error
  }
}
