// Autoscalers that grow a workload and take it back although the load stayed the same.

import { loadKind } from '../kube/loads/load.ts'
import type { HorizontalPodAutoscaler } from '../kube/generated/types.ts'
import { keyFrom, type KubeObject } from '../kube/object.ts'
import type { Check, ClusterLife, Observation, Verdict } from './verdict.ts'

type LoadLike = KubeObject & {
  readonly spec?: { readonly total?: unknown; readonly perPod?: unknown }
}

/** Namespaces in which what is asked of the pods together changed while the trial ran. */
function restlessNamespaces({ world, startRevision }: Observation): ReadonlySet<string> {
  const restless = new Set<string>()
  for (const object of world.store.list(loadKind)) {
    const { total, perPod } = (object as LoadLike).spec ?? {}
    const isSteady = [total, perPod].every(shape => typeof shape !== 'object' || shape === null)
    if (!isSteady) restless.add(object.metadata.namespace ?? '')
  }
  for (const { kind, before, after } of world.store.changesAfter(startRevision)) {
    const object = after ?? before
    if (kind === loadKind && before !== undefined) restless.add(object?.metadata.namespace ?? '')
  }
  return restless
}

/** What the autoscaler set the count to while the trial ran, in order. */
function countsOf(
  { world, startRevision }: Observation,
  { metadata, spec }: HorizontalPodAutoscaler,
): readonly { readonly atMs: number; readonly count: number }[] {
  const { kind = '', name = '' } = spec?.scaleTargetRef ?? {}
  const key = keyFrom(metadata.namespace, name)
  const counts: { atMs: number; count: number }[] = []
  for (const change of world.store.changesAfter(startRevision)) {
    if (change.kind !== kind || change.key !== key || change.after === undefined) continue
    const count = (change.after as Scaled).spec?.replicas ?? 1
    if (counts.length === 0 || counts.at(-1)?.count !== count) {
      if (change.writer !== writer && counts.length > 0) return []
      counts.push({ atMs: change.atMs, count })
    }
  }
  return counts
}

type Scaled = KubeObject & { readonly spec?: { readonly replicas?: number } }

const writer = 'horizontal-pod-autoscaler'

function judge(observation: Observation, _life: ClusterLife): readonly Verdict[] {
  const all = observation.world.store.list(
    'HorizontalPodAutoscaler',
  ) as readonly HorizontalPodAutoscaler[]
  if (all.length === 0) return []
  const restless = restlessNamespaces(observation)
  return all.flatMap((autoscaler): Verdict[] => {
    const { namespace = '', name = '' } = autoscaler.metadata
    if (restless.has(namespace)) return []
    const counts = countsOf(observation, autoscaler)
    const peak = Math.max(...counts.map(({ count }) => count))
    const at = counts.findIndex(({ count }) => count === peak)
    const [first, last] = [counts[0], counts.at(-1)]
    if (first === undefined || last === undefined) return []
    if (at <= 0 || last.count >= peak) return []
    const message = `went from ${first.count} to ${peak} and back to ${last.count} while the load stayed the same`
    const object = { kind: 'HorizontalPodAutoscaler', namespace, name }
    const atMs = counts[at]?.atMs ?? first.atMs
    return [{ verdict: 'overscale', object, atMs, n: peak, of: last.count, message }]
  })
}

export const overscale = {
  name: 'overscale',
  doc: 'An autoscaler that raises a count and lowers it again under a load that stays the same.',
  verdicts: ['overscale'],
  judge,
} satisfies Check
