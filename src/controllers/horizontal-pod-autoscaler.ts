// Keeps spec.replicas between minReplicas and maxReplicas, which needs no metrics. What the metrics
// would ask for is not modelled. Upstream: pkg/controller/podautoscaler/horizontal.go, v1.36.3.

import type { HorizontalPodAutoscaler } from '../kube/generated/types.ts'
import { kindKey } from '../kube/kinds.ts'
import { keyFrom, keyOf, type KubeObject } from '../kube/object.ts'
import { errorText } from './failures.ts'
import { type Controller, done, type Lister } from './framework.ts'

/** The first look at an object comes one sync period after its creation. */
const syncPeriodMs = 15_000

type Scaled = KubeObject & { readonly spec?: { readonly replicas?: number } }

/** Kinds with a scale subresource that an autoscaler may name. */
const targetKinds = ['Deployment', 'ReplicaSet', 'StatefulSet'] as const

const since = (key: string): string => `since:${key}`

/** Autoscalers that name this object as their target. */
function autoscalersOf(lister: Lister, kind: string, { metadata }: KubeObject): readonly string[] {
  return lister
    .list<HorizontalPodAutoscaler>('HorizontalPodAutoscaler', metadata.namespace)
    .filter(({ spec }) => {
      const target = spec?.scaleTargetRef
      return target?.kind === kind && target.name === metadata.name
    })
    .map(autoscaler => keyOf(autoscaler.metadata))
}

export const horizontalPodAutoscaler = {
  name: 'horizontal-pod-autoscaler',
  doc: 'Keeps replicas between the bounds of a HorizontalPodAutoscaler; metrics are not modelled.',
  watches: [
    { kind: 'HorizontalPodAutoscaler', keys: ({ key }) => [key] },
    ...targetKinds.map(kind => ({
      kind,
      keys: (
        { before, after }: { before: KubeObject | undefined; after: KubeObject | undefined },
        { lister }: { lister: Lister },
      ) => {
        const isScaled = (before as Scaled)?.spec?.replicas !== (after as Scaled)?.spec?.replicas
        return after !== undefined && isScaled ? autoscalersOf(lister, kind, after) : []
      },
    })),
  ],
  *reconcile(key, api) {
    const autoscaler = yield* api.get<HorizontalPodAutoscaler>('HorizontalPodAutoscaler', key)
    const reference = autoscaler?.spec?.scaleTargetRef
    if (autoscaler === undefined || reference === undefined) {
      yield* api.remember(since(key), undefined)
      return done
    }
    const nowMs = yield* api.now()
    const firstMs = (yield* api.recall<number>(since(key))) ?? nowMs
    yield* api.remember(since(key), firstMs)
    const waitMs = syncPeriodMs - (nowMs - firstMs)
    if (waitMs > 0) return { requeueAfterMs: waitMs }
    const kind = kindKey(reference.apiVersion ?? 'apps/v1', reference.kind)
    const target = yield* api.get<Scaled>(
      kind,
      keyFrom(autoscaler.metadata.namespace, reference.name),
    )
    const { minReplicas = 1, maxReplicas = minReplicas } = autoscaler.spec ?? {}
    const replicas = target?.spec?.replicas ?? 1
    // Zero replicas switch an autoscaler off.
    if (target === undefined || replicas === 0) return done
    const wanted = Math.min(Math.max(replicas, minReplicas), maxReplicas)
    if (wanted === replicas) return done
    const answer = yield* api.patch(target, 'merge', { spec: { replicas: wanted } })
    if (!answer.ok) return { error: errorText(answer) }
    const why =
      wanted > replicas
        ? 'Current number of replicas below Spec.MinReplicas'
        : 'Current number of replicas above Spec.MaxReplicas'
    yield* api.event(
      autoscaler,
      'Normal',
      'SuccessfulRescale',
      `New size: ${wanted}; reason: ${why}`,
    )
    return done
  },
} satisfies Controller
