// Replays expressions.jsonl.gz: what a condition or template gives on one host of a play.

import { hostVariables, readInventory } from '../../../src/sources/ansible/inventory/inventory.ts'
import type { Inventory } from '../../../src/sources/ansible/inventory/inventory.ts'
import { hostsOf } from '../../../src/sources/ansible/inventory/patterns.ts'
import { defaultSettings } from '../../../src/sources/ansible/inventory/settings.ts'
import { hostVars } from '../../../src/sources/ansible/playbooks/hostvars.ts'
import { evaluateCondition } from '../../../src/sources/ansible/templating/conditions.ts'
import { evaluate } from '../../../src/sources/ansible/templating/evaluate.ts'
import { Scope, type Variables } from '../../../src/sources/ansible/templating/scope.ts'
import { omit } from '../../../src/sources/ansible/templating/special.ts'
import type { AnsibleVersion, Value } from '../../../src/sources/ansible/values.ts'
import { expectationsOf, type Recorded, type Replay } from './recording.ts'
import { fromJson, toJson } from './values-json.ts'

interface Expect {
  readonly result?: boolean
  readonly falseCondition?: unknown
  readonly value?: unknown
  readonly error?: string
  readonly undefined?: boolean
}

interface ExpressionCase extends Recorded<Expect & { readonly messages?: readonly string[] }> {
  readonly kind: 'when' | 'template'
  readonly expr: unknown
  readonly vars: Readonly<Record<string, unknown>>
  readonly inventory: string
  readonly host: string
  readonly anyOrder?: boolean
}

export const expressions: Replay = (recorded, tally) => {
  const each = recorded as ExpressionCase
  const family = `expressions/${each.id.replace(/-\d+$/, '')}`
  for (const { engine, version, expect } of expectationsOf(each)) {
    const name = { family, id: `${each.id}@${engine}` }
    if (!tally.wants(name)) continue
    const scope = scopeOf(each, version, engine)
    const got = each.kind === 'when' ? condition(each, scope) : template(each, scope)
    const order = each.anyOrder === true ? sorted : (value: unknown): unknown => value
    tally.compare(name, wanted(expect, order), wanted(got, order))
  }
}

// Texts of errors differ between versions of Python; the fact and its kind are compared.
function wanted(expect: Expect, order: (value: unknown) => unknown): unknown {
  if (expect.error !== undefined) return { isError: true, isUndefined: expect.undefined === true }
  const { result, falseCondition, value } = expect
  return { result, falseCondition, value: order(value) }
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort() : value
}

function condition({ expr }: ExpressionCase, scope: Scope): Expect {
  const verdict = evaluateCondition(fromJson(expr), scope)
  if ('error' in verdict) return { error: verdict.error, undefined: verdict.isUndefined }
  if ('unknown' in verdict) return { error: `unknown: ${verdict.unknown.join('; ')}` }
  if (verdict.result) return { result: true }
  return { result: false, falseCondition: toJson(verdict.falseCondition) }
}

// The recorded template is the message of a debug task, which has a text of its own without one.
const debugDefault = 'Hello world!'

function template({ expr }: ExpressionCase, scope: Scope): Expect {
  const evaluated = evaluate(fromJson(expr), scope)
  if ('error' in evaluated) return { error: evaluated.error, undefined: evaluated.isUndefined }
  if ('unknown' in evaluated) return { value: { unknown: evaluated.unknown } }
  return { value: evaluated.value === omit ? debugDefault : toJson(evaluated.value) }
}

function scopeOf(each: ExpressionCase, version: AnsibleVersion, engine: string): Scope {
  const settings = defaultSettings(version)
  const inventory = readInventory(new Map([['hosts.yml', each.inventory]]), ['hosts.yml'], settings)
  const all = hostsOf(inventory, 'all').hosts.map(({ name }) => name)
  const options = { version }
  const known = new Map<string, Variables>()
  const variablesOf = (host: string): Variables | undefined => {
    if (!inventory.hosts.has(host)) return undefined
    const found = known.get(host) ?? variables(ofHost(inventory, host))
    known.set(host, found)
    return found
  }
  const own = ofHost(inventory, each.host)
  for (const [name, value] of Object.entries(each.vars)) own.set(name, fromJson(value))
  const [major, minor, revision] = engine.split('.').map(Number)
  const names = [...all, ...(version === '2.19' ? [] : ['localhost'])]
  const magic: readonly (readonly [string, Value])[] = [
    ['hostvars', hostVars({ options, hosts: () => names, variablesOf })],
    ['ansible_play_hosts', all],
    ['ansible_play_hosts_all', all],
    ['play_hosts', all],
    ['playbook_dir', '/playbook'],
    ['ansible_run_tags', ['all']],
    ['ansible_version', fromJson({ full: engine, string: engine, major, minor, revision })],
  ]
  for (const [name, value] of magic) if (!own.has(name) || name === 'hostvars') own.set(name, value)
  own.set('omit', omit)
  return new Scope(variables(own), options)
}

function variables(values: ReadonlyMap<string, Value>): Variables {
  return { get: name => values.get(name), names: () => values.keys() }
}

function ofHost(inventory: Inventory, name: string): Map<string, Value> {
  const values = new Map<string, Value>()
  const host = inventory.hosts.get(name)
  if (host === undefined) return values
  for (const [key, { value }] of hostVariables(inventory, host).variables) {
    if (typeof key === 'string') values.set(key, value)
  }
  const groups = new Map<Value, Value>()
  for (const group of inventory.groups.keys()) {
    const found = hostsOf(inventory, group).hosts.map(each => each.name)
    groups.set(group, found)
  }
  const member = host.groups.map(group => group.name).filter(group => group !== 'all')
  values.set('inventory_hostname', name)
  values.set('inventory_hostname_short', name.split('.')[0] ?? name)
  values.set('group_names', member.sort())
  values.set('groups', groups)
  return values
}
