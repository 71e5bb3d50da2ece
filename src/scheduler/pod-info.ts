// What is computed once from a pod object: requests, compiled affinity terms, host ports, claims.
// Upstream: pkg/scheduler/framework/types.go PodInfo and
// kube-scheduler framework/types.go AffinityTerm, v1.36.3.

import type {
  Affinity,
  Container,
  Pod,
  PodAffinityTerm,
  WeightedPodAffinityTerm,
} from '../kube/generated/types.ts'
import { type Amounts, hasPodLevel, podRequests, statusCounts } from '../kube/resources.ts'
import { type HostPort, hostPortsOf } from './host-ports.ts'
import { compileSelector, type LabelMatcher, type Labels, noLabels } from './label-selector.ts'
import { type Resource, resourceOfAmounts } from './node-resource.ts'
import { type Amount, amountOf, milliValueOf, valueOf, zeroAmount } from './quantity-value.ts'

export interface AffinityTerm {
  readonly namespaces: ReadonlySet<string>
  readonly selector: LabelMatcher
  readonly topologyKey: string
  readonly namespaceSelector: LabelMatcher
  /** False when the term names namespaces only. */
  readonly hasNamespaceSelector: boolean
}

export interface WeightedAffinityTerm extends AffinityTerm {
  readonly weight: number
}

export interface PodInfo {
  readonly pod: Pod
  readonly uid: string
  /** `namespace/name`. */
  readonly key: string
  readonly namespace: string
  readonly labels: Labels
  readonly priority: number
  readonly isTerminating: boolean
  readonly hasAffinity: boolean
  readonly hasRequiredAntiAffinity: boolean
  readonly requiredAffinityTerms: readonly AffinityTerm[]
  readonly requiredAntiAffinityTerms: readonly AffinityTerm[]
  readonly preferredAffinityTerms: readonly WeightedAffinityTerm[]
  readonly preferredAntiAffinityTerms: readonly WeightedAffinityTerm[]
  readonly requested: Resource
  readonly nonZeroMilliCpu: number
  readonly nonZeroMemory: number
  readonly hostPorts: readonly HostPort[]
  /** Keys of the claims its volumes name, one per volume. */
  readonly claimKeys: readonly string[]
  /** What an engine keeps about the pod; whoever finds something foreign here replaces it. */
  kept: unknown
}

const cache = new WeakMap<Pod, PodInfo>()
const none: readonly never[] = []

/** The pod that was asked about last: one attempt asks several times. */
let last: PodInfo | undefined
/** Whether the last one has to be remembered before another takes its place. */
let isNew = false

/** The info of a pod object; computed once per object, as objects never change. */
export function podInfoOf(pod: Pod): PodInfo {
  if (last !== undefined && last.pod === pod) return last
  if (last !== undefined && isNew) cache.set(last.pod, last)
  const known = cache.get(pod)
  isNew = known === undefined
  last = known ?? compute(pod)
  return last
}

/** The same for a pod that goes on a node: it is found there and asked about by object no more. */
export function placedPodInfo(pod: Pod): PodInfo {
  const info = podInfoOf(pod)
  isNew = false
  return info
}

/** The info of a pod on a node with the spec of `before`: only what may have changed is new. */
export function changedPodInfo(before: PodInfo, pod: Pod): PodInfo {
  const { labels = noLabels, deletionTimestamp } = pod.metadata
  const isTerminating = deletionTimestamp !== undefined
  return { ...before, pod, labels, isTerminating, ...resources(pod), kept: undefined }
}

