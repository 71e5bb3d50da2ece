// The pods of a DaemonSet: by node, by age, up to date or not; creating and deleting them.
// Upstream: pkg/controller/daemon/daemon_controller.go (syncNodes), v1.36.3.

import { compareStrings } from '../../base/compare.ts'
import type { DaemonSet, Pod, PodTemplateSpec } from '../../kube/generated/types.ts'
import { selectorMatcher } from '../../kube/label-selector.ts'
import { keyOf } from '../../kube/object.ts'
import { claimObjects } from '../claiming.ts'
import { aggregateText } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import { ownedAndOrphans } from '../owners.ts'
import { expectCounts, lowerCounts } from '../plain-expectations.ts'
import { createPod, deletePod, podFromTemplate, slowStartBatch } from '../pod-control.ts'
import { affinityTo, daemonPodTolerations, targetNode } from './placement.ts'

export const hashLabel = 'controller-revision-hash'
const generationLabel = 'pod-template-generation'
const generationAnnotation = 'deprecated.daemonset.template.generation'

/** At most this many pods are created or deleted in one go. */
const burstReplicas = 250

export type PodsByNode = ReadonlyMap<string, readonly Pod[]>

export interface ClaimedPods {
  readonly pods: readonly Pod[]
  readonly error?: string
}

/** The pods that a DaemonSet owns after adopting and releasing. */
export function* claimPods(api: Api, daemonSet: DaemonSet): Part<ClaimedPods> {
  const candidates = yield* ownedAndOrphans<Pod>(api, 'Pod', daemonSet)
  const { selector } = daemonSet.spec ?? {}
  const selects = selectorMatcher(selector)
  const matches = (pod: Pod): boolean => selects(pod.metadata.labels)
  const { claimed, error } = yield* claimObjects(api, { owner: daemonSet, candidates, matches })
  return { pods: claimed, ...(error !== undefined && { error }) }
}

const nodesOfPods = new WeakMap<readonly Pod[], PodsByNode>()

/** Pods by the node they are meant for, without those that have ended and are being deleted. */
export function byNode(pods: readonly Pod[]): PodsByNode {
  let known = nodesOfPods.get(pods)
  if (known === undefined) nodesOfPods.set(pods, (known = groupedByNode(pods)))
  return known
}

function groupedByNode(pods: readonly Pod[]): PodsByNode {
  const result = new Map<string, Pod[]>()
  for (const pod of pods) {
    const phase = pod.status?.phase
    const ended = phase === 'Succeeded' || phase === 'Failed'
    if (ended && pod.metadata.deletionTimestamp !== undefined) continue
    const node = targetNode(pod)
    if (node === undefined) continue
    const known = result.get(node)
    if (known === undefined) result.set(node, [pod])
    else known.push(pod)
  }
  return result
}

/** Scheduled pods first, then the oldest, then by name. */
export function oldestFirst(pods: readonly Pod[]): readonly Pod[] {
  const scheduled = (pod: Pod): number => ((pod.spec?.nodeName ?? '') === '' ? 1 : 0)
  return pods.toSorted(
    (a, b) =>
      scheduled(a) - scheduled(b) ||
      compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
      compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''),
  )
}

function templateGeneration(daemonSet: DaemonSet): string | undefined {
  const text = daemonSet.metadata.annotations?.[generationAnnotation]
  return text !== undefined && /^[+-]?\d+$/.test(text) ? String(Number(text)) : undefined
}

/** Whether a pod has the present template of its DaemonSet. */
export function isUpToDate(daemonSet: DaemonSet, pod: Pod, hash: string): boolean {
  const labels = pod.metadata.labels ?? {}
  const generation = templateGeneration(daemonSet)
  return (
    (generation !== undefined && labels[generationLabel] === generation) ||
    (hash !== '' && labels[hashLabel] === hash)
  )
}

function daemonTemplate(daemonSet: DaemonSet, hash: string): PodTemplateSpec {
  const template = daemonSet.spec?.template ?? {}
  const spec = template.spec ?? { containers: [] }
  const generation = templateGeneration(daemonSet)
  const labels = {
    ...template.metadata?.labels,
    ...(generation !== undefined && { [generationLabel]: generation }),
    ...(hash !== '' && { [hashLabel]: hash }),
  }
  return {
    metadata: { ...template.metadata, labels },
    spec: { ...spec, tolerations: daemonPodTolerations(spec) },
  }
}

export interface PodChanges {
  readonly remove: readonly Pod[]
  /** Nodes that get a pod. */
  readonly create: readonly string[]
  readonly hash: string
}

/** Creates and deletes pods, and remembers what the cache has to show before the next time. */
export function* syncNodes(
  api: Api,
  daemonSet: DaemonSet,
  changes: PodChanges,
): Part<string | undefined> {
  const key = keyOf(daemonSet.metadata)
  const create = changes.create.slice(0, burstReplicas)
  const remove = changes.remove.slice(0, burstReplicas)
  yield* expectCounts(api, key, { add: create.length, remove: remove.length })
  const errors: string[] = []
  const creation = yield* createOn(api, daemonSet, create, changes.hash)
  if (creation !== undefined) errors.push(creation)
  for (const pod of remove) {
    const { error, notFound } = yield* deletePod(api, daemonSet, pod)
    if (error === undefined) continue
    yield* lowerCounts(api, key, { add: 0, remove: 1 })
    if (notFound !== true) errors.push(error)
  }
  return errors.length === 0 ? undefined : aggregateText(errors)
}

function* createOn(
  api: Api,
  daemonSet: DaemonSet,
  nodes: readonly string[],
  hash: string,
): Part<string | undefined> {
  if (nodes.length === 0) return undefined
  const template = daemonTemplate(daemonSet, hash)
  const { successes, error } = yield* slowStartBatch(nodes.length, function* (index) {
    const affinity = affinityTo(template.spec?.affinity, nodes[index] ?? '')
    const spec = { ...(template.spec ?? { containers: [] }), affinity }
    const pod = podFromTemplate({ ...template, spec }, daemonSet)
    const outcome = yield* createPod(api, daemonSet, pod)
    return outcome.namespaceTerminating === true ? undefined : outcome.error
  })
  const missing = nodes.length - successes
  if (missing > 0) yield* lowerCounts(api, keyOf(daemonSet.metadata), { add: missing, remove: 0 })
  return error
}
