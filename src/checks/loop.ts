// States that come back again and again: writers who undo each other, pods made for nothing.

import { semanticEqual } from '../apiserver/equality.ts'
import type { Change } from '../engine/store.ts'
import type { World } from '../engine/world.ts'
import { controllerOf, keyFrom, type KubeObject } from '../kube/object.ts'
import { type Evicted, evictedIn, returnsOf } from './evictions.ts'
import { fightsIn } from './fights.ts'
import type { Check, Observation, Verdict, WorkloadLife } from './verdict.ts'

/** So many returns, templates or ReplicaSets are no accident. */
const returnsMin = 6
const templatesMin = 8
const replicaSetsMax = 10
/** More than so many times the pods that are wanted, and at least so many. */
const podsFactor = 5
const podsMin = 20

type Fields = Readonly<Record<string, unknown>>

function specOf(object: KubeObject | undefined): Fields {
  return (object?.['spec'] ?? {}) as Fields
}

/** A field of the spec from the moment on in which it got that value. */
interface Value {
  readonly atMs: number
  readonly value: unknown
}

function valuesOf(changes: readonly Change[], field: string): readonly Value[] {
  const values: Value[] = []
  for (const { after, atMs } of changes) {
    if (after === undefined) continue
    const value = specOf(after)[field]
    const last = values.at(-1)
    if (last === undefined || !semanticEqual(value, last.value)) values.push({ atMs, value })
  }
  return values
}

interface Loop {
  readonly n: number
  readonly field?: string
  readonly between?: string
  /** How long it takes as a rule until the same value is back. */
  readonly seconds?: number
}

/** The count goes back to what it was just before. */
function replicasLoop(changes: readonly Change[]): Loop[] {
  const values = valuesOf(changes, 'replicas')
  const periods = values.flatMap(({ atMs, value }, at) => {
    const before = values[at - 2]
    return before !== undefined && before.value === value ? [atMs - before.atMs] : []
  })
  if (periods.length < returnsMin) return []
  const [last, before] = [values.at(-1)?.value, values.at(-2)?.value]
  // The median: what was before the loop began is no part of its rhythm.
  const sorted = [...periods].sort((a, b) => a - b)
  const seconds = (sorted[Math.trunc(sorted.length / 2)] ?? 0) / 1000
  const between = `${String(before)} and ${String(last)}`
  return [{ n: values.length - 1, field: 'spec.replicas', between, seconds }]
}

function templateLoop(changes: readonly Change[]): Loop[] {
  const templates = valuesOf(changes, 'template').length
  return templates < templatesMin ? [] : [{ n: templates, field: 'spec.template' }]
}

function replicaSetLoop(created: readonly Change[], uid: string | undefined): Loop[] {
  const sets = created.filter(({ after }) => after && controllerOf(after.metadata)?.uid === uid)
  return sets.length <= replicaSetsMax ? [] : [{ n: sets.length, field: 'ReplicaSets created' }]
}

/** More pods than can be; who evicts them is said elsewhere. */
function podsLoop({ pods, wanted }: WorkloadLife, known: readonly Loop[]): Loop[] {
  if (known.length > 0) return []
  const many = pods.length > podsFactor * wanted && pods.length >= podsMin
  return many ? [{ n: pods.length }] : []
}

interface Sets {
  readonly changes: ReadonlyMap<string, readonly Change[]>
  readonly created: readonly Change[]
  readonly evicted: readonly Evicted[]
  readonly world: World
}

/** Pods that are evicted come back to where they were. */
function placementLoop(workload: WorkloadLife, { world, evicted }: Sets): Loop[] {
  if (evicted.length === 0) return []
  return returnsOf(world, workload, evicted).map(({ writer, evictions, seconds }) => ({
    n: evictions,
    field: 'placement',
    between: `${writer} evicts pods that come back to where they were: ${evictions} evictions, one round every ${seconds} s`,
    seconds,
  }))
}

/** What was written to workloads while the trial ran, by kind and key. */
function changesOf(observation: Observation): Sets {
  const { world, startRevision } = observation
  const changes = new Map<string, Change[]>()
  const created: Change[] = []
  for (const change of world.store.changesAfter(startRevision)) {
    const { kind, key, before, after } = change
    if (kind === 'Pod') continue
    if (kind === 'ReplicaSet' && before === undefined) created.push(change)
    // A status that is written leaves the very same spec behind.
    if (before !== undefined && specOf(before) === specOf(after)) continue
    const id = `${kind} ${key}`
    const known = changes.get(id)
    if (known === undefined) changes.set(id, [change])
    else known.push(change)
  }
  return { changes, created, evicted: evictedIn(observation), world }
}

function loopsOf(workload: WorkloadLife, sets: Sets): readonly Loop[] {
  const { changes, created } = sets
  const { kind, namespace, name } = workload.ref
  const own = changes.get(`${kind} ${keyFrom(namespace, name)}`) ?? []
  const placements = placementLoop(workload, sets)
  return [
    ...replicasLoop(own),
    ...templateLoop(own),
    ...replicaSetLoop(created, workload.object.metadata.uid),
    ...podsLoop(workload, placements),
    ...placements,
  ]
}

export const loop = {
  name: 'loop',
  doc: 'A count, template, placement or write that comes back again and again, or short lives.',
  verdicts: ['loop'],
  judge: (observation, life) => {
    const sets = changesOf(observation)
    const loops = life.workloads.flatMap(workload =>
      loopsOf(workload, sets).map(
        ({ n, field, between, seconds }): Verdict => ({
          verdict: 'loop',
          object: workload.ref,
          atMs: observation.startMs,
          open: true,
          n,
          ...(field !== undefined && { field }),
          ...(between !== undefined && { message: between }),
          ...(seconds !== undefined && { seconds }),
        }),
      ),
    )
    return [...loops, ...fightsIn(observation)]
  },
} satisfies Check
