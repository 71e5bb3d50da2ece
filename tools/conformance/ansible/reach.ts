// Replays reach.jsonl.gz: which host every task of a real project reaches.

import { dirname, join } from 'node:path'
import { existsSync } from 'node:fs'
import { inherited, inheritedList, tagsOf } from '../../../src/sources/ansible/playbooks/inherit.ts'
import { runPlaybooks } from '../../../src/sources/ansible/playbooks/run.ts'
import type {
  PlayTrace,
  ResultTrace,
  TaskTrace,
} from '../../../src/sources/ansible/playbooks/trace.ts'
import { treeRoot } from '../../../src/sources/ansible/playbooks/tree.ts'
import { defaultDump, dumpJson } from '../../../src/sources/ansible/templating/python/json.ts'
import { str } from '../../../src/sources/ansible/templating/python/represent.ts'
import { isList, isMapping, type Value } from '../../../src/sources/ansible/values.ts'
import { readRecording } from '../recordings.ts'
import type { Replay } from './recording.ts'
import { checkWithoutTree } from './reach-conditions.ts'
import { optionsOver, type ProjectCase } from './trees.ts'
import { toJson } from './values-json.ts'
import { answersIn, type World } from './world.ts'

export interface ReachTask {
  readonly name: string
  readonly when?: readonly unknown[]
  readonly ok?: readonly string[]
  readonly skipped?: Readonly<Record<string, readonly string[]>>
}

export interface ReachPlay {
  readonly name: string
  readonly hosts: readonly string[]
  readonly targets: readonly string[]
  readonly tasks: readonly ReachTask[]
}

export interface ReachCase extends ProjectCase {
  readonly world: string
  readonly failed: boolean
  readonly roleHosts: unknown
  readonly stats: unknown
  readonly plays: readonly ReachPlay[]
}

export const reach: Replay = (recorded, tally, { trees, path }) => {
  const each = recorded as ReachCase
  const folder = trees.get(`${each.project}@${each.ref}`)
  if (folder === undefined) {
    checkWithoutTree(each, tally)
    return
  }
  const base = `reach/${each.project}-tree`
  if (!tally.wants({ family: base, id: each.id })) return
  const answers = answersIn(worldOf(path, each.world))
  const result = runPlaybooks({ ...optionsOver(folder, each), answers })
  const stats = Object.fromEntries(result.recaps)
  const got = result.plays.map(playOf)
  for (const [index, play] of each.plays.entries()) {
    const name = { family: `${base}/tasks`, id: `${each.id}/${index}` }
    tally.compare(name, unordered(play), unordered(got[index]))
  }
  const rest = { family: `${base}/stats`, id: each.id }
  tally.compare(
    rest,
    { plays: each.plays.length, stats: each.stats, roleHosts: each.roleHosts, errors: [] },
    { plays: got.length, stats, roleHosts: roleHosts(result.plays), errors: result.errors },
  )
}

/** Labels of a loop's items as sets: filters that make sets of texts leave their order open. */
function unordered(play: unknown): unknown {
  const each = play as
    | { readonly tasks?: readonly { readonly items?: readonly Items[] }[] }
    | undefined
  if (each?.tasks === undefined) return play
  const sort = (labels: readonly unknown[] | undefined): unknown =>
    labels === undefined ? undefined : [...labels].map(String).sort()
  const tasks = each.tasks.map(task =>
    task.items === undefined
      ? task
      : {
          ...task,
          items: task.items.map(group => ({
            ...group,
            ok: sort(group.ok),
            skipped: sort(group.skipped),
            failed: sort(group.failed),
          })),
        },
  )
  return { ...each, tasks }
}

interface Counts {
  ok: number
  skipped: number
  failed: number
}

/** How often the tasks of each role gave what on each host. */
function roleHosts(plays: readonly PlayTrace[]): Readonly<Record<string, Record<string, Counts>>> {
  const roles: Record<string, Record<string, Counts>> = {}
  for (const { task, results } of plays.flatMap(play => play.tasks)) {
    if (task.role === undefined) continue
    for (const { host, is } of results) {
      if (is !== 'ok' && is !== 'skipped' && is !== 'failed') continue
      const hosts = (roles[task.role.name] ??= {})
      const counts = (hosts[host] ??= { ok: 0, skipped: 0, failed: 0 })
      counts[is] += 1
    }
  }
  return roles
}

function worldOf(path: string, name: string): World | undefined {
  const file = join(dirname(path), 'worlds.jsonl.gz')
  if (!existsSync(file)) return undefined
  const worlds = [...readRecording(file)] as World[]
  return worlds.find(({ world }) => world === name)
}

function playOf({ name, hosts, targets, tasks, marks }: PlayTrace): unknown {
  return { name, hosts, targets, tasks: tasks.map(taskOf), ...(marks.length > 0 && { marks }) }
}

