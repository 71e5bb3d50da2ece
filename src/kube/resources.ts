// What a pod requests and is limited to altogether. Upstream: component-helpers
// resource/helpers.go (PodRequests, PodLimits), v0.36.3.

import type { Container, ContainerStatus, Pod } from './generated/types.ts'
import { podCondition } from './pod.ts'
import { type Quantity, quantityOf, quantityText } from './quantity.ts'
import { addQuantities, compareQuantities, isZero } from './quantity-math.ts'

/** Resource names with amounts. */
export type Amounts = ReadonlyMap<string, Quantity>

/** As objects spell it. */
export type ResourceList = Readonly<Record<string, string | number>>

export interface PodResourcesOptions {
  /** Count what running containers really have, for resizes in place. */
  readonly useStatus?: boolean
  /** The same at the level of the pod (gate InPlacePodLevelResourcesVerticalScaling). */
  readonly usePodStatus?: boolean
  readonly excludeOverhead?: boolean
  readonly skipPodLevel?: boolean
  /** Assumed for containers that do not name the resource at all. */
  readonly nonMissing?: Amounts
}

type Which = 'requests' | 'limits'

const noAmounts: Amounts = new Map()

/** The amounts of a list that validation has accepted. */
export function amountsOf(list: ResourceList | undefined | null): Map<string, Quantity> {
  const amounts = new Map<string, Quantity>()
  for (const name in list) amounts.set(name, quantityOf(list[name]))
  return amounts
}

/** The amounts with canonical texts, as objects spell them. */
export function amountsText(amounts: Amounts): Record<string, string> {
  const list: Record<string, string> = {}
  for (const [name, amount] of amounts) list[name] = quantityText(amount)
  return list
}

export function addAmounts(total: Map<string, Quantity>, added: Amounts): void {
  for (const [name, amount] of added) {
    const before = total.get(name)
    total.set(name, before === undefined ? amount : addQuantities(before, amount))
  }
}

export function maxAmounts(total: Map<string, Quantity>, other: Amounts): void {
  for (const [name, amount] of other) {
    const before = total.get(name)
    if (before === undefined || compareQuantities(amount, before) > 0) total.set(name, amount)
  }
}

/** Resources that a pod can state as a whole. */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')
}

/** Whether the pod as a whole states requests (or limits) that count. */
export function hasPodLevel(pod: Pod, which: Which): boolean {
  return Object.keys(pod.spec?.resources?.[which] ?? {}).some(isPodLevelResource)
}

/** Whether the status has a say in what the pod requests: it reports what containers really have. */
export function statusCounts({ status }: Pod): boolean {
  if (status === undefined) return false
  if (status.resources !== undefined) return true
  const { containerStatuses, initContainerStatuses } = status
  return anyReportsResources(containerStatuses) || anyReportsResources(initContainerStatuses)
}

function anyReportsResources(statuses: readonly ContainerStatus[] | undefined): boolean {
  if (statuses === undefined) return false
  for (const { resources } of statuses) if (resources !== undefined) return true
  return false
}

/** The sum that a node must provide. */
export function podRequests(pod: Pod, options: PodResourcesOptions = {}): Map<string, Quantity> {
  const requests = containersTotal(pod, 'requests', options)
  if (options.skipPodLevel !== true && hasPodLevel(pod, 'requests')) {
    applyPodLevel(requests, pod, { which: 'requests', ...options })
  }
  if (options.excludeOverhead !== true) addAmounts(requests, amountsOf(pod.spec?.overhead))
  return requests
}

/** The sum that the pod may not exceed; overhead counts where there is a limit. */
export function podLimits(pod: Pod, options: PodResourcesOptions = {}): Map<string, Quantity> {
  const limits = containersTotal(pod, 'limits', options)
  if (options.skipPodLevel !== true) {
    applyPodLevel(limits, pod, { which: 'limits', ...options })
  }
  if (options.excludeOverhead === true) return limits
  for (const [name, amount] of amountsOf(pod.spec?.overhead)) {
    const limit = limits.get(name)
    if (limit !== undefined && !isZero(limit)) limits.set(name, addQuantities(limit, amount))
  }
  return limits
}

