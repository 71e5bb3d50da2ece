// Pods of a node that is not ready count as not ready, whatever their kubelet said last.
// Upstream: pkg/controller/util/node/controller_utils.go (MarkPodsNotReady), v1.36.3.

import type { Pod, PodCondition } from '../../kube/generated/types.ts'
import { formatTime } from '../../kube/time.ts'
import { errorText, isNotFound } from '../failures.ts'
import type { Api, Part } from '../framework.ts'

/** Turns the Ready condition of each pod False; the first error, if any. */
export function* markPodsNotReady(
  api: Api,
  pods: readonly Pod[],
  node: string,
): Part<string | undefined> {
  let error: string | undefined
  for (const pod of pods) {
    if (pod.spec?.nodeName !== node) continue
    const nowMs = yield* api.now()
    const unready = withReadyFalse(pod, nowMs)
    if (unready === undefined) continue
    const answer = yield* api.updateStatus(unready)
    if (!answer.ok) {
      if (isNotFound(answer)) continue
      error ??= errorText(answer)
    }
    yield* api.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready')
  }
  return error
}

function withReadyFalse(pod: Pod, nowMs: number): Pod | undefined {
  const conditions = pod.status?.conditions ?? []
  const ready = conditions.find(({ type }) => type === 'Ready')
  if (ready === undefined || ready.status === 'False') return undefined
  const next: PodCondition = {
    ...ready,
    status: 'False',
    lastTransitionTime: formatTime(nowMs),
  }
  const turned = conditions.map(condition => (condition === ready ? next : condition))
  return { ...pod, status: { ...pod.status, conditions: turned } }
}