function compute(pod: Pod): PodInfo {
  const { name = '', namespace = '', uid = '', labels = noLabels } = pod.metadata
  const affinity = affinityOf(pod.spec?.affinity, namespace)
  const sums = resources(pod)
  // Field by field: every info has the same hidden class, and none is built by copying.
  return {
    pod,
    uid,
    key: `${namespace}/${name}`,
    namespace,
    labels,
    priority: pod.spec?.priority ?? 0,
    isTerminating: pod.metadata.deletionTimestamp !== undefined,
    hasAffinity: affinity.hasAffinity,
    hasRequiredAntiAffinity: affinity.hasRequiredAntiAffinity,
    requiredAffinityTerms: affinity.requiredAffinityTerms,
    requiredAntiAffinityTerms: affinity.requiredAntiAffinityTerms,
    preferredAffinityTerms: affinity.preferredAffinityTerms,
    preferredAntiAffinityTerms: affinity.preferredAntiAffinityTerms,
    requested: sums.requested,
    nonZeroMilliCpu: sums.nonZeroMilliCpu,
    nonZeroMemory: sums.nonZeroMemory,
    hostPorts: hostPortsOf(pod),
    claimKeys: claimKeysOf(pod, namespace),
    kept: undefined,
  }
}

type AffinityParts = Pick<
  PodInfo,
  | 'hasAffinity'
  | 'hasRequiredAntiAffinity'
  | 'requiredAffinityTerms'
  | 'requiredAntiAffinityTerms'
  | 'preferredAffinityTerms'
  | 'preferredAntiAffinityTerms'
>

const noAffinity: AffinityParts = {
  hasAffinity: false,
  hasRequiredAntiAffinity: false,
  requiredAffinityTerms: none,
  requiredAntiAffinityTerms: none,
  preferredAffinityTerms: none,
  preferredAntiAffinityTerms: none,
}

/** By affinity object, which pods of one template share, then by namespace. */
const affinityCache = new WeakMap<Affinity, Map<string, AffinityParts>>()

function affinityOf(affinity: Affinity | undefined, namespace: string): AffinityParts {
  if (affinity?.podAffinity === undefined && affinity?.podAntiAffinity === undefined) {
    return noAffinity
  }
  let byNamespace = affinityCache.get(affinity)
  if (byNamespace === undefined) {
    byNamespace = new Map()
    affinityCache.set(affinity, byNamespace)
  }
  let parts = byNamespace.get(namespace)
  if (parts === undefined) {
    parts = compileAffinity(affinity, namespace)
    byNamespace.set(namespace, parts)
  }
  return parts
}

function compileAffinity(affinity: Affinity, namespace: string): AffinityParts {
  const { podAffinity = {}, podAntiAffinity = {} } = affinity
  const required = podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution
  return {
    hasAffinity: true,
    hasRequiredAntiAffinity: required !== undefined && required.length > 0,
    requiredAffinityTerms: affinityTerms(
      namespace,
      podAffinity.requiredDuringSchedulingIgnoredDuringExecution,
    ),
    requiredAntiAffinityTerms: affinityTerms(namespace, required),
    preferredAffinityTerms: weightedTerms(
      namespace,
      podAffinity.preferredDuringSchedulingIgnoredDuringExecution,
    ),
    preferredAntiAffinityTerms: weightedTerms(
      namespace,
      podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution,
    ),
  }
}

/** What a container without requests counts as, so that nodes do not fill up with such pods. */
export const defaultRequests: Amounts = new Map([
  ['cpu', amountOf('100m')],
  ['memory', amountOf('200Mi')],
])

type Sums = Pick<PodInfo, 'requested' | 'nonZeroMilliCpu' | 'nonZeroMemory'>

/**
 * Pods of one template share their containers, and a bound pod its spec with what it was before:
 * most sums are computed once per template.
 */
const sumsByPart = new WeakMap<object, Sums>()

function resources(pod: Pod): Sums {
  const { spec } = pod
  if (spec === undefined || statusCounts(pod)) return computeSums(pod)
  const { containers, initContainers, overhead, resources: podLevel } = spec
  const isPlain = initContainers === undefined && overhead === undefined && podLevel === undefined
  if (isPlain && containers !== undefined) return sumsOfContainers(pod, containers)
  let sums = sumsByPart.get(spec)
  if (sums === undefined) {
    sums = computeSums(pod)
    sumsByPart.set(spec, sums)
  }
  return sums
}

