// Two writers that never agree: a component sets a field, and a mutator takes the write back before
// it is stored. Nothing changes, and each time the component looks it tries again.

import { type UndoneNote, undoneTopic } from '../apiserver/undone.ts'
import { type MutationNote, mutationTopic } from '../admission/mutation-note.ts'
import type { RecordedNote } from '../engine/trace.ts'
import { sortedStrings } from '../base/compare.ts'
import { installer } from '../cluster/api-context.ts'
import { entriesSince, notesOf } from './trace.ts'
import type { Observation, Verdict } from './verdict.ts'

/** One write that is taken back may be a race; so many are a habit. */
const attemptsMin = 3

interface Fight {
  readonly note: UndoneNote
  readonly path: string
  readonly times: number[]
  readonly mutators: Set<string>
}

/** The fights of a run: one for each object, field and writer. */
export function fightsIn(observation: Observation): readonly Verdict[] {
  const fights = new Map<string, Fight>()
  let mutation: RecordedNote | undefined
  for (const entry of entriesSince(observation.world, observation.startMs)) {
    if (entry.type !== 'note') continue
    if (entry.topic === mutationTopic) mutation = entry
    if (entry.topic !== undoneTopic) continue
    const note = entry.data as UndoneNote
    // People give up.
    if (note.writer === installer) continue
    const mutators = mutatorsOf(note, entry, mutation)
    for (const path of note.paths) add(fights, { note, path, atMs: entry.atMs, mutators })
  }
  const lasting = [...fights].filter(([, { times }]) => times.length >= attemptsMin)
  if (lasting.length === 0) return []
  const old = earlierIn(observation)
  return lasting.flatMap(([id, fight]) => (old.has(id) ? [] : [verdictOf(fight)]))
}

/** Fights that went on already when the trial began: what showed them told of them. */
function earlierIn({ world, startMs }: Observation): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const entry of notesOf(world, undoneTopic)) {
    if (entry.atMs >= startMs) break
    const note = entry.data as UndoneNote
    for (const path of note.paths) ids.add(idOf(note, path))
  }
  return ids
}

function idOf({ kind, namespace = '', name, writer = '' }: UndoneNote, path: string): string {
  return `${kind} ${namespace}/${name} ${path} ${writer}`
}

/** The note of a mutation belongs to the same request when it is the one just before. */
function mutatorsOf(
  note: UndoneNote,
  { atMs }: RecordedNote,
  mutation: RecordedNote | undefined,
): readonly string[] {
  if (mutation === undefined || mutation.atMs !== atMs) return []
  const { kind, namespace, name, mutators } = mutation.data as MutationNote
  const isSame = kind === note.kind && namespace === note.namespace && name === note.name
  return isSame ? mutators.map(each => `${each.kind} ${each.name}`) : []
}

function add(
  fights: Map<string, Fight>,
  {
    note,
    path,
    atMs,
    mutators,
  }: {
    readonly note: UndoneNote
    readonly path: string
    readonly atMs: number
    readonly mutators: readonly string[]
  },
): void {
  const id = idOf(note, path)
  const fight = fights.get(id) ?? { note, path, times: [], mutators: new Set<string>() }
  fight.times.push(atMs)
  for (const mutator of mutators) fight.mutators.add(mutator)
  fights.set(id, fight)
}

function verdictOf({ note, path, times, mutators }: Fight): Verdict {
  const { kind, namespace, name, writer = 'its owner' } = note
  const [first = 0, last = 0] = [times[0], times.at(-1)]
  const seconds = (last - first) / (times.length - 1) / 1000
  const others = sortedStrings(mutators)
  const against = others.length === 0 ? 'a mutator' : others.join(', ')
  const period = seconds < 1 ? 'less than a second' : `${Math.round(seconds)} s`
  const message =
    `${writer} and ${against} rewrite ${path} for ever: ${times.length} times so far, ` +
    `every ${period} on average`
  return {
    verdict: 'loop',
    object: namespace === undefined ? { kind, name } : { kind, namespace, name },
    atMs: first,
    seconds,
    open: true,
    n: times.length,
    field: path,
    writers: [writer, ...others],
    reason: 'WritesUndone',
    message,
  }
}
