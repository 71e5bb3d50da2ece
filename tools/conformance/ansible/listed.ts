// Replays listed.jsonl.gz: hosts and tasks of the playbooks of real projects before anything runs.

import { hostsOf } from '../../../src/sources/ansible/inventory/patterns.ts'
import { PlaybookFailure } from '../../../src/sources/ansible/playbooks/failure.ts'
import { listPlaybooks } from '../../../src/sources/ansible/playbooks/list.ts'
import { readRecording } from '../recordings.ts'
import { parseArguments } from './arguments.ts'
import type { Replay } from './recording.ts'
import { inventoryOf, optionsOver, type ProjectCase, versionOf } from './trees.ts'

interface ListedPlay {
  readonly name: string
  readonly hosts: string
  readonly targets: readonly string[]
  readonly tags: readonly string[]
  readonly tasks?: unknown
}

interface ListedCase extends ProjectCase {
  readonly plays: readonly ListedPlay[]
  /** The case that has the same tasks. */
  readonly tasksAsIn?: string
}

const known = new Map<string, ReadonlyMap<string, ListedCase>>()

function caseOf(path: string, id: string): ListedCase | undefined {
  let cases = known.get(path)
  if (cases === undefined) {
    const all = [...readRecording(path)] as ListedCase[]
    cases = new Map(all.map(each => [each.id, each] as const))
    known.set(path, cases)
  }
  return cases.get(id)
}

export const listed: Replay = (recorded, tally, { trees, path }) => {
  const each = recorded as ListedCase
  const folder = trees.get(`${each.project}@${each.ref}`)
  const family = `listed/${each.project}${folder === undefined ? '' : '-tree'}`
  const name = { family, id: each.id }
  if (!tally.wants(name)) return
  if (folder === undefined) {
    tally.compare(
      name,
      each.plays.map(({ targets }) => targets),
      each.plays.map(play => targetsWithoutTree(each, play)),
    )
    return
  }
  const withTasks = each.tasksAsIn === undefined ? each : caseOf(path, each.tasksAsIn)
  const want = each.plays.map((play, index) => ({
    ...play,
    tasks: play.tasks ?? withTasks?.plays[index]?.tasks,
  }))
  try {
    tally.compare(name, want, listPlaybooks(optionsOver(folder, each)))
  } catch (error) {
    if (!(error instanceof PlaybookFailure)) throw error
    tally.compare(name, want, { error: error.message, at: error.at })
  }
}

// The hosts of a play need the pattern and the inventory only.
function targetsWithoutTree(each: ListedCase, { hosts }: ListedPlay): readonly string[] {
  const { limit } = parseArguments(
    [...each.argv, each.playbook],
    each.engine,
    versionOf(each.engine),
  )
  const files = new Map(Object.entries(each.inventory))
  const found = hostsOf(inventoryOf(each), hosts, limit, files)
  return found.hosts.map(({ name }) => name).sort()
}
