// The status that an autoscaler writes after a look.
// Port of pkg/controller/podautoscaler/horizontal.go (setStatus), v1.36.3.

import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
} from '../../kube/generated/types.ts'
import { formatTime } from '../../kube/time.ts'
import type { Decision } from './decision.ts'

interface Outcome {
  readonly autoscaler: HorizontalPodAutoscaler
  readonly decision: Decision
  /** Replicas before the look. */
  readonly current: number
  readonly nowMs: number
  /** The API server refused the new count; this is its text. */
  readonly refused?: string
}

/** The status after the look and, if it rescales, after the count was written. */
export function statusAfter(outcome: Outcome): HorizontalPodAutoscalerStatus {
  const { autoscaler, decision, current, nowMs, refused } = outcome
  const { conditions, metrics, desired, failure } = decision
  const rescaled = decision.rescale && failure === undefined && refused === undefined
  if (refused !== undefined) {
    const message = `the HPA controller was unable to update the target scale: ${refused}`
    conditions.set('AbleToScale', { status: 'False', reason: 'FailedUpdateScale', message })
  } else if (rescaled) {
    const message = `the HPA controller was able to update the target scale to ${desired}`
    conditions.set('AbleToScale', { status: 'True', reason: 'SucceededRescale', message })
    conditions.remove('ScaledToZero')
  }
  const kept = autoscaler.status?.desiredReplicas ?? 0
  const desiredReplicas =
    failure !== undefined || refused !== undefined ? kept : rescaled ? desired : current
  const last = rescaled ? formatTime(nowMs) : autoscaler.status?.lastScaleTime
  return {
    ...(last !== undefined && { lastScaleTime: last }),
    ...(current !== 0 && { currentReplicas: current }),
    desiredReplicas,
    currentMetrics: metrics as HorizontalPodAutoscalerStatus['currentMetrics'],
    ...(conditions.all.length > 0 && { conditions: conditions.all }),
  }
}
