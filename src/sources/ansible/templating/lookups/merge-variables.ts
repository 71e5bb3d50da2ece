// The lookup community.general.merge_variables: lists or mappings of all variables whose names
// match.
// Upstream: community.general 11 plugins/lookup/merge_variables.py.

import { compareStrings } from '../../../../base/compare.ts'
import { isList, isMapping, type Mapping, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { item } from '../attributes.ts'
import { compileRegex } from '../python/regex.ts'
import { iterate } from '../python/iterate.ts'
import { str } from '../python/represent.ts'
import { Undefined } from '../special.ts'
import type { Lookup, Lookups } from './lookup.ts'

type Matches = (name: string) => boolean

const matchers: Readonly<Record<string, (pattern: string) => Matches>> = {
  prefix: pattern => name => name.startsWith(pattern),
  regex: pattern => {
    const compiled = compileRegex(pattern, { ignoresCase: false, isMultiline: false })
    return name => {
      compiled.lastIndex = 0
      return compiled.test(name)
    }
  },
  suffix: pattern => name => name.endsWith(pattern),
}

/** Whether two mappings may set the same key. */
type Override = 'error' | 'ignore' | 'warn'

const mergeVariables: Lookup = (terms, named, context) => {
  const type = str(named.get('pattern_type') ?? 'regex')
  const matcher = Object.hasOwn(matchers, type) ? matchers[type] : undefined
  if (matcher === undefined) throw new TemplateFailure(`unknown pattern_type: ${type}`)
  const override = str(named.get('override') ?? 'error') as Override
  const start = named.get('initial_value') ?? null
  const groups = iterate(named.get('groups') ?? []).map(str)
  return terms.map(term => {
    const matches = matcher(str(term))
    if (groups.length === 0) {
      const values = sorted(context.variableNames(), matches).map(
        name => context.variable(name) ?? null,
      )
      return values.reduce((all, value) => merged(all, value, override), start)
    }
    const hostvars = context.variable('hostvars') ?? new Map<Value, Value>()
    const own = iterate(hostvars)
      .map(host => item(context.version, hostvars, host))
      .filter(view => isMapping(view) && isInOneOf(view, groups))
    const values = own.flatMap(view =>
      isMapping(view)
        ? sorted([...view.keys()].map(str), matches).map(name => view.get(name) ?? null)
        : [],
    )
    return values.reduce((all, value) => merged(all, value, override), start)
  })
}

function sorted(names: readonly string[], matches: Matches): readonly string[] {
  return names.filter(matches).sort(compareStrings)
}

function isInOneOf(view: Mapping, groups: readonly string[]): boolean {
  return iterate(view.get('group_names') ?? []).some(name => groups.includes(str(name)))
}

function merged(all: Value, value: Value, override: Override): Value {
  if (value instanceof Undefined) return all
  if (!isList(value) && !isMapping(value)) {
    throw new TemplateFailure('Not supported type detected, variable must be a list or a dict')
  }
  if (all === null) return value
  if (isList(all) && isList(value)) return [...all, ...value]
  if (isMapping(all) && isMapping(value)) return mergedMappings(all, value, override)
  throw new TemplateFailure('Unable to merge, not all variables are of the same type')
}

function mergedMappings(all: Mapping, more: Mapping, override: Override): Value {
  const result = new Map(all)
  for (const [key, value] of more) {
    const before = result.get(key)
    if (isMapping(before ?? null) && isMapping(value)) {
      result.set(key, mergedMappings(before as Mapping, value, override))
    } else if (before !== undefined && isList(before) && isList(value)) {
      result.set(key, [...before, ...value])
    } else {
      if (before !== undefined && override === 'error') {
        throw new TemplateFailure(
          `The key '${str(key)}' with value '${str(before)}' will be overwritten`,
        )
      }
      result.set(key, value)
    }
  }
  return result
}

export const mergeVariablesLookups: Lookups = {
  'community.general.merge_variables': mergeVariables,
}
