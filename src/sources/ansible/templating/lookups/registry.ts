// Lookups by name: what `lookup('…')`, `query('…')` and `with_…` give without leaving the files.
// Upstream: ansible-core 2.18 plugins/lookup/.

import type { Value } from '../../values.ts'
import type { Context } from '../context.ts'
import { TemplateFailure, UnknownSignal } from '../failures.ts'
import { type CallArguments, Unknown } from '../special.ts'
import { listLookups } from './lists.ts'
import type { Lookup } from './lookup.ts'
import { mergeVariablesLookups } from './merge-variables.ts'
import { variableLookups } from './variables.ts'

/** What only the controller knows: its files, environment, programs and secrets. */
const outside: ReadonlySet<string> = new Set([
  'file',
  'fileglob',
  'first_found',
  'lines',
  'password',
  'pipe',
  'template',
  'unvault',
  'url',
  'csvfile',
  'ini',
  'config',
  'k8s',
  'random_choice',
  'community.general.random_string',
  'kubernetes.core.k8s',
  'amazon.aws.aws_secret',
  'community.hashi_vault.hashi_vault',
])

const byName = new Map<string, Lookup>(
  [listLookups, mergeVariablesLookups, variableLookups].flatMap(family => Object.entries(family)),
)

/** The results of a lookup, a list; fails where there is none of that name. */
export function runLookup(
  name: string,
  terms: readonly Value[],
  named: CallArguments['named'],
  context: Context,
): readonly Value[] {
  const short = name.replace(/^ansible\.(?:builtin|legacy)\./, '')
  const found = byName.get(short)
  if (found !== undefined) return found(terms, named, context)
  if (outside.has(short))
    throw new UnknownSignal(new Unknown([`lookup '${short}' of the controller`]))
  if (isOfCollection(short)) {
    throw new UnknownSignal(new Unknown([`lookup '${name}' of a collection`]))
  }
  throw new TemplateFailure(
    context.isNative
      ? `The lookup plugin '${name}' was not found.`
      : `lookup plugin (${name}) not found`,
  )
}

/** Whether a name is that of a plugin of a collection, which may be installed or not. */
export function isOfCollection(name: string): boolean {
  return /^\w+\.\w+\.\w+$/.test(name) && !name.startsWith('ansible.builtin.')
}
