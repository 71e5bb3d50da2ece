// Pods that are being deleted and never go, because their kubelet is silent or a finalizer stays.

import { splitKey } from '../kube/object.ts'
import type { Check, Verdict } from './verdict.ts'

export const terminatingForever = {
  name: 'terminating-forever',
  doc: 'A pod that was marked for deletion and is still there when all is at rest.',
  verdicts: ['terminating-forever'],
  judge: (observation, life) =>
    life.pods
      .filter(pod => pod.markedMs !== undefined && pod.goneMs === undefined)
      .map((pod): Verdict => {
        const { namespace = '', name } = splitKey(pod.key)
        const markedMs = pod.markedMs as number
        return {
          verdict: 'terminating-forever',
          object: { kind: 'Pod', namespace, name },
          ...(pod.workload !== undefined && { owner: pod.workload }),
          ...(pod.node !== undefined && { node: pod.node }),
          atMs: markedMs,
          seconds: (observation.endMs - markedMs) / 1000,
          open: true,
        }
      }),
} satisfies Check
