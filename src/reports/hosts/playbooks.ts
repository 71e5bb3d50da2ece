// Plays against hosts and tasks against hosts, for text, tables and documents.

import type { Location } from '../../base/problem.ts'
import type {
  PlaybookReach,
  PlayReach,
  TaskOutcome,
  TaskReach,
} from '../../explain/playbook-reach.ts'
import { columns } from '../columns.ts'
import { someOf } from './words.ts'

const heads = ['PLAY', 'HOSTS', 'SERIAL', 'RUN', 'SKIPPED', 'UNKNOWN', 'FAIL', 'AT'] as const

/** Plays with their hosts, and how many tasks run, are skipped everywhere, are unknown, or fail. */
export function playsText(playbooks: readonly PlaybookReach[]): string {
  return playbooks
    .map(({ file, plays, assumes }) => {
      const rows = plays.map(playCells)
      return `\n${file} (${assumes})\n${columns([[...heads], ...rows])}`
    })
    .join('')
}

/** The same as lines of Markdown. */
export function playsMarkdown(playbooks: readonly PlaybookReach[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return playbooks.flatMap(({ file, plays, assumes }) => [
    '',
    `${file} (${assumes})`,
    '',
    line(heads),
    `|${heads.map(() => '---').join('|')}|`,
    ...plays.map(play => line(playCells(play).map(cell => cell.replaceAll('|', '\\|')))),
  ])
}

function playCells(play: PlayReach): readonly string[] {
  const { name, hosts, batches, tasks, at } = play
  const count = (is: (task: TaskReach) => boolean): string => String(tasks.filter(is).length)
  const has = (verdict: TaskOutcome['verdict']) => (task: TaskReach) =>
    task.outcomes.some(outcome => outcome.verdict === verdict)
  return [
    name,
    hosts.length === 0 ? 'nobody' : someOf(hosts),
    batches === undefined ? '-' : batchesText(batches),
    count(has('runs')),
    count(task => task.outcomes.every(({ verdict }) => verdict === 'skipped')),
    count(has('unknown')),
    count(has('fails')),
    placeText(at),
  ]
}

function batchesText(batches: readonly number[]): string {
  const [first = 0] = batches
  return batches.length === 1 ? String(first) : `${first} (${batches.length} batches)`
}

function placeText({ file, line }: Location): string {
  return line === undefined ? file : `${file}:${line}`
}

/** A row for every task and every way in which it goes. */
export function tasksText(playbooks: readonly PlaybookReach[]): string {
  const rows = playbooks.flatMap(({ plays }) =>
    plays.flatMap(({ name: play, tasks }) =>
      tasks.flatMap(task =>
        task.outcomes.map(({ verdict, hosts, because = '' }) => [
          play,
          task.role === undefined ? task.name : `${task.role} : ${task.name}`,
          verdict,
          someOf(hosts),
          placeText(task.at),
          because.replace(/\s+/g, ' '),
        ]),
      ),
    ),
  )
  const all = ['PLAY', 'TASK', 'VERDICT', 'HOSTS', 'AT', 'BECAUSE']
  return rows.length === 0 ? '' : `\n${columns([all, ...rows])}`
}

/** Playbooks as a document; equal lists of hosts stand once, under `hostSets`. */
export function playbooksDocument(
  playbooks: readonly PlaybookReach[],
): Readonly<Record<string, unknown>> {
  const indexes = new Map<string, number>()
  const sets: (readonly string[])[] = []
  const indexOf = (hosts: readonly string[]): number => {
    const key = hosts.join('\n')
    const known = indexes.get(key)
    if (known !== undefined) return known
    indexes.set(key, sets.length)
    return sets.push(hosts) - 1
  }
  const documents = playbooks.map(({ file, assumes, plays }) => ({
    file,
    assumes,
    plays: plays.map(({ name, at, pattern, hosts, batches, tasks }) => ({
      name,
      file: at.file,
      line: at.line ?? null,
      pattern,
      hosts: indexOf(hosts),
      ...(batches !== undefined && { batches }),
      tasks: tasks.map(task => taskDocument(task, indexOf)),
    })),
  }))
  return { playbooks: documents, hostSets: sets }
}

function taskDocument(
  { name, action, role, at, isHandler, outcomes, brings }: TaskReach,
  indexOf: (hosts: readonly string[]) => number,
): unknown {
  return {
    name,
    action,
    ...(role !== undefined && { role }),
    file: at.file,
    line: at.line ?? null,
    ...(isHandler && { handler: true }),
    ...(brings.length > 0 && { brings }),
    outcomes: outcomes.map(({ verdict, hosts, because }) => ({
      verdict,
      hosts: indexOf(hosts),
      ...(because !== undefined && { because }),
    })),
  }
}
