// What of a Rollout the twin does not act out: told, never passed over.

import type { ReplicaSet } from '../../kube/generated/types.ts'
import { podTemplateHash } from './hashes.ts'
import { hashOf } from './replica-sets.ts'
import type { Rollout } from './types.ts'

/** The first part that the sync of a single ReplicaSet does not cover; undefined: none. */
export function unmodelledPart(rollout: Rollout, sets: readonly ReplicaSet[]): string | undefined {
  const { spec = {}, status = {} } = rollout
  const { canary, blueGreen } = spec.strategy ?? {}
  if (canary === undefined && blueGreen === undefined) return 'its strategy is not known'
  if (spec.template === undefined) return 'its pod template is in another object (workloadRef)'
  if (canary?.trafficRouting !== undefined) return 'its traffic router is not modelled'
  if ((canary?.antiAffinity ?? blueGreen?.antiAffinity) !== undefined) {
    return 'the anti-affinity that it gives its pods is not modelled'
  }
  if (spec.restartAt !== undefined) return 'the restart of its pods (restartAt) is not modelled'
  if (spec.paused === true || (status.pauseConditions ?? []).length > 0) {
    return 'it is paused, and pauses are not modelled'
  }
  if (status.abort === true) return 'it is aborted, and aborts are not modelled'
  const others = sets.filter(set => hashOf(set) !== podTemplateHash(rollout))
  if (others.length === 0 && sets.length <= 1) return undefined
  return 'its pod template was changed, and updates are not modelled: its pods stay as they were'
}
