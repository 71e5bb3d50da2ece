// Resources of a pod as a whole. Upstream: pkg/apis/core/validation/validation.go
// validatePodResources, v1.36.3.

import type { PodSpec, Quantity } from '../../generated/types.ts'
import { type Quantity as Parsed, quantityOf, quantityText } from '../../quantity.ts'
import { addQuantities, compareQuantities } from '../../quantity-math.ts'
import type { Errors } from '../checks.ts'
import { forbidden, invalid, notSupported } from '../field-error.ts'
import {
  checkResourceName,
  checkResources,
  isHugePage,
  type ResourceNameCheck,
  shownQuantity,
} from './resources.ts'

const supported = ['cpu', 'hugepages-', 'memory']

const checkName: ResourceNameCheck = (errors, path, name) => {
  if (name === 'cpu' || name === 'memory' || isHugePage(name)) return
  const before = errors.length
  checkResourceName(errors, path, name)
  if (errors.length > before) return
  errors.push(notSupported(path, name, supported))
}

export function checkPodResources(
  errors: Errors,
  path: string,
  spec: PodSpec,
  claimNames: ReadonlySet<string>,
): void {
  const resources = spec.resources ?? {}
  const at = `${path}.resources`
  if (spec.os?.name === 'windows') {
    errors.push(forbidden(at, 'may not be set for a windows pod'))
    return
  }
  if (resources.claims !== undefined) {
    const detail = 'claims may not be set for Resources at pod-level'
    errors.push(forbidden(`${at}.claims`, detail))
  }
  checkResources(errors, at, resources, { nameCheck: checkName, claimNames })
  checkTotals(errors, `${at}.requests`, spec)
  checkContainerLimits(errors, `${at}.limits`, spec)
}

/** The pod may not ask for less than its containers together. */
function checkTotals(errors: Errors, path: string, spec: PodSpec): void {
  const requests = spec.resources?.requests ?? {}
  for (const name in requests) {
    const total = containerTotal(spec, name)
    if (total === undefined) continue
    const own = requests[name] as Quantity
    if (compareQuantities(total, quantityOf(own)) <= 0) continue
    const detail = `must be greater than or equal to aggregate container requests of ${quantityText(total)}`
    errors.push(invalid(`${path}[${name}]`, shownQuantity(own), detail))
  }
}

/** What containers request together, or the largest init container if that is more. */
function containerTotal(spec: PodSpec, name: string): Parsed | undefined {
  const { containers = [], initContainers = [] } = spec
  let total: Parsed | undefined
  for (const { resources } of containers) total = plus(total, resources?.requests?.[name])
  let sidecars: Parsed | undefined
  let peak: Parsed | undefined
  for (const { resources, restartPolicy } of initContainers) {
    const own = resources?.requests?.[name]
    if (restartPolicy === 'Always') {
      total = plus(total, own)
      sidecars = plus(sidecars, own)
      peak = larger(peak, sidecars)
    } else {
      peak = larger(peak, plus(sidecars, own))
    }
  }
  return larger(total, peak)
}

function plus(total: Parsed | undefined, amount: Quantity | undefined): Parsed | undefined {
  if (amount === undefined) return total
  const parsed = quantityOf(amount)
  return total === undefined ? parsed : addQuantities(total, parsed)
}

function larger(a: Parsed | undefined, b: Parsed | undefined): Parsed | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return compareQuantities(a, b) >= 0 ? a : b
}

function checkContainerLimits(errors: Errors, path: string, spec: PodSpec): void {
  const { containers = [], resources: { limits = {} } = {} } = spec
  containers.forEach(({ resources }) => {
    for (const name in limits) {
      const own = resources?.limits?.[name]
      const whole = limits[name] as Quantity
      if (own === undefined || compareQuantities(quantityOf(own), quantityOf(whole)) <= 0) continue
      const detail = `must be less than or equal to pod limits of ${shownQuantity(whole)}`
      errors.push(invalid(`${path}[${name}]`, shownQuantity(own), detail))
    }
  })
}
