// Selectors of devices, compiled once, and devices as expressions see them, made once. The engine
// of expressions is only loaded for a cluster that has a selector.
// Upstream: dynamic-resource-allocation cel/cache.go, v0.36.3.

import { cel } from '../../../kube/cel/provider.ts'
import type { Device } from '../../../kube/generated/types.ts'
import type { SchedulerVersion } from '../../features.ts'

/** What a selector says about a device, or the text of the error that ends the attempt. */
export type Selection = boolean | { readonly error: string }

export type DeviceSelectorFunction = (driver: string, device: Device) => Selection

type Compiled = DeviceSelectorFunction | { readonly error: string }

const programs = new Map<string, Compiled>()
const programsMax = 1000

/** The function of an expression; an error when it cannot be understood. */
export function compileDeviceSelector(expression: string, version: SchedulerVersion): Compiled {
  const key = `${version} ${expression}`
  const known = programs.get(key)
  if (known !== undefined) return known
  const program = cel().deviceProgram(expression, { includes: version === '1.36' })
  const result: Compiled =
    typeof program === 'function'
      ? (driver, device) => program(valueOf(driver, device))
      : { error: program.error }
  if (programs.size < programsMax) programs.set(key, result)
  return result
}

type DeviceValue = ReturnType<ReturnType<typeof cel>['deviceValue']>

const values = new WeakMap<Device, Map<string, DeviceValue>>()

function valueOf(driver: string, device: Device): DeviceValue {
  let byDriver = values.get(device)
  if (byDriver === undefined) {
    byDriver = new Map()
    values.set(device, byDriver)
  }
  let value = byDriver.get(driver)
  if (value === undefined) {
    value = cel().deviceValue(driver, device)
    byDriver.set(driver, value)
  }
  return value
}
