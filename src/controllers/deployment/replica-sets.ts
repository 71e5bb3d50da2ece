// Finding, counting and ordering the ReplicaSets of a Deployment.
// Upstream: deployment/util/deployment_util.go and pkg/controller/controller_utils.go, v1.36.3.

import { compareStrings } from '../../base/compare.ts'
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../kube/generated/types.ts'
import { sameValue } from '../equality.ts'
import { countIn, desiredReplicasAnnotation, revisionOf } from './annotations.ts'
import { desiredReplicas } from './budget.ts'

export const templateHashLabel = 'pod-template-hash'

/** The ReplicaSet of the current template, if there is one, and all others, oldest first. */
export interface ReplicaSets {
  readonly newSet: ReplicaSet | undefined
  readonly oldSets: readonly ReplicaSet[]
}

export function sizeOf(replicaSet: ReplicaSet): number {
  return replicaSet.spec?.replicas ?? 1
}

/** Oldest first, by name within a second. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  return (
    compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compareStrings(a.metadata.name ?? '', b.metadata.name ?? '')
  )
}

/** Largest first; among equals the oldest. */
export function bySizeOlder(a: ReplicaSet, b: ReplicaSet): number {
  return sizeOf(b) - sizeOf(a) || byCreation(a, b)
}

/** Largest first; among equals the newest. */
export function bySizeNewer(a: ReplicaSet, b: ReplicaSet): number {
  return sizeOf(b) - sizeOf(a) || byCreation(b, a)
}

/** Lowest revision first; by age where revisions tie or cannot be read. */
export function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  const first = revisionOf(a)
  const second = revisionOf(b)
  if (first === undefined || second === undefined || first === second) return byCreation(a, b)
  return first - second
}

function without(labels: Readonly<Record<string, string>> | undefined, label: string) {
  if (labels === undefined || !(label in labels)) return labels
  const { [label]: _, ...rest } = labels
  return rest
}

interface Compared {
  readonly other: PodTemplateSpec
  readonly label: string
  readonly equal: boolean
}

/** What a template was last compared with: every sync asks, and templates hardly ever change. */
const compared = new WeakMap<PodTemplateSpec, Compared>()

/** Templates that differ at most in their hash label. */
export function equalIgnoringHash(
  a: PodTemplateSpec | undefined,
  b: PodTemplateSpec | undefined,
  label: string = templateHashLabel,
): boolean {
  if (a === undefined || b === undefined) return differOnlyInHash(a, b, label)
  const known = compared.get(a)
  if (known?.other === b && known.label === label) return known.equal
  const equal = differOnlyInHash(a, b, label)
  compared.set(a, { other: b, label, equal })
  return equal
}

function differOnlyInHash(
  a: PodTemplateSpec | undefined,
  b: PodTemplateSpec | undefined,
  label: string,
): boolean {
  if (!sameValue(a?.spec, b?.spec)) return false
  const { labels: aLabels, ...aRest } = a?.metadata ?? {}
  const { labels: bLabels, ...bRest } = b?.metadata ?? {}
  return sameValue(without(aLabels, label), without(bLabels, label)) && sameValue(aRest, bRest)
}

/** Splits `all` into the oldest ReplicaSet with the Deployment's template and the rest. */
export function splitReplicaSets(deployment: Deployment, all: readonly ReplicaSet[]): ReplicaSets {
  const sorted = [...all].sort(byCreation)
  const template = deployment.spec?.template
  const newSet = sorted.find(set => equalIgnoringHash(set.spec?.template, template))
  return { newSet, oldSets: sorted.filter(set => set !== newSet) }
}

export function active(sets: readonly (ReplicaSet | undefined)[]): ReplicaSet[] {
  const isActive = (set: ReplicaSet | undefined) => set !== undefined && sizeOf(set) > 0
  return sets.filter((set): set is ReplicaSet => isActive(set))
}

/** Old and new together, the new one last. */
export function allOf({ newSet, oldSets }: ReplicaSets): readonly ReplicaSet[] {
  return newSet === undefined ? oldSets : [...oldSets, newSet]
}

type Count = 'replicas' | 'readyReplicas' | 'availableReplicas'

/** The sum of a status counter over `sets`. */
export function statusSum(sets: readonly ReplicaSet[], count: Count): number {
  let sum = 0
  for (let at = 0; at < sets.length; at += 1) sum += sets[at]?.status?.[count] ?? 0
  return sum
}

/** The sum of the wanted sizes. */
export function sizeSum(sets: readonly ReplicaSet[]): number {
  let sum = 0
  for (let at = 0; at < sets.length; at += 1) sum += sizeOf(sets[at] as ReplicaSet)
  return sum
}

/** Terminating pods of all sets; undefined when one that has been synced does not say. */
export function terminatingSum(sets: readonly ReplicaSet[]): number | undefined {
  let sum = 0
  for (const { status } of sets) {
    const terminating = status?.terminatingReplicas
    if (terminating === undefined) {
      if ((status?.observedGeneration ?? 0) !== 0) return undefined
    } else {
      sum += terminating
    }
  }
  return sum
}

/** True when the new ReplicaSet has, and is annotated with, the full size and all are available. */
export function isSaturated(deployment: Deployment, newSet: ReplicaSet | undefined): boolean {
  if (newSet === undefined) return false
  const desired = desiredReplicas(deployment)
  return (
    sizeOf(newSet) === desired &&
    countIn(newSet, desiredReplicasAnnotation) === desired &&
    (newSet.status?.availableReplicas ?? 0) === desired
  )
}

/** The only active ReplicaSet, or the newest when none is; undefined when several are. */
export function activeOrLatest({ newSet, oldSets }: ReplicaSets): ReplicaSet | undefined {
  const running = active([...oldSets, newSet])
  if (running.length > 1) return undefined
  return running[0] ?? newSet ?? oldSets[oldSets.length - 1]
}
