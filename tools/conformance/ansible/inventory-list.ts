// What `ansible-inventory --list` prints of an inventory, and how it fails where JSON has no form.
// Upstream: ansible-core 2.18 cli/inventory.py: json_inventory, dump.

import type { Inventory } from '../../../src/sources/ansible/inventory/inventory.ts'
import { hostVariables } from '../../../src/sources/ansible/inventory/inventory.ts'
import { hostsOf } from '../../../src/sources/ansible/inventory/patterns.ts'
import type { Group, Host, Variables } from '../../../src/sources/ansible/inventory/model.ts'
import { type TypeOrigin, typeName } from '../../../src/sources/ansible/inventory/type-name.ts'
import {
  type AnsibleVersion,
  Bytes,
  Float,
  Foreign,
  isList,
  isMapping,
  type Mapping,
  Moment,
  PythonSet,
  Tuple,
  UnsafeText,
  type Value,
  VaultText,
} from '../../../src/sources/ansible/values.ts'

/** The printed list, or the exit status and error. */
export type Listed =
  | { readonly rc: 0; readonly list: unknown }
  | { readonly rc: number; readonly error: string }

/** Variables that the engine itself sets; a user's of the same name is not shown either. */
const internal: ReadonlySet<Value> = new Set(
  (
    'ansible_async_path ansible_collection_name ansible_config_file ' +
    'ansible_dependent_role_names ansible_diff_mode ansible_facts ansible_forks ' +
    'ansible_inventory_sources ansible_limit ansible_play_batch ansible_play_hosts ' +
    'ansible_play_hosts_all ansible_play_role_names ansible_playbook_python ' +
    'ansible_role_name ansible_role_names ansible_run_tags ansible_skip_tags ' +
    'ansible_verbosity ansible_version group_names groups hostvars inventory_dir ' +
    'inventory_file inventory_hostname inventory_hostname_short play_hosts playbook_dir ' +
    'role_name role_names role_path role_uuid'
  ).split(' '),
)

const parserErrorStatus = 4
const bugStatus = 250

/** What is shown of a host, and the variables that it comes from. */
interface Shown {
  readonly mapping: Mapping
  readonly variables: Variables
}

/** Lists an inventory. */
export function listed(inventory: Inventory): Listed {
  const { version } = inventory.settings
  if (inventory.failure !== undefined) return { rc: 1, error: inventory.failure.text }
  const all = inventory.data.group('all')
  const hosts = hostsShown(inventory)
  const groups = groupsBelow(all, new Set(hosts))
  const hostvars: Record<string, unknown> = {}
  const variables = new Map<Host, Variables>()
  for (const host of hosts) {
    const read = hostVariables(inventory, host)
    const [error] = read.errors
    if (error !== undefined) return { rc: parserErrorStatus, error: error.text }
    variables.set(host, read.variables)
  }
  const mappings = new Map<string, Shown>()
  try {
    for (const [host, read] of variables) {
      const shown = [...read]
        .filter(([name]) => !isInternal(name, version))
        .map(([name, { value }]) => [name, value] as const)
      mappings.set(host.name, { mapping: new Map(shown), variables: read })
      const entries = shown.map(([name, value]) => [keyOf(name, version), json(value, version)])
      if (shown.length > 0) hostvars[host.name] = Object.fromEntries(entries)
    }
  } catch (error) {
    if (!(error instanceof NotJson)) throw error
    return {
      rc: bugStatus,
      error: `Unexpected Exception, this is probably a bug: ${error.message}`,
    }
  }
  warnOfOrder(mappings, inventory)
  return { rc: 0, list: { ...groups, _meta: { hostvars } } }
}

/** The hosts of the pattern `all`; a host of that name takes the place of the group. */
export function hostsShown(inventory: Inventory): readonly Host[] {
  return hostsOf(inventory, 'all').hosts
}

function isInternal(name: Value, version: AnsibleVersion): boolean {
  return internal.has(name) || (name === 'omit' && version !== '2.19')
}

