// The story of one run: what was written about an object and its dependents, in order, and where
// somebody acted before others whose turn it was.

import type { Change } from '../engine/store.ts'
import type { TakenMove } from '../engine/moves.ts'
import type { RecordedNote } from '../engine/trace.ts'
import type { ObjectRef } from '../kube/object.ts'
import type { ExploredRun } from '../trials/explore/scenario.ts'

export interface StoryLine {
  /** Virtual seconds since the first step of the trial. */
  readonly at: number
  readonly actor: string
  readonly text: string
  /** The schedule departs from the documented order here. */
  readonly departure?: true
}

/** Lines of a story that is longer are left out in the middle. */
const linesMax = 60

/** The writes that concern `object` and every departure of the schedule, in order. */
export function storyOf({ run }: ExploredRun, object: ObjectRef): readonly StoryLine[] {
  const { world, startMs, startRevision } = run.observation
  const changes = world.store.changesAfter(startRevision).filter(change => concerns(change, object))
  const moves = world
    .traceFrom(0)
    .filter((entry): entry is RecordedNote => entry.type === 'note' && entry.topic === 'move')
  const at = (atMs: number): number => (atMs - startMs) / 1000
  const lines = [
    ...changes.map(change => ({
      revision: change.revision,
      line: { at: at(change.atMs), actor: change.writer, text: changeText(change) },
    })),
    ...moves.map(({ revision, atMs, data }) => ({
      revision: revision + 0.5,
      line: { at: at(atMs), ...moveLine(data as TakenMove) },
    })),
  ]
  const sorted = lines.sort((a, b) => a.revision - b.revision).map(({ line }) => line)
  if (sorted.length <= linesMax) return sorted
  const half = linesMax / 2
  const left = sorted.length - linesMax
  const gap = { at: sorted[half]?.at ?? 0, actor: '…', text: `${left} more lines` }
  return [...sorted.slice(0, half), gap, ...sorted.slice(-half)]
}

/** The object itself, and what bears its name: its ReplicaSets, pods and slices. */
function concerns({ key }: Change, { namespace, name }: ObjectRef): boolean {
  const own = namespace === undefined ? name : `${namespace}/${name}`
  return key === own || key.startsWith(`${own}-`)
}

function moveLine({ actor, what, ahead }: TakenMove): Omit<StoryLine, 'at'> {
  return { actor, text: `${what}, before ${ahead.join(', ')}`, departure: true }
}

function changeText({ kind, key, before, after }: Change): string {
  if (before === undefined) return `creates ${kind} ${key}`
  if (after === undefined) return `removes ${kind} ${key}`
  const deletes =
    before.metadata.deletionTimestamp === undefined &&
    after.metadata.deletionTimestamp !== undefined
  if (deletes) return `deletes ${kind} ${key}`
  return `writes ${kind} ${key}: ${changedFields(before, after).join(', ')}`
}

type Fields = Readonly<Record<string, unknown>>

/** Fields two levels down that changed, with short values. */
function changedFields(before: Fields, after: Fields): readonly string[] {
  const texts: string[] = []
  for (const part of ['spec', 'status', 'data', 'endpoints'] as const) {
    const [old, now] = [before[part], after[part]]
    if (old === now) continue
    if (!isFields(old) || !isFields(now)) {
      texts.push(part)
      continue
    }
    for (const field of Object.keys({ ...old, ...now })) {
      if (old[field] !== now[field] && JSON.stringify(old[field]) !== JSON.stringify(now[field])) {
        texts.push(`${part}.${field}${valueText(now[field])}`)
      }
    }
  }
  return texts.length === 0 ? ['metadata'] : texts
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function valueText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return `=${value}`
  return typeof value === 'string' && value.length <= 40 ? `=${value}` : ''
}
