// What of a recorded run over a real project can be checked without the project: the hosts of
// plays, and that no recorded false condition is true for what is known of a host.

import { hostVariables } from '../../../src/sources/ansible/inventory/inventory.ts'
import type { Inventory } from '../../../src/sources/ansible/inventory/inventory.ts'
import { evaluateCondition } from '../../../src/sources/ansible/templating/conditions.ts'
import { globalOf } from '../../../src/sources/ansible/templating/globals.ts'
import { Scope } from '../../../src/sources/ansible/templating/scope.ts'
import { str } from '../../../src/sources/ansible/templating/python/represent.ts'
import { Unknown } from '../../../src/sources/ansible/templating/special.ts'
import type { Value } from '../../../src/sources/ansible/values.ts'
import type { Tally } from '../tally.ts'
import type { ReachCase, ReachPlay } from './reach.ts'
import { inventoryOf, versionOf } from './trees.ts'
import { fromJson } from './values-json.ts'

/** Compares the parts of a case that need no tree. */
export function checkWithoutTree(each: ReachCase, tally: Tally): void {
  const family = `reach/${each.project}`
  const name = { family, id: each.id }
  if (!tally.wants(name)) return
  const inventory = inventoryOf(each)
  const wrong = each.plays.flatMap(play => [
    ...trueConditions(each, inventory, play),
    ...falseConditions(each, inventory, play),
  ])
  tally.compare(name, [], wrong)
}

/** Recorded false conditions that are true for what the inventory says. */
function trueConditions(each: ReachCase, inventory: Inventory, play: ReachPlay): readonly string[] {
  const scopes = new Map<string, Scope>()
  return play.tasks.flatMap(task =>
    Object.entries(task.skipped ?? {}).flatMap(([condition, hosts]) => {
      // Conditions of several items are told together.
      if (condition === '' || condition.includes(' | ')) return []
      return hosts
        .filter(host => {
          const scope = scopes.get(host) ?? scopeOf(each, inventory, host)
          scopes.set(host, scope)
          const verdict = evaluateCondition(condition, scope)
          return 'result' in verdict && verdict.result
        })
        .map(host => `${task.name}: ${condition} (${host})`)
    }),
  )
}

/** Conditions of tasks that ran which are false for what the inventory says. */
function falseConditions(
  each: ReachCase,
  inventory: Inventory,
  play: ReachPlay,
): readonly string[] {
  const scopes = new Map<string, Scope>()
  return play.tasks.flatMap(task =>
    (task.ok ?? []).flatMap(host => {
      const scope = scopes.get(host) ?? scopeOf(each, inventory, host)
      scopes.set(host, scope)
      return (task.when ?? [])
        .filter(condition => {
          const verdict = evaluateCondition(fromJson(condition), scope)
          return 'result' in verdict && !verdict.result
        })
        .map(condition => `${task.name}: ${String(condition)} (${host})`)
    }),
  )
}

// Whatever the inventory does not say, roles, facts or tasks may.
function scopeOf(each: ReachCase, inventory: Inventory, name: string): Scope {
  const values = new Map<string, Value>()
  const host = inventory.hosts.get(name)
  if (host !== undefined) {
    for (const [key, { value }] of hostVariables(inventory, host).variables)
      values.set(str(key), value)
  }
  values.set('inventory_hostname', name)
  return new Scope(
    {
      get: key =>
        values.get(key) ??
        (globalOf(key) === undefined
          ? new Unknown([`the variable ${key}`], { isDefined: false })
          : undefined),
      names: () => values.keys(),
    },
    { version: versionOf(each.engine) },
  )
}