function taskOf({ task, name, results, included }: TaskTrace): unknown {
  const tags = [...tagsOf(task)].sort()
  const when = inheritedList(task, 'when').map(toJson)
  const register = task.attributes.get('register')
  const final = results.filter(({ is }) => !is.startsWith('item_'))
  const items = itemsOf(results)
  return {
    name,
    action: task.action,
    ...(task.role !== undefined && { role: task.role.name }),
    path: `${task.at.file}:${task.at.line}`,
    ...(tags.length > 0 && { tags }),
    ...(when.length > 0 && { when }),
    ...(inherited(task, 'run_once') === true && { runOnce: true }),
    ...(register !== undefined && { register }),
    ...(task.isHandler && { handler: true }),
    ...hostsBy(final, results),
    ...(items.length > 0 && { items }),
    ...(included.length > 0 && {
      included: included.map(({ file, hosts, item }) => ({
        file,
        hosts,
        ...(item !== undefined && { item: labelOf(item) }),
      })),
    }),
  }
}

function hostsBy(
  final: readonly ResultTrace[],
  all: readonly ResultTrace[],
): Readonly<Record<string, unknown>> {
  const ok: string[] = []
  const skipped: Record<string, string[]> = {}
  const failed: Record<string, string[]> = {}
  const unknown: Record<string, string[]> = {}
  const put = (map: Record<string, string[]>, key: string, host: string): void => {
    map[key] = [...(map[key] ?? []), host]
  }
  for (const result of final) {
    const { host, is } = result
    if (is === 'ok') ok.push(host)
    else if (is === 'skipped')
      put(skipped, result.isHidden === true ? '' : conditionOf(result, all), host)
    else if (is === 'unknown') put(unknown, (result.unknown ?? []).join('; '), host)
    else {
      const end = result.isIgnored === true ? ' (ignored)' : ''
      put(failed, `${str(result.message ?? null)}${end}`, host)
    }
  }
  return {
    ...(ok.length > 0 && { ok }),
    ...(Object.keys(skipped).length > 0 && { skipped }),
    ...(Object.keys(failed).length > 0 && { failed }),
    ...(Object.keys(unknown).length > 0 && { unknown }),
  }
}

// The condition of a skipped loop is that of its items.
function conditionOf(result: ResultTrace, all: readonly ResultTrace[]): string {
  if (result.condition !== undefined) return textOf(result.condition)
  if (result.reason !== undefined) return result.reason
  const own = all.filter(({ host, is }) => host === result.host && is === 'item_skipped')
  return [...new Set(own.map(({ condition }) => textOf(condition ?? null)))].join(' | ')
}

function textOf(condition: Value): string {
  return str(condition)
}

interface Items {
  readonly hosts: string[]
  readonly ok?: readonly unknown[]
  readonly skipped?: readonly unknown[]
  readonly failed?: readonly unknown[]
}

function itemsOf(results: readonly ResultTrace[]): readonly Items[] {
  const byHost = new Map<string, { ok: unknown[]; skipped: unknown[]; failed: unknown[] }>()
  for (const { host, is, item, isHidden } of results) {
    if (!is.startsWith('item_')) continue
    const own = byHost.get(host) ?? { ok: [], skipped: [], failed: [] }
    const label = isHidden === true ? null : labelOf(item ?? null)
    if (is === 'item_skipped') own.skipped.push(label)
    else if (is === 'item_failed') own.failed.push(label)
    else own.ok.push(label)
    byHost.set(host, own)
  }
  const groups: Items[] = []
  for (const [host, { ok, skipped, failed }] of byHost) {
    const shown = {
      ...(ok.length > 0 && { ok }),
      ...(skipped.length > 0 && { skipped }),
      ...(failed.length > 0 && { failed }),
    }
    const same = groups.find(
      ({ hosts: _, ...rest }) => JSON.stringify(rest) === JSON.stringify(shown),
    )
    if (same === undefined) groups.push({ hosts: [host], ...shown })
    else same.hosts.push(host)
  }
  return groups
}

const sortedDump = { ...defaultDump, sortsKeys: true }
const labelLengthMax = 160

function shortened(label: string): string {
  return label.length <= labelLengthMax ? label : `${label.slice(0, labelLengthMax - 3)}...`
}

// A dictionary is shown by its key.
function labelOf(item: Value): unknown {
  if (isMapping(item)) {
    const key = item.get('key')
    return key === undefined ? shortened(dumpJson(item, sortedDump)) : toJson(key)
  }
  if (isList(item)) return shortened(dumpJson(item, sortedDump))
  // Paths of the tree are told from its root.
  return item === null ? null : str(item).replace(`${treeRoot}/`, '')
}
