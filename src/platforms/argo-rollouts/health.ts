// Whether a Rollout is healthy. Port of argo-rollouts v1.8.3 utils/conditions/conditions.go.

import { replicasOf, type Rollout, type RolloutStatus } from './types.ts'

/** RolloutHealthy: all replicas are updated and available, and the strategy is through. */
export function isHealthy(rollout: Rollout, status: RolloutStatus): boolean {
  const replicas = replicasOf(rollout)
  const { generation = 0 } = rollout.metadata
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (rollout.status?.observedGeneration ?? '') === String(generation) &&
    isBlueGreenComplete(rollout, status) &&
    isCanaryComplete(rollout, status)
  )
}

function isBlueGreenComplete({ spec }: Rollout, status: RolloutStatus): boolean {
  const blueGreen = spec?.strategy?.blueGreen
  if (blueGreen === undefined) return true
  const { activeSelector = '', previewSelector = '' } = status.blueGreen ?? {}
  const current = status.currentPodHash ?? ''
  const hasPreview = (blueGreen.previewService ?? '') !== ''
  return activeSelector === current && (!hasPreview || previewSelector === current)
}

function isCanaryComplete(rollout: Rollout, status: RolloutStatus): boolean {
  const canary = rollout.spec?.strategy?.canary
  if (canary === undefined) return true
  const steps = canary.steps?.length ?? 0
  const index = status.currentStepIndex
  const areStepsDone = steps === 0 || index === undefined || index === steps
  const isStable = (status.stableRS ?? '') !== '' && status.stableRS === status.currentPodHash
  return areStepsDone && isStable && (status.replicas ?? 0) === replicasOf(rollout)
}
