// Pods that a controller takes back at once, as when two of its steps size one ReplicaSet up and
// down again. Whether the scheduler sees such a pod in between is a race of milliseconds.

import type { World } from '../../src/engine/world.ts'
import type { TraceCase } from './trace-format.ts'

/** Two steps of a controller with the client rate limits of the recordings. */
const shortLifeMs = 250

/** What is not compared of such pods. */
export const racingReasons: ReadonlySet<string> = new Set(['Scheduled', 'FailedScheduling'])

interface Life {
  readonly name: string
  readonly t: number
}

function shortLived(births: readonly Life[], ends: readonly Life[]): ReadonlySet<string> {
  const bornAt = new Map(births.map(({ name, t }) => [name, t]))
  const names = ends
    .filter(({ name, t }) => t - (bornAt.get(name) ?? Number.NEGATIVE_INFINITY) <= shortLifeMs)
    .map(({ name }) => name)
  return new Set(names)
}

/** Names of the recorded pods that were marked for deletion within the time of a race. */
export function shortLivedIn(trace: TraceCase): ReadonlySet<string> {
  const pods = trace.changes.filter(({ kind }) => kind === 'Pod')
  const births = pods.filter(({ verb }) => verb === 'ADDED')
  const ends = pods.filter(({ verb, diff }) => {
    const metadata = diff?.['metadata'] as { deletionTimestamp?: unknown } | undefined
    return verb === 'DELETED' || typeof metadata?.deletionTimestamp === 'string'
  })
  return shortLived(births, ends)
}

/** The same of the twin's pods. */
export function shortLivedOn(world: World): ReadonlySet<string> {
  const changes = world.store.changesAfter(0).filter(({ kind }) => kind === 'Pod')
  const life = ({ key, atMs }: { key: string; atMs: number }): Life => ({
    name: key.slice(key.indexOf('/') + 1),
    t: atMs,
  })
  const births = changes.filter(({ before }) => before === undefined).map(life)
  const ends = changes
    .filter(({ after }) => after === undefined || after.metadata.deletionTimestamp !== undefined)
    .map(life)
  return shortLived(births, ends)
}
