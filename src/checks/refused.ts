// Requests that the API server refused: objects that were rejected, evictions that never passed.

import { type KubeObject, keyFrom, splitKey } from '../kube/object.ts'
import { type SettingsNote, settingsTopic } from '../platforms/program.ts'
import { notesOf } from './trace.ts'
import { servingAt } from './spans.ts'
import type { Check, ClusterLife, Observation, Refusal, Verdict, WorkloadLife } from './verdict.ts'

function verdictOf(verdict: Verdict['verdict'], refusal: Refusal): Verdict {
  const { object, atMs, reason, message, attempts } = refusal
  return { verdict, object, atMs, reason, message, n: attempts, open: true }
}

function refusalsOf({ refusals }: Observation, what: Refusal['what']): readonly Refusal[] {
  return refusals.filter(refusal => refusal.what === what)
}

type Conditioned = KubeObject & {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
    }[]
  }
}

/** What controllers say of pods, and a Deployment of its ReplicaSet, that nobody may create. */
const creationFailed: ReadonlySet<string> = new Set(['FailedCreate', 'ReplicaSetCreateError'])

/** A workload whose pods are refused: its own condition says so, or its controller's last event. */
function podsRefused(workload: WorkloadLife, { world, startMs, endMs }: Observation): Verdict[] {
  const { ref: object, wanted, steps } = workload
  if (servingAt(steps, endMs) >= wanted) return []
  const conditions = (workload.object as Conditioned).status?.conditions ?? []
  const failure = conditions.find(({ type }) => type === 'ReplicaFailure')
  if (failure?.status === 'True') {
    const { reason = '', message = '' } = failure
    return [{ verdict: 'rejected', object, atMs: startMs, reason, message, open: true }]
  }
  const key = object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`
  for (let index = world.traceLength - 1; index >= 0; index -= 1) {
    const entry = world.traceAt(index)
    if (entry.atMs < startMs) return []
    if (entry.type !== 'event' || entry.key !== key || entry.kind !== object.kind) continue
    if (!creationFailed.has(entry.reason)) return []
    const { reason, message, atMs } = entry
    return [{ verdict: 'rejected', object, atMs, reason, message, open: true }]
  }
  return []
}

/** Settings that a third-party program does not accept; the last word on each object. */
function settingsRefused({ world, startMs }: Observation): Verdict[] {
  const verdicts = new Map<string, Verdict>()
  for (const entry of notesOf(world, settingsTopic)) {
    if (entry.atMs < startMs) continue
    const { kind, key, message } = entry.data as SettingsNote
    const { namespace, name } = splitKey(key)
    const object = { kind, ...(namespace !== undefined && { namespace }), name }
    const said = `${entry.source}: ${message}`
    const verdict = { verdict: 'rejected', object, atMs: entry.atMs, message: said } as const
    verdicts.set(`${kind} ${key}`, { ...verdict, open: true })
  }
  return [...verdicts.values()]
}

export const rejected = {
  name: 'rejected',
  doc: 'An object, or a pod of a workload, that the API server does not accept: its exact answer.',
  verdicts: ['rejected'],
  judge: (observation, life) => [
    ...refusalsOf(observation, 'apply').map(refusal => verdictOf('rejected', refusal)),
    ...life.workloads.flatMap(workload => podsRefused(workload, observation)),
    ...settingsRefused(observation),
  ],
} satisfies Check

/** Evictions that were refused to the end, each with the workload of its pod. */
function evictionsOf(
  observation: Observation,
  { pods }: ClusterLife,
  { verdict, purpose }: { verdict: Verdict['verdict']; purpose: Refusal['purpose'] },
): readonly Verdict[] {
  const own = refusalsOf(observation, 'evict').filter(refusal => refusal.purpose === purpose)
  if (own.length === 0) return []
  const owners = new Map(pods.map(({ key, workload }) => [key, workload]))
  return own.map(refusal => {
    const { namespace, name } = refusal.object
    const owner = owners.get(keyFrom(namespace, name))
    return {
      ...verdictOf(verdict, refusal),
      ...(owner !== undefined && { owner }),
      ...(refusal.node !== undefined && { node: refusal.node }),
    }
  })
}

export const drainStuck = {
  name: 'drain-stuck',
  doc: 'An eviction that was refused until the drain gave up.',
  verdicts: ['drain-stuck'],
  judge: (observation, life) =>
    evictionsOf(observation, life, { verdict: 'drain-stuck', purpose: undefined }),
} satisfies Check

export const upgradeStuck = {
  name: 'upgrade-stuck',
  doc: 'An eviction that was refused until the upgrade of the nodes gave up.',
  verdicts: ['upgrade-stuck'],
  judge: (observation, life) =>
    evictionsOf(observation, life, { verdict: 'upgrade-stuck', purpose: 'upgrade' }),
} satisfies Check