function groupsBelow(top: Group, available: ReadonlySet<Host>): Record<string, unknown> {
  const results: Record<string, unknown> = {}
  const seen = new Set<Group>()
  const add = (group: Group): void => {
    const hosts =
      group.name === 'all'
        ? []
        : group.hosts.filter(host => available.has(host)).map(({ name }) => name)
    const children = group.children.map(({ name }) => name)
    if (hosts.length > 0 || children.length > 0) {
      results[group.name] = {
        ...(hosts.length > 0 && { hosts }),
        ...(children.length > 0 && { children }),
      }
    }
    for (const child of group.children) {
      if (seen.has(child)) continue
      seen.add(child)
      add(child)
    }
  }
  add(top)
  return results
}

/** A value that Python's JSON cannot write; never leaves this file. */
class NotJson extends Error {}

// Up to 2.18 keys are sorted; where they cannot be, the list is printed unsorted, with a warning.
function warnOfOrder(mappings: ReadonlyMap<string, Shown>, inventory: Inventory): void {
  if (inventory.settings.version === '2.19') return
  for (const name of [...mappings.keys()].sort()) {
    const shown = mappings.get(name)
    const types =
      shown === undefined ? undefined : incomparable(shown.mapping, originIn(shown.variables))
    if (types === undefined) continue
    const text =
      'Could not sort JSON output due to issues while sorting keys: ' +
      `'<' not supported between instances of ${types}`
    inventory.data.messages.warn({ text, about: 'variable' })
    return
  }
}

/** The types of the first two keys, one after the other, that do not compare. */
function incomparable(mapping: Mapping, typesOf: (key: Value) => TypeOrigin): string | undefined {
  const keys = [...mapping.keys()]
  const at = keys.findIndex((key, index) => {
    return index > 0 && kindOf(key) !== kindOf(keys[index - 1] as Value)
  })
  if (at > 0) {
    const pair = [keys[at] as Value, keys[at - 1] as Value] as const
    return pair.map(key => `'${typeName(key, '2.18', typesOf(key))}'`).join(' and ')
  }
  for (const [key, value] of mapping) {
    const inner = isMapping(value) ? incomparable(value, () => typesOf(key)) : undefined
    if (inner !== undefined) return inner
  }
  return undefined
}

// Names that an INI file gives have no column, and Python's own types.
function originIn(variables: Variables): (key: Value) => TypeOrigin {
  return key => {
    const place = variables.get(key)?.namedAt
    return place !== undefined && place.column === undefined ? 'python' : 'yaml'
  }
}

function kindOf(key: Value): string {
  if (typeof key === 'string') return 'text'
  return key === null ? 'none' : 'number'
}

function keyOf(key: Value, version: AnsibleVersion): string {
  if (typeof key === 'string') return key
  if (key === null || typeof key === 'boolean') return String(key)
  if (typeof key === 'number' || typeof key === 'bigint') return String(key)
  if (key instanceof Float) return String(key.value)
  const type = typeName(key, version, 'python')
  if (version === '2.19') {
    throw new NotJson(
      `Key of type '${type}' is not JSON serializable by the 'inventory_legacy' profile.`,
    )
  }
  throw new NotJson(`keys must be str, int, float, bool or None, not ${type}`)
}

function json(value: Value, version: AnsibleVersion): unknown {
  if (typeof value === 'bigint') return { $number: String(value) }
  if (typeof value !== 'object' || value === null) return value
  if (isMapping(value)) {
    return Object.fromEntries(
      [...value].map(([key, item]) => [keyOf(key, version), json(item, version)]),
    )
  }
  if (isList(value)) return value.map(item => json(item, version))
  if (value instanceof Tuple) return value.items.map(item => json(item, version))
  return special(value, version)
}

function special(value: Value, version: AnsibleVersion): unknown {
  if (value instanceof Float) {
    return Number.isFinite(value.value) ? value.value : { $number: String(value.value) }
  }
  if (value instanceof UnsafeText) return { __ansible_unsafe: value.text }
  if (value instanceof VaultText) return { __ansible_vault: value.ciphertext }
  if (value instanceof Moment) return value.iso
  if (value instanceof PythonSet && version === '2.19') {
    return value.items.map(item => json(item, version))
  }
  const isOpaque = value instanceof Bytes || value instanceof Foreign || value instanceof PythonSet
  const type = isOpaque ? typeName(value, version, 'python') : typeof value
  const by = version === '2.19' ? " by the 'inventory_legacy' profile." : ''
  const shown = version === '2.19' ? `'${type}'` : type
  throw new NotJson(`Object of type ${shown} is not JSON serializable${by}`)
}
