// Strict tasks that call a program on hosts to which nothing brings it.

import type { Problem } from '../../../base/problem.ts'
import { codes, errorAt } from '../../problems.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Task } from '../playbooks/model.ts'
import { placesAbove } from '../playbooks/places.ts'
import type { TaskTrace } from '../playbooks/trace.ts'
import { hostsOf, type Rehearsal } from './reach.ts'
import { programsOfRole } from './uses.ts'
import { placesText, someHosts } from './words.ts'

/** A task that fails for want of a program. */
export interface StrictTask {
  readonly trace: TaskTrace
  readonly program: string
  readonly hosts: readonly string[]
}

/** Programs on a host: those that are brought for certain, and those that perhaps are. */
export interface Brought {
  readonly certain: Set<string>
  readonly perhaps: Set<string>
}

/** The programs that each host has once the playbook has run, by host. */
export function programsByHost({ plays, programs }: Rehearsal): ReadonlyMap<string, Brought> {
  const known = new Map<string, Brought>()
  for (const { task, results } of plays.flatMap(play => play.tasks)) {
    const roles = programsOfRole(task)
    for (const result of results) {
      const isCertain = result.is === 'ok' || result.is === 'item_ok'
      if (!isCertain && result.is !== 'unknown') continue
      const own = programs.brings.get(task)?.get(result.host) ?? []
      const all = [...roles, ...own]
      if (all.length === 0) continue
      for (const host of hostsOf(result)) {
        const brought = known.get(host) ?? { certain: new Set(), perhaps: new Set() }
        known.set(host, brought)
        for (const name of all) (isCertain ? brought.certain : brought.perhaps).add(name)
      }
    }
  }
  return known
}

/** Tasks that certainly run where a program that they cannot do without is certainly missing. */
export function strictTasks(rehearsal: Rehearsal, { hosts }: Inventory): readonly StrictTask[] {
  const has = programsByHost(rehearsal)
  const found = new Map<string, { trace: TaskTrace; program: string; hosts: Set<string> }>()
  for (const trace of rehearsal.plays.flatMap(play => play.tasks)) {
    const uses = rehearsal.programs.uses.get(trace.task)
    for (const result of uses === undefined ? [] : trace.results) {
      if (result.is !== 'ok' && result.is !== 'item_ok') continue
      for (const use of uses?.get(result.host) ?? []) {
        if (use.tolerance !== undefined) continue
        const on = use.delegatedTo === undefined ? hostsOf(result) : [use.delegatedTo]
        const without = on.filter(host => hosts.has(host) && !isThere(has.get(host), use.program))
        if (without.length === 0) continue
        const key = `${keyOf(trace.task)}\n${use.program}`
        const known = found.get(key) ?? { trace, program: use.program, hosts: new Set<string>() }
        found.set(key, known)
        for (const host of without) known.hosts.add(host)
      }
    }
  }
  return [...found.values()].map(each => ({ ...each, hosts: [...each.hosts] }))
}

function isThere(brought: Brought | undefined, program: string): boolean {
  return brought?.certain.has(program) === true || brought?.perhaps.has(program) === true
}

function keyOf({ at }: Task): string {
  return `${at.file}:${at.line ?? 0}`
}

/** A strict task as a finding. */
export function strictTaskProblem({ trace, program, hosts }: StrictTask): Problem {
  const { task, name } = trace
  return errorAt(codes.playbookProgram, task.at, {
    what: `task "${name}" calls ${program} on ${someHosts(hosts)}, where nothing brings it`,
    why:
      'the task is strict, so that it fails there, and the play ends; ' +
      `it is reached through ${placesText(placesAbove(trace.task))}`,
    todo:
      `run it only where ${program} is, look for ${program} with stat first, ` +
      'or let it fail with failed_when: false',
  })
}
