// What an autoscaler does whose usage is on target: it keeps the count between its bounds.
// Upstream: pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler), v1.36.3.

import type { HorizontalPodAutoscaler } from '../../kube/generated/types.ts'
import { kindKey } from '../../kube/kinds.ts'
import { keyFrom, type KubeObject } from '../../kube/object.ts'
import { errorText } from '../failures.ts'
import { type Api, done, type Part, type ReconcileResult } from '../framework.ts'

type Scaled = KubeObject & { readonly spec?: { readonly replicas?: number } }

export function* keepWithinBounds(
  api: Api,
  autoscaler: HorizontalPodAutoscaler,
): Part<ReconcileResult> {
  const { metadata, spec } = autoscaler
  const { kind = '', name = '', apiVersion = 'apps/v1' } = spec?.scaleTargetRef ?? {}
  const key = keyFrom(metadata.namespace, name)
  const target = yield* api.get<Scaled>(kindKey(apiVersion, kind), key)
  const { minReplicas = 1, maxReplicas = minReplicas } = spec ?? {}
  const replicas = target?.spec?.replicas ?? 1
  // Zero replicas switch an autoscaler off.
  if (target === undefined || replicas === 0) return done
  const wanted = Math.min(Math.max(replicas, minReplicas), maxReplicas)
  if (wanted === replicas) return done
  const answer = yield* api.scale(target, wanted)
  if (!answer.ok) return { error: errorText(answer) }
  const why =
    wanted > replicas
      ? 'Current number of replicas below Spec.MinReplicas'
      : 'Current number of replicas above Spec.MaxReplicas'
  const message = `New size: ${wanted}; reason: ${why}`
  yield* api.event(autoscaler, 'Normal', 'SuccessfulRescale', message)
  return done
}
