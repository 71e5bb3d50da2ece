// Claims that pods wait for and that never get a volume.

import type { PersistentVolumeClaim, Pod } from '../kube/generated/types.ts'
import { keyFrom, keyOf } from '../kube/object.ts'
import type { Check, PodLife, Verdict } from './verdict.ts'

/** Pods that are there at the end, by the keys of the claims they mount. */
function usersOf(pods: readonly PodLife[]): ReadonlyMap<string, PodLife> {
  const users = new Map<string, PodLife>()
  for (const life of pods) {
    if (life.goneMs !== undefined || life.markedMs !== undefined) continue
    const { metadata, spec } = life.pod as Pod
    for (const { persistentVolumeClaim: claim } of spec?.volumes ?? []) {
      if (claim === undefined) continue
      const key = keyFrom(metadata.namespace, claim.claimName)
      if (!users.has(key)) users.set(key, life)
    }
  }
  return users
}

export const unboundClaim = {
  name: 'unbound-claim',
  doc: 'A claim that a pod mounts and that has no volume when all is at rest.',
  verdicts: ['pending-forever'],
  judge: ({ world, endMs }, life) => {
    const claims = world.store.list('PersistentVolumeClaim') as readonly PersistentVolumeClaim[]
    const pending = claims.filter(({ status }) => status?.phase === 'Pending')
    if (pending.length === 0) return []
    const users = usersOf(life.pods)
    return pending.flatMap(({ metadata }): Verdict[] => {
      const user = users.get(keyOf(metadata))
      if (user === undefined) return []
      const { namespace = '', name = '' } = metadata
      return [
        {
          verdict: 'pending-forever',
          object: { kind: 'PersistentVolumeClaim', namespace, name },
          ...(user.workload !== undefined && { owner: user.workload }),
          atMs: user.createdMs,
          seconds: (endMs - user.createdMs) / 1000,
          open: true,
        },
      ]
    })
  },
} satisfies Check
