// Where a canary stands: its current step and the share of traffic or pods that is wanted.
// Port of argo-rollouts v1.8.3 utils/replicaset/canary.go and utils/weightutil.

import type { CanaryStep, Rollout, SetCanaryScale } from './types.ts'

const maxWeightDefault = 100

/** The weight that stands for all traffic. */
export function maxTrafficWeight({ spec }: Rollout): number {
  return spec?.strategy?.canary?.trafficRouting?.maxTrafficWeight ?? maxWeightDefault
}

export interface CurrentStep {
  /** Undefined without steps, and when all are done. */
  readonly step?: CanaryStep
  /** Undefined for a canary without steps. */
  readonly index?: number
}

/** GetCurrentCanaryStep. */
export function currentStep({ spec, status }: Rollout): CurrentStep {
  const steps = spec?.strategy?.canary?.steps ?? []
  if (steps.length === 0) return {}
  const index = status?.currentStepIndex ?? 0
  const step = steps[index]
  return { index, ...(step && { step }) }
}

/** CanaryStepString. */
export function stepText({ setWeight, pause, setCanaryScale, ...others }: CanaryStep): string {
  if (isGiven(setWeight)) return `setWeight: ${setWeight}`
  if (isGiven(pause)) {
    return isGiven(pause?.duration) ? `pause: ${pause?.duration}` : 'pause'
  }
  if (isGiven(others['experiment'])) return 'experiment'
  if (isGiven(others['analysis'])) return 'analysis'
  const { weight, matchTrafficWeight, replicas } = setCanaryScale ?? {}
  if (isGiven(weight)) return `setCanaryScale{weight: ${weight}}`
  if (matchTrafficWeight === true) return 'setCanaryScale{matchTrafficWeight: true}'
  if (isGiven(replicas)) return `setCanaryScale{replicas: ${replicas}}`
  return 'invalid'
}

/** The steps up to the current one, last first; undefined when there is no current step. */
function stepsSoFar({ spec, status }: Rollout): readonly CanaryStep[] | undefined {
  const steps = spec?.strategy?.canary?.steps ?? []
  const index = status?.currentStepIndex ?? 0
  if (index >= steps.length) return undefined
  return steps.slice(0, index + 1).reverse()
}

/** GetCurrentSetWeight: what the last setWeight says; everything once all steps are done. */
export function currentSetWeight(rollout: Rollout): number {
  if (rollout.status?.abort === true) return 0
  const steps = stepsSoFar(rollout)
  if (steps === undefined) return maxTrafficWeight(rollout)
  return steps.find(({ setWeight }) => isGiven(setWeight))?.setWeight ?? 0
}

/** A field of a step that is null is not there. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** Either a number of canary pods or a weight. */
export interface CanaryGoal {
  readonly replicas: number | undefined
  readonly weight: number
}

/** GetCanaryReplicasOrWeight. */
export function canaryGoal(rollout: Rollout): CanaryGoal {
  const { promoteFull = false, stableRS = '', currentPodHash = '' } = rollout.status ?? {}
  if (promoteFull || stableRS === '' || currentPodHash === stableRS) {
    return { replicas: undefined, weight: maxTrafficWeight(rollout) }
  }
  const scale = setCanaryScale(rollout)
  if (isGiven(scale?.replicas)) return { replicas: scale?.replicas, weight: 0 }
  if (isGiven(scale?.weight)) return { replicas: undefined, weight: scale?.weight ?? 0 }
  return { replicas: undefined, weight: currentSetWeight(rollout) }
}

/** UseSetCanaryScale: the scale that a step has set and no later one has taken back. */
function setCanaryScale(rollout: Rollout): SetCanaryScale | undefined {
  const canary = rollout.spec?.strategy?.canary
  if (canary?.trafficRouting === undefined) return undefined
  // An aborted canary goes away, unless the user wants it to stay.
  if (rollout.status?.abort === true && canary.abortScaleDownDelaySeconds !== 0) return undefined
  const scale = stepsSoFar(rollout)?.find(step => isGiven(step.setCanaryScale))?.setCanaryScale
  return scale?.matchTrafficWeight === true ? undefined : scale
}
