// Makes the claims of generic ephemeral volumes; each belongs to its pod and goes with it.
// Upstream: pkg/controller/volume/ephemeral/controller.go, v1.36.3.

import type { PersistentVolumeClaim, Pod, Volume } from '../kube/generated/types.ts'
import { keyFrom } from '../kube/object.ts'
import { errorText } from './failures.ts'
import { type Controller, done } from './framework.ts'

function ephemeralOf(pod: Pod | undefined): readonly Volume[] {
  return (pod?.spec?.volumes ?? []).filter(({ ephemeral }) => ephemeral !== undefined)
}

function claimFor(pod: Pod, volume: Volume): PersistentVolumeClaim {
  const { name = '', namespace = '', uid = '' } = pod.metadata
  const template = volume.ephemeral?.volumeClaimTemplate
  const { annotations, labels } = template?.metadata ?? {}
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${name}-${volume.name}`,
      namespace,
      ...(annotations !== undefined && { annotations }),
      ...(labels !== undefined && { labels }),
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Pod', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    ...(template?.spec !== undefined && { spec: template.spec }),
  }
}

export const ephemeralVolume = {
  name: 'ephemeral-volume-controller',
  doc: 'Makes a PersistentVolumeClaim for each generic ephemeral volume of a pod.',
  watches: [
    {
      kind: 'Pod',
      keys: ({ key, before, after }) =>
        before === undefined && ephemeralOf(after as Pod | undefined).length > 0 ? [key] : [],
    },
  ],
  *reconcile(key, api) {
    const pod = yield* api.get<Pod>('Pod', key)
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return done
    for (const volume of ephemeralOf(pod)) {
      const claim = claimFor(pod, volume)
      const { namespace, name = '' } = claim.metadata
      const known = yield* api.get('PersistentVolumeClaim', keyFrom(namespace, name))
      if (known !== undefined) continue
      const answer = yield* api.create(claim)
      if (!answer.ok) return { error: errorText(answer) }
    }
    return done
  },
} satisfies Controller
