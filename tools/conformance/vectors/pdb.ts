// Answers pdb vectors: one reconcile of the disruption controller over a small fake API.

import { disruption } from '../../../src/controllers/disruption/disruption.ts'
import { FakeCluster } from '../../../src/controllers/testing.ts'
import type { PodDisruptionBudget } from '../../../src/kube/generated/types.ts'
import { type KubeObject, keyOf } from '../../../src/kube/object.ts'
import { parseTime } from '../../../src/kube/time.ts'
import type { Topic } from './topic.ts'

interface Input {
  readonly now: string
  readonly objects: readonly KubeObject[]
  readonly pdb: PodDisruptionBudget
}

function withoutTimes(status: PodDisruptionBudget['status']): unknown {
  if (status?.conditions === undefined) return status
  const conditions = status.conditions.map(({ lastTransitionTime: _, ...rest }) => rest)
  return { ...status, conditions }
}

export const answer: Topic = (_family, given) => {
  const { now, objects, pdb } = given as Input
  const cluster = new FakeCluster(disruption)
  cluster.nowMs = parseTime(now)
  for (const object of objects) cluster.add(object)
  cluster.add(pdb)
  cluster.takeTrace()
  const key = keyOf(pdb.metadata)
  const { error } = cluster.reconcile(disruption, key)
  const trace = cluster.takeTrace()
  const events = trace
    .filter(line => /^(?:Normal|Warning) /.test(line))
    .map(line => line.replace(': ', ' '))
  const written = trace.some(line => line.startsWith('update PodDisruptionBudget'))
  const stored = cluster.get<PodDisruptionBudget>('PodDisruptionBudget', key)
  return {
    error: error ?? null,
    events: events.length === 0 ? null : events,
    ...(written && { status: withoutTimes(stored?.status) }),
    written,
  }
}