interface PodLevel extends PodResourcesOptions {
  readonly which: Which
}

function applyPodLevel(total: Map<string, Quantity>, pod: Pod, options: PodLevel): void {
  const { which, useStatus, usePodStatus } = options
  const spec = pod.spec?.resources?.[which]
  if (spec === undefined) return
  const { resources, allocatedResources } = pod.status ?? {}
  const actual =
    useStatus === true && usePodStatus === true && resources !== undefined
      ? effective(pod, which, { spec, actuated: resources[which], allocated: allocatedResources })
      : undefined
  for (const [name, amount] of amountsOf(spec)) {
    if (!isPodLevelResource(name)) continue
    total.set(name, actual === undefined ? amount : (actual.get(name) ?? quantityOf(0)))
  }
}

/**
 * Init containers run one after the other: each needs its own amount plus that of the sidecars
 * before it, and the pod needs the largest of these and of what runs together afterwards.
 */
function containersTotal(
  pod: Pod,
  which: Which,
  options: PodResourcesOptions,
): Map<string, Quantity> {
  const statuses = options.useStatus === true ? statusesOf(pod) : undefined
  const amounts = (container: Container, status: ContainerStatus | undefined): Amounts => {
    const own = containerAmounts(pod, { container, which, status })
    return which === 'requests' ? withMissing(own, options.nonMissing) : own
  }
  const total = new Map<string, Quantity>()
  for (const container of pod.spec?.containers ?? []) {
    addAmounts(total, amounts(container, statuses?.get(container.name)))
  }
  if (pod.spec?.initContainers === undefined) return total
  const sidecars = new Map<string, Quantity>()
  const init = new Map<string, Quantity>()
  for (const container of pod.spec.initContainers) {
    if (container.restartPolicy === 'Always') {
      const own = amounts(container, statuses?.get(container.name))
      addAmounts(total, own)
      addAmounts(sidecars, own)
      maxAmounts(init, sidecars)
    } else {
      const together = new Map(amounts(container, undefined))
      addAmounts(together, sidecars)
      maxAmounts(init, together)
    }
  }
  maxAmounts(total, init)
  return total
}

function statusesOf({ status }: Pod): ReadonlyMap<string, ContainerStatus> {
  const statuses = new Map<string, ContainerStatus>()
  for (const each of status?.containerStatuses ?? []) statuses.set(each.name, each)
  for (const each of status?.initContainerStatuses ?? []) statuses.set(each.name, each)
  return statuses
}

interface Resized {
  readonly container: Container
  readonly which: Which
  readonly status: ContainerStatus | undefined
}

function containerAmounts(pod: Pod, { container, which, status }: Resized): Amounts {
  const spec = container.resources?.[which]
  if (status?.resources === undefined) return spec === undefined ? noAmounts : amountsOf(spec)
  const actuated = status.resources[which]
  return effective(pod, which, { spec, actuated, allocated: status.allocatedResources })
}

interface ResourceState {
  readonly spec: ResourceList | undefined
  readonly actuated: ResourceList | undefined
  readonly allocated: ResourceList | undefined
}

/** During a resize the largest of what is wanted, given and promised counts. */
function effective(pod: Pod, which: Which, state: ResourceState): Map<string, Quantity> {
  const pending = podCondition(pod, 'PodResizePending')
  const result = amountsOf(pending?.reason === 'Infeasible' ? undefined : state.spec)
  maxAmounts(result, amountsOf(state.actuated))
  if (which === 'requests') maxAmounts(result, amountsOf(state.allocated))
  return result
}

function withMissing(amounts: Amounts, nonMissing: Amounts | undefined): Amounts {
  if (nonMissing === undefined) return amounts
  const complete = new Map(amounts)
  for (const [name, amount] of nonMissing) if (!complete.has(name)) complete.set(name, amount)
  return complete
}
