// Lookups of variables and hosts. Port of ansible-core 2.18 plugins/lookup/vars.py, varnames.py,
// inventory_hostnames.py.

import { isList, isMapping, type Value } from '../../values.ts'
import { TemplateFailure, UndefinedFailure, UnknownSignal } from '../failures.ts'
import { compileRegex } from '../python/regex.ts'
import { iterate } from '../python/iterate.ts'
import { repr, str } from '../python/represent.ts'
import { Callable, Undefined, Unknown } from '../special.ts'
import type { Lookup, Lookups } from './lookup.ts'

const vars: Lookup = (terms, named, context) => {
  const fallback = named.get('default')
  return terms.map(term => {
    const name = str(term)
    const value = context.variable(name)
    if (value !== undefined && !(value instanceof Undefined) && !(value instanceof Callable))
      return value
    if (fallback !== undefined) return fallback
    if (context.isNative) throw new TemplateFailure(`No variable named ${repr(name)} was found.`)
    throw new UndefinedFailure(`No variable found with this name: ${name}`)
  })
}

const varnames: Lookup = (terms, _named, context) => {
  const names = context.variableNames()
  return terms.flatMap(term => {
    const pattern = compileRegex(str(term), { ignoresCase: false, isMultiline: false })
    return names.filter(name => {
      pattern.lastIndex = 0
      return pattern.test(name)
    })
  })
}

// Groups and hosts by name, joined by `:`; other patterns need the inventory itself.
const inventoryHostnames: Lookup = (terms, _named, context) => {
  const groups = context.variable('groups')
  if (groups === undefined || !isMapping(groups)) return []
  const hosts: Value[] = []
  for (const name of terms
    .flatMap(term => (isList(term) ? term : [term]))
    .flatMap(each => str(each).split(/[:,]/))) {
    if (/[*?[\]!&~]/.test(name)) {
      throw new UnknownSignal(new Unknown([`the host pattern ${name} in a lookup`]))
    }
    const members = groups.get(name)
    const all =
      members === undefined
        ? iterate(groups.get('all') ?? []).includes(name)
          ? [name]
          : []
        : iterate(members)
    for (const host of all) if (!hosts.includes(host)) hosts.push(host)
  }
  return hosts
}

// A variable that is not set is an empty text, or the default.
const env: Lookup = (terms, named, { environment }) => {
  if (environment === undefined) {
    throw new UnknownSignal(new Unknown(["lookup 'env' of the controller"]))
  }
  const fallback = named.get('default')
  return terms.map(term => environment.get(str(term)) ?? fallback ?? '')
}

export const variableLookups: Lookups = {
  env,
  vars,
  varnames,
  inventory_hostnames: inventoryHostnames,
}
