// Whether the pods of a node can be moved away, rule by rule. Port of cluster-autoscaler 1.36.1
// simulator/drain.go and simulator/drainability/rules.

import type { Pod, PodDisruptionBudget } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { controllerOf, type KubeObject } from '../../kube/object.ts'
import { timeOrZero } from '../../kube/pod.ts'
import { annotationOf, isDaemonSetPod, isLongTerminating, isMirrorPod, podKey } from './pods.ts'

export interface NodeDeleteOptions {
  readonly skipNodesWithSystemPods: boolean
  readonly skipNodesWithLocalStorage: boolean
  readonly skipNodesWithCustomControllerPods: boolean
  readonly minReplicaCount: number
  /** After this age a pod of kube-system may be moved without a budget. */
  readonly bspDisruptionTimeoutSeconds: number
}

export type BlockingReason =
  | 'ControllerNotFound'
  | 'MinReplicasReached'
  | 'NotReplicated'
  | 'LocalStorageRequested'
  | 'NotSafeToEvictAnnotation'
  | 'UnmovableKubeSystemPod'
  | 'NotEnoughPdb'

export interface DrainContext {
  readonly options: NodeDeleteOptions
  readonly budgets: readonly PodDisruptionBudget[]
  /** The controller of a pod, if it still exists. */
  readonly owner: (kind: string, namespace: string, name: string) => KubeObject | undefined
  readonly nowMs: number
}

/** `undefined`: the rule says nothing. */
type Verdict =
  | { readonly outcome: 'ok' | 'skip' | 'wait' }
  | { readonly outcome: 'block'; readonly reason: BlockingReason; readonly error: string }
  | undefined

type Rule = (pod: Pod, context: DrainContext) => Verdict

export interface PodsToMove {
  readonly pods: readonly Pod[]
  readonly daemonSetPods: readonly Pod[]
  /** Pods that are left to finish. */
  readonly onCompletionPods: readonly Pod[]
  /** The first pod that forbids it; what was found before it is given all the same. */
  readonly blocking?: { readonly pod: Pod; readonly reason: BlockingReason; readonly error: string }
}

const ok: Verdict = { outcome: 'ok' }
const skip: Verdict = { outcome: 'skip' }
const safeToEvict = 'cluster-autoscaler.kubernetes.io/safe-to-evict'
const safeLocalVolumes = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes'

function blocked(reason: BlockingReason, error: string): Verdict {
  return { outcome: 'block', reason, error }
}

/** The first rule that says something decides. */
const rules: readonly Rule[] = [
  pod => (isMirrorPod(pod) ? skip : undefined),
  (pod, { nowMs }) => (isLongTerminating(pod, nowMs) ? skip : undefined),
  (pod, context) =>
    context.options.skipNodesWithCustomControllerPods ? replicaCount(pod, context) : undefined,
  pod => (isDaemonSetPod(pod) ? ok : undefined),
  pod => (annotationOf(pod, safeToEvict) === 'true' ? ok : undefined),
  pod => (isFinished(pod) ? ok : undefined),
  pod => (annotationOf(pod, safeToEvict) === 'on-completion' ? { outcome: 'wait' } : undefined),
  replicated,
  (pod, context) => (context.options.skipNodesWithSystemPods ? system(pod, context) : undefined),
  notSafeToEvict,
  (pod, context) => (context.options.skipNodesWithLocalStorage ? localStorage(pod) : undefined),
  budget,
]

/** GetPodsToMove: sorts the pods of a node, up to the first one that must stay. */
export function podsToMove(pods: readonly Pod[], context: DrainContext): PodsToMove {
  const moving: Pod[] = []
  const daemonSetPods: Pod[] = []
  const onCompletionPods: Pod[] = []
  const found = { pods: moving, daemonSetPods, onCompletionPods }
  for (const pod of pods) {
    const verdict = verdictOn(pod, context)
    if (verdict === undefined || verdict.outcome === 'ok') {
      const list = isDaemonSetPod(pod) ? daemonSetPods : moving
      list.push(pod)
    } else if (verdict.outcome === 'wait') {
      onCompletionPods.push(pod)
    } else if (verdict.outcome === 'block') {
      const { reason, error } = verdict
      return { ...found, blocking: { pod, reason, error } }
    }
  }
  return found
}

function verdictOn(pod: Pod, context: DrainContext): Verdict {
  for (const rule of rules) {
    const verdict = rule(pod, context)
    if (verdict !== undefined) return verdict
  }
  return undefined
}

const ownerTexts: Readonly<
  Record<string, { readonly missing: string; readonly resource: string }>