interface KnownSums {
  readonly containers: readonly Container[]
  readonly sums: Sums
}

/** By the resources of the first container: admission copies containers, but not their parts. */
const sumsByResources = new WeakMap<object, KnownSums>()

function sumsOfContainers(pod: Pod, containers: readonly Container[]): Sums {
  const key = containers[0]?.resources
  if (key === undefined) return computeSums(pod)
  const known = sumsByResources.get(key)
  if (known !== undefined && requestAlike(known.containers, containers)) return known.sums
  const sums = computeSums(pod)
  sumsByResources.set(key, { containers, sums })
  return sums
}

function requestAlike(a: readonly Container[], b: readonly Container[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index += 1) {
    if (a[index]?.resources !== b[index]?.resources) return false
  }
  return true
}

function computeSums(pod: Pod): Sums {
  const options = { useStatus: true, usePodStatus: true }
  const requests = podRequests(pod, options)
  const isPodLevel = hasPodLevel(pod, 'requests')
  const nonMissing = new Map<string, Amount>()
  for (const [name, amount] of defaultRequests) {
    if (!isPodLevel || !requests.has(name)) nonMissing.set(name, amount)
  }
  const nonZero = nonMissing.size === 0 ? requests : podRequests(pod, { ...options, nonMissing })
  return {
    requested: resourceOfAmounts(requests),
    nonZeroMilliCpu: milliValueOf(nonZero.get('cpu') ?? zeroAmount),
    nonZeroMemory: valueOf(nonZero.get('memory') ?? zeroAmount),
  }
}

/** A list with an invalid selector has no terms: admission lets none of them through. */
export function affinityTerms(
  namespace: string,
  terms: readonly PodAffinityTerm[] | undefined,
): readonly AffinityTerm[] {
  if (terms === undefined || terms.length === 0) return none
  const result: AffinityTerm[] = []
  for (const term of terms) {
    const compiled = affinityTerm(namespace, term)
    if (compiled === undefined) return none
    result.push(compiled)
  }
  return result
}

function weightedTerms(
  namespace: string,
  terms: readonly WeightedPodAffinityTerm[] | undefined,
): readonly WeightedAffinityTerm[] {
  if (terms === undefined || terms.length === 0) return none
  const result: WeightedAffinityTerm[] = []
  for (const { weight, podAffinityTerm } of terms) {
    const compiled = affinityTerm(namespace, podAffinityTerm)
    if (compiled === undefined) return none
    result.push({ ...compiled, weight })
  }
  return result
}

function affinityTerm(namespace: string, term: PodAffinityTerm): AffinityTerm | undefined {
  const selector = compileSelector(term.labelSelector)
  const namespaceSelector = compileSelector(term.namespaceSelector)
  if (selector === undefined || namespaceSelector === undefined) return undefined
  const { namespaces = none } = term
  const isOwn = namespaces.length === 0 && term.namespaceSelector === undefined
  return {
    namespaces: new Set(isOwn ? [namespace] : namespaces),
    selector,
    topologyKey: term.topologyKey,
    namespaceSelector,
    hasNamespaceSelector: term.namespaceSelector !== undefined,
  }
}

/** Whether a term selects a pod whose namespace has the given labels. */
export function termMatches(term: AffinityTerm, pod: PodInfo, namespaceLabels: Labels): boolean {
  return (
    (term.namespaces.has(pod.namespace) || term.namespaceSelector(namespaceLabels)) &&
    term.selector(pod.labels)
  )
}

function claimKeysOf(pod: Pod, namespace: string): readonly string[] {
  const volumes = pod.spec?.volumes
  if (volumes === undefined) return none
  const keys: string[] = []
  for (const { persistentVolumeClaim } of volumes) {
    if (persistentVolumeClaim !== undefined) {
      keys.push(`${namespace}/${persistentVolumeClaim.claimName}`)
    }
  }
  return keys
}
