// The ReplicaSet that a new Rollout begins with.
// Port of argo-rollouts v1.8.3 rollout/sync.go createDesiredReplicaSet, utils/annotations.

import { controllerRefOf } from '../../controllers/pod-control.ts'
import type { ReplicaSet } from '../../kube/generated/types.ts'
import { desiredReplicas } from './conditions.ts'
import { podTemplateHash } from './hashes.ts'
import { podHashLabel, replicasOf, type Rollout } from './types.ts'

export const revisionAnnotation = 'rollout.argoproj.io/revision'

/** Annotations of a Rollout that its ReplicaSets do not get. */
const ownAnnotations: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'notified.notifications.argoproj.io',
  'rollout.argoproj.io/revision-history',
  desiredReplicas,
  revisionAnnotation,
])

/** Of size 0: the sync that follows gives it its size. */
export function firstReplicaSet(rollout: Rollout): ReplicaSet {
  const hash = podTemplateHash(rollout)
  const { name = '', namespace = '', annotations = {} } = rollout.metadata
  const { template, selector, minReadySeconds = 0 } = rollout.spec ?? {}
  const labels = { ...template?.metadata?.labels, [podHashLabel]: hash }
  const inherited = Object.entries(annotations).filter(([key]) => !ownAnnotations.has(key))
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: {
        ...Object.fromEntries(inherited),
        [desiredReplicas]: String(replicasOf(rollout)),
        [revisionAnnotation]: '1',
      },
      ownerReferences: [controllerRefOf(rollout)],
    },
    spec: {
      replicas: 0,
      minReadySeconds,
      selector: {
        ...selector,
        matchLabels: { ...selector?.matchLabels, [podHashLabel]: hash },
      },
      template: { ...template, metadata: { ...template?.metadata, labels } },
    },
  } as ReplicaSet
}