> = {
  ReplicationController: {
    missing: 'replication controller for POD is not available, err: ',
    resource: 'replicationcontroller',
  },
  DaemonSet: {
    missing: 'daemonset for POD is not present, err: ',
    resource: 'daemonset.apps',
  },
  Job: { missing: 'job for POD is not available: err: ', resource: 'job.batch' },
  ReplicaSet: {
    missing: 'replication controller for POD is not available, err: ',
    resource: 'replicaset.apps',
  },
  StatefulSet: {
    missing: 'statefulset for POD is not available: err: ',
    resource: 'statefulset.apps',
  },
}

/** The controller must exist and want enough pods. */
function replicaCount(pod: Pod, { owner, options }: DrainContext): Verdict {
  const reference = controllerOf(pod.metadata)
  if (reference === undefined) return undefined
  const { name, apiVersion } = reference
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  const isDaemon = reference.kind !== 'ReplicationController' && isDaemonSetPod(pod)
  const kind = isDaemon && reference.kind !== 'DaemonSet' ? '' : reference.kind
  const texts = ownerTexts[kind]
  if (texts === undefined) return undefined
  const needsApps = kind === 'DaemonSet' || kind === 'StatefulSet'
  if (needsApps && group !== 'apps') return undefined
  const found = owner(kind, pod.metadata.namespace ?? '', name)
  if (found === undefined) {
    const missing = texts.missing.replace('POD', podKey(pod))
    return blocked('ControllerNotFound', `${missing}${texts.resource} "${name}" not found`)
  }
  if (kind !== 'ReplicationController' && kind !== 'ReplicaSet') return undefined
  const { replicas } = (found['spec'] ?? {}) as { readonly replicas?: number }
  if (replicas === undefined || replicas >= options.minReplicaCount) return undefined
  const count = `too few replicas spec: ${replicas} min: ${options.minReplicaCount}`
  return blocked('MinReplicasReached', `replication controller for ${podKey(pod)} has ${count}`)
}

function isFinished({ spec, status }: Pod): boolean {
  return (
    status?.phase === 'Failed' ||
    (status?.phase === 'Succeeded' &&
      (spec?.restartPolicy === 'Never' || spec?.restartPolicy === 'OnFailure'))
  )
}

const replicatedKinds: readonly string[] = [
  'ReplicationController',
  'Job',
  'ReplicaSet',
  'StatefulSet',
]

function replicated(pod: Pod, { options }: DrainContext): Verdict {
  const reference = controllerOf(pod.metadata)
  const isReplicated =
    reference !== undefined &&
    (!options.skipNodesWithCustomControllerPods || replicatedKinds.includes(reference.kind))
  return isReplicated ? undefined : blocked('NotReplicated', `${podKey(pod)} is not replicated`)
}

function budgetsOf({ metadata }: Pod, budgets: readonly PodDisruptionBudget[]) {
  return budgets.filter(
    each =>
      each.metadata.namespace === metadata.namespace &&
      selectorMatches(each.spec?.selector, metadata.labels),
  )
}

function system(pod: Pod, { budgets, options, nowMs }: DrainContext): Verdict {
  if (pod.metadata.namespace !== 'kube-system' || budgetsOf(pod, budgets).length > 0) {
    return undefined
  }
  const created = timeOrZero(pod.metadata.creationTimestamp)
  const timeoutMs = options.bspDisruptionTimeoutSeconds * 1000
  if (created !== undefined && nowMs > created + timeoutMs) return ok
  const what = 'non-daemonset, non-mirrored, non-pdb-assigned kube-system pod present'
  return blocked('UnmovableKubeSystemPod', `${what}: ${pod.metadata.name ?? ''}`)
}

function notSafeToEvict(pod: Pod): Verdict {
  if (annotationOf(pod, safeToEvict) !== 'false') return undefined
  const what = 'pod annotated as not safe to evict present'
  return blocked('NotSafeToEvictAnnotation', `${what}: ${pod.metadata.name ?? ''}`)
}

function localStorage(pod: Pod): Verdict {
  const safe = (annotationOf(pod, safeLocalVolumes) ?? '').split(',')
  const isLocal = (pod.spec?.volumes ?? []).some(
    ({ name, hostPath, emptyDir }) =>
      !safe.includes(name) &&
      (hostPath !== undefined || (emptyDir !== undefined && emptyDir.medium !== 'Memory')),
  )
  if (!isLocal) return undefined
  const error = `pod with local storage present: ${pod.metadata.name ?? ''}`
  return blocked('LocalStorageRequested', error)
}

function budget(pod: Pod, { budgets }: DrainContext): Verdict {
  const isUsedUp = budgetsOf(pod, budgets).some(
    ({ status }) => (status?.disruptionsAllowed ?? 0) < 1,
  )
  if (!isUsedUp) return undefined
  return blocked('NotEnoughPdb', `not enough pod disruption budget to move ${podKey(pod)}`)
}
