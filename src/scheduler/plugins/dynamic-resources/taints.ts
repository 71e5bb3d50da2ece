// Taints of devices and the requests that tolerate them.
// Upstream: dynamic-resource-allocation resourceclaim/devicetoleration.go, v0.36.3.

import type { Device, DeviceTaint, DeviceToleration } from '../../../kube/generated/types.ts'

/** Whether a taint of the device that keeps claims away is not tolerated. */
export function preventsAllocation(
  device: Device,
  tolerations: readonly DeviceToleration[],
): boolean {
  return (device.taints ?? []).some(
    taint =>
      (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') &&
      !tolerations.some(toleration => tolerates(toleration, taint)),
  )
}

function tolerates(toleration: DeviceToleration, taint: DeviceTaint): boolean {
  const { effect = '', key = '', operator = '', value = '' } = toleration
  if (effect !== '' && effect !== taint.effect) return false
  if (key !== '' && key !== taint.key) return false
  if (operator === 'Exists') return true
  return (operator === '' || operator === 'Equal') && value === (taint.value ?? '')
}
