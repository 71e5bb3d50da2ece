// What a pod requests altogether: containers, sidecars, init containers, pod level, overhead.
// Upstream: component-helpers resource/helpers.go PodRequests, v0.36.3.

import type { Container, ContainerStatus, Pod } from '../kube/generated/types.ts'
import { type Amount, addAmounts, amountOf, compareAmounts } from './quantity-value.ts'

export type Amounts = ReadonlyMap<string, Amount>
type ResourceList = Readonly<Record<string, string | number>>

export interface PodRequestsOptions {
  /** Count what running containers really have, for resizes in place. */
  readonly useStatusResources?: boolean
  /** The same at the level of the pod (1.36). */
  readonly usePodStatusResources?: boolean
  /** Requests assumed for containers that name none for the resource. */
  readonly nonMissing?: Amounts
  /** Ignore spec.resources of the pod. */
  readonly skipPodLevel?: boolean
}

/** What a container without requests counts as, so that nodes do not fill up with such pods. */
export const defaultRequests: Amounts = new Map([
  ['cpu', amountOf('100m')],
  ['memory', amountOf('200Mi')],
])

/** The sum that a node must provide. */
export function podRequests(pod: Pod, options: PodRequestsOptions = {}): Map<string, Amount> {
  const requests = containerRequests(pod, options)
  if (options.skipPodLevel !== true) applyPodLevel(pod, options, requests)
  if (pod.spec?.overhead !== undefined) addTo(requests, amountsOf(pod.spec.overhead))
  return requests
}

/** Whether the pod as a whole requests cpu, memory or huge pages. */
export function hasPodLevelRequests(pod: Pod): boolean {
  return Object.keys(pod.spec?.resources?.requests ?? {}).some(isPodLevelResource)
}

function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')
}

function applyPodLevel(pod: Pod, options: PodRequestsOptions, requests: Map<string, Amount>): void {
  const podLevel = pod.spec?.resources?.requests
  if (podLevel === undefined || !hasPodLevelRequests(pod)) return
  const status = pod.status
  const effective =
    options.usePodStatusResources === true && status?.resources !== undefined
      ? effectiveRequests(pod, podLevel, status.resources.requests, status.allocatedResources)
      : amountsOf(podLevel)
  for (const name of Object.keys(podLevel)) {
    if (isPodLevelResource(name)) requests.set(name, effective.get(name) ?? amountOf(0))
  }
}

/**
 * Init containers run one after the other: each needs its own request plus those of the sidecars
 * before it, and the pod needs the largest of these and of the sum of what runs together.
 */
function containerRequests(pod: Pod, options: PodRequestsOptions): Map<string, Amount> {
  const statuses = options.useStatusResources === true ? statusesOf(pod) : undefined
  const total = new Map<string, Amount>()
  for (const container of pod.spec?.containers ?? []) {
    addTo(total, requestsOf(pod, container, options, statuses))
  }
  const sidecars = new Map<string, Amount>()
  const init = new Map<string, Amount>()
  for (const container of pod.spec?.initContainers ?? []) {
    const isSidecar = container.restartPolicy === 'Always'
    const requests = requestsOf(pod, container, options, isSidecar ? statuses : undefined)
    if (isSidecar) {
      addTo(total, requests)
      addTo(sidecars, requests)
      maxTo(init, sidecars)
    } else {
      const together = new Map(requests)
      addTo(together, sidecars)
      maxTo(init, together)
    }
  }
  maxTo(total, init)
  return total
}

function statusesOf(pod: Pod): ReadonlyMap<string, ContainerStatus> | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
  if (containerStatuses.length + initContainerStatuses.length === 0) return undefined
  const statuses = new Map<string, ContainerStatus>()
  for (const status of containerStatuses) statuses.set(status.name, status)
  for (const status of initContainerStatuses) statuses.set(status.name, status)
  return statuses
}

function requestsOf(
  pod: Pod,
  container: Container,
  options: PodRequestsOptions,
  statuses: ReadonlyMap<string, ContainerStatus> | undefined,
): Amounts {
  const status = statuses?.get(container.name)
  const spec = container.resources?.requests
  const requests =
    status?.resources === undefined
      ? amountsOf(spec)
      : effectiveRequests(pod, spec, status.resources.requests, status.allocatedResources)
  if (options.nonMissing === undefined) return requests
  const complete = new Map(requests)
  for (const [name, amount] of options.nonMissing) {
    if (!complete.has(name)) complete.set(name, amount)
  }
  return complete
}

function effectiveRequests(
  pod: Pod,
  spec: ResourceList | undefined,
  actuated: ResourceList | undefined,
  allocated: ResourceList | undefined,
): Map<string, Amount> {
  const result = isResizeInfeasible(pod) ? new Map<string, Amount>() : amountsOf(spec)
  maxTo(result, amountsOf(actuated))
  maxTo(result, amountsOf(allocated))
  return result
}

function isResizeInfeasible(pod: Pod): boolean {
  const pending = pod.status?.conditions?.find(({ type }) => type === 'PodResizePending')
  return pending?.reason === 'Infeasible'
}

function amountsOf(list: ResourceList | undefined): Map<string, Amount> {
  const amounts = new Map<string, Amount>()
  if (list === undefined) return amounts
  for (const name of Object.keys(list)) amounts.set(name, amountOf(list[name]))
  return amounts
}

function addTo(total: Map<string, Amount>, added: Amounts): void {
  for (const [name, amount] of added) {
    const before = total.get(name)
    total.set(name, before === undefined ? amount : addAmounts(before, amount))
  }
}

function maxTo(total: Map<string, Amount>, other: Amounts): void {
  for (const [name, amount] of other) {
    const before = total.get(name)
    if (before === undefined || compareAmounts(amount, before) > 0) total.set(name, amount)
  }
}
