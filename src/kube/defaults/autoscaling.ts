// Defaults of autoscalers. Upstream: pkg/apis/autoscaling/v2/defaults.go, v1.36.3.

import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
} from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { withAbsent, withChanged } from './setting.ts'

const scaleUp: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
}

const scaleDown: HPAScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
}

const averageCpu = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
} as const

function specDefaults(spec: HorizontalPodAutoscalerSpec): HorizontalPodAutoscalerSpec {
  const counted = withAbsent(spec, { minReplicas: 1 })
  const measured =
    (counted.metrics?.length ?? 0) > 0 ? counted : { ...counted, metrics: [averageCpu] }
  return withChanged(measured, 'behavior', behavior => {
    const sided = withAbsent(behavior, { scaleUp, scaleDown })
    const up = withChanged(sided, 'scaleUp', rules => withAbsent(rules, scaleUp))
    return withChanged(up, 'scaleDown', rules => withAbsent(rules, scaleDown))
  })
}

export function autoscalerDefaults(object: KubeObject): KubeObject {
  return withChanged(object as HorizontalPodAutoscaler, 'spec', specDefaults)
}
