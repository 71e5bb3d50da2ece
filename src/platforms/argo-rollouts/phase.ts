// The phase of a Rollout, and why. Port of argo-rollouts v1.8.3 utils/rollout CalculateRolloutPhase.

import { parseTime } from '../../kube/time.ts'
import { isOver, type Phase } from './analysis/types.ts'
import { isFullyPromoted } from './sync.ts'
import { replicasOf, type Rollout, type RolloutStatus } from './types.ts'

export function withPhase(rollout: Rollout, status: RolloutStatus): RolloutStatus {
  const [phase, message] = phaseOf({ ...rollout, status })
  const { message: _old, ...rest } = status
  return { ...rest, phase, ...(message !== '' && { message }) }
}

type Told = readonly [string, string]

const progressing = (why: string): Told => ['Progressing', why]

function phaseOf(rollout: Rollout): Told {
  const { spec = {}, status = {} } = rollout
  const degraded = (status.conditions ?? []).find(
    ({ type, reason }) =>
      type === 'InvalidSpec' || ['RolloutAborted', 'ProgressDeadlineExceeded'].includes(reason),
  )
  if (degraded !== undefined) {
    const { type, reason, message } = degraded
    return ['Degraded', `${type === 'InvalidSpec' ? type : reason}: ${message}`]
  }
  if (spec.paused === true) return ['Paused', 'manually paused']
  const [pause] = status.pauseConditions ?? []
  if (pause !== undefined) return ['Paused', pause.reason]
  if (isRestarting(rollout)) return progressing('rollout is restarting')
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status
  if (updatedReplicas < replicasOf(rollout)) return progressing('more replicas need to be updated')
  if (availableReplicas < updatedReplicas) {
    return progressing('updated replicas are still becoming available')
  }
  const { blueGreen, canary } = spec.strategy ?? {}
  if (blueGreen !== undefined) return blueGreenPhase(rollout)
  const isBasic = canary !== undefined && canary.trafficRouting === undefined
  if (isBasic && replicas > updatedReplicas) {
    return progressing('old replicas are pending termination')
  }
  const isThrough = (status.stableRS ?? '') !== '' && isFullyPromoted(rollout)
  if (canary !== undefined && !isThrough) return progressing('waiting for all steps to complete')
  return ['Healthy', '']
}

function isRestarting({ spec, status }: Rollout): boolean {
  if (spec?.restartAt === undefined) return false
  const done = status?.restartedAt
  return done === undefined || parseTime(done) !== parseTime(spec.restartAt)
}

function blueGreenPhase(rollout: Rollout): Told {
  const { stableRS = '', currentPodHash, blueGreen = {} } = rollout.status ?? {}
  const { activeSelector = '' } = blueGreen
  if (activeSelector === '' || activeSelector !== currentPodHash) {
    return progressing('active service cutover pending')
  }
  if (stableRS !== '' && isFullyPromoted(rollout)) return ['Healthy', '']
  const isAsked = rollout.spec?.strategy?.blueGreen?.postPromotionAnalysis !== undefined
  const phase = blueGreen.postPromotionAnalysisRunStatus?.status as Phase | undefined
  if (isAsked && !isOver(phase)) return progressing('waiting for analysis to complete')
  return progressing('waiting for post-promotion verification to complete')
}
