// Pods that the scheduler could not place: for ever, or only for a while.

import type { ObjectRef } from '../kube/object.ts'
import { splitKey } from '../kube/object.ts'
import type { Check, PodLife, Verdict } from './verdict.ts'

function podRef(pod: PodLife): ObjectRef {
  const { namespace, name } = splitKey(pod.key)
  return namespace === undefined ? { kind: 'Pod', name } : { kind: 'Pod', namespace, name }
}

function base(pod: PodLife, verdict: Verdict['verdict']): Verdict {
  return {
    verdict,
    object: podRef(pod),
    ...(pod.workload !== undefined && { owner: pod.workload }),
    atMs: pod.createdMs,
  }
}

function reasonOf(pod: PodLife): Pick<Verdict, 'reason' | 'message'> {
  return pod.unschedulable === undefined
    ? {}
    : { reason: 'Unschedulable', message: pod.unschedulable.message }
}

export const pendingForever = {
  name: 'pending-forever',
  doc: 'A pod without a node at the end of a run in which nothing is left that could place it.',
  verdicts: ['pending-forever'],
  judge: (observation, life) =>
    life.pods
      .filter(pod => pod.boundMs === undefined && pod.markedMs === undefined)
      .map(pod => ({
        ...base(pod, 'pending-forever'),
        ...reasonOf(pod),
        seconds: (observation.endMs - pod.createdMs) / 1000,
        open: true,
      })),
} satisfies Check

export const pendingTransient = {
  name: 'pending-transient',
  doc: 'A pod that was refused by the scheduler once and got a node later.',
  verdicts: ['pending-transient'],
  judge: ({ startMs }, life) =>
    life.pods
      .filter(pod => pod.createdMs >= startMs && pod.boundMs !== undefined)
      .filter(pod => pod.unschedulable !== undefined)
      .map(pod => ({
        ...base(pod, 'pending-transient'),
        ...reasonOf(pod),
        seconds: ((pod.boundMs as number) - pod.createdMs) / 1000,
      })),
} satisfies Check
