// Runs playbooks over an inventory without asking any host, and tells which task runs where.

import type {
  PlaybookReach,
  PlayReach,
  TaskOutcome,
  TaskReach,
  Verdict,
} from '../../../explain/playbook-reach.ts'
import { folderOf, joinPath } from '../files.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { PlaybookFailure } from '../playbooks/failure.ts'
import type { Files } from '../files.ts'
import { HostClasses } from '../playbooks/classes.ts'
import { runPlaybooks } from '../playbooks/run.ts'
import type { PlaybookSettings } from '../playbooks/settings.ts'
import type { PlayTrace, ResultTrace, TaskTrace } from '../playbooks/trace.ts'
import { treeRoot } from '../playbooks/tree.ts'
import { str } from '../templating/python/represent.ts'
import type { Value } from '../values.ts'
import { unaskedAnswers } from './answers.ts'
import { factsWith } from './facts.ts'
import { ProgramLog } from './uses.ts'

export interface ReachOptions {
  /** The files of the tree, by their paths as the user would write them. */
  readonly files: Files
  readonly inventory: Inventory
  readonly playbook: string
  readonly settings: PlaybookSettings
  /** Facts that are known of all hosts, by name. */
  readonly facts: ReadonlyMap<string, Value>
  /** The version of ansible-core, as `ansible_version.full` has it. */
  readonly engine: string
}

/** A run that touched no host. */
export interface Rehearsal {
  readonly playbook: string
  readonly plays: readonly PlayTrace[]
  /** What is wrong with the files; each was left out. */
  readonly failures: readonly PlaybookFailure[]
  readonly programs: ProgramLog
}

/** `ansible_version`. */
function versionFact(full: string): Value {
  const [major = 0, minor = 0, revision = 0] = full.split('.').map(Number)
  return new Map<Value, Value>([
    ['full', full],
    ['major', major],
    ['minor', minor],
    ['revision', revision],
    ['string', full],
  ])
}

/** Runs a playbook over assumed facts. */
export function rehearse(options: ReachOptions): Rehearsal {
  const { files, inventory, playbook, settings, facts, engine } = options
  const failures: PlaybookFailure[] = []
  const programs = new ProgramLog()
  const { plays, failure } = runPlaybooks({
    files,
    inventory,
    playbooks: [playbook],
    settings,
    environment: new Map(),
    engineVars: new Map<string, Value>([
      ['ansible_check_mode', false],
      ['ansible_diff_mode', false],
      ['ansible_forks', 5],
      ['ansible_run_tags', ['all']],
      ['ansible_skip_tags', []],
      ['ansible_verbosity', 0],
      ['ansible_version', versionFact(engine)],
      ['playbook_dir', joinPath(treeRoot, folderOf(playbook))],
    ]),
    answers: programs.noting(unaskedAnswers(factsWith(facts))),
    classes: new HostClasses(inventory),
    supposesChanges: true,
    onFailure: each => failures.push(each),
  })
  if (failure !== undefined) failures.push(failure)
  return { playbook, plays, failures, programs }
}

/** The plays and tasks of a rehearsal, with their hosts. */
export function reachOf({ playbook, plays, programs }: Rehearsal): Omit<PlaybookReach, 'assumes'> {
  return { file: playbook, plays: plays.map(play => playOf(play, programs)) }
}

function playOf(
  { play, name, hosts, targets, batches, tasks }: PlayTrace,
  programs: ProgramLog,
): PlayReach {
  return {
    name,
    at: play.at,
    pattern: hosts.join(':'),
    hosts: targets,
    ...(batches !== undefined && { batches: batches.map(({ length }) => length) }),
    tasks: tasks.map(task => taskOf(task, programs)),
  }
}

function taskOf(trace: TaskTrace, programs: ProgramLog): TaskReach {
  const { task, name, results } = trace
  const own = results.filter(({ is }) => !is.startsWith('item_'))
  return {
    name,
    action: task.action,
    ...(task.role !== undefined && { role: task.role.name }),
    at: task.at,
    isHandler: task.isHandler,
    outcomes: outcomesOf(own, results),
    brings: programs.broughtBy(task),
  }
}

const verdicts: Readonly<Record<string, Verdict>> = {
  failed: 'fails',
  ok: 'runs',
  skipped: 'skipped',
  unknown: 'unknown',
}

/** The hosts that a result is about. */
export function hostsOf({ host, hosts }: ResultTrace): readonly string[] {
  return hosts ?? [host]
}

function outcomesOf(
  own: readonly ResultTrace[],
  all: readonly ResultTrace[],
): readonly TaskOutcome[] {
  const outcomes = new Map<string, { verdict: Verdict; because: string; hosts: string[] }>()
  for (const result of own) {
    const verdict = verdicts[result.is] ?? 'unknown'
    const because = becauseOf(result, all)
    const key = `${verdict}\n${because}`
    const known = outcomes.get(key)
    if (known === undefined) outcomes.set(key, { verdict, because, hosts: [...hostsOf(result)] })
    else known.hosts.push(...hostsOf(result))
  }
  return [...outcomes.values()].map(({ verdict, because, hosts }) => ({
    verdict,
    hosts,
    ...(because !== '' && { because }),
  }))
}

function becauseOf(result: ResultTrace, all: readonly ResultTrace[]): string {
  if (result.is === 'unknown') return (result.unknown ?? []).join('; ')
  if (result.is === 'failed') return str(result.message ?? null)
  if (result.is !== 'skipped') return ''
  if (result.condition !== undefined) return str(result.condition)
  if (result.reason !== undefined) return result.reason
  // The condition of a loop that did nothing is that of its items.
  const items = all.filter(each => each.host === result.host && each.is === 'item_skipped')
  return [...new Set(items.map(each => str(each.condition ?? null)))].join(' | ')
}
