// Which daemon pods are missing and which are too many.
// Upstream: pkg/controller/daemon/daemon_controller.go (manage, podsShouldBeOnNode), v1.36.3.

import type { DaemonSet, Node, Pod } from '../../kube/generated/types.ts'
import { isPodAvailable, isPodReady } from '../../kube/pod.ts'
import type { Api, Part } from '../framework.ts'
import type { Placement } from './placement.ts'
import { byNode, hashLabel, oldestFirst, type PodsByNode, syncNodes } from './pods.ts'
import { surgeCount } from './rolling.ts'

export interface ManageInput {
  readonly daemonSet: DaemonSet
  readonly nodes: readonly Node[]
  readonly placement: (node: Node) => Placement
  readonly pods: readonly Pod[]
  readonly hash: string
  readonly nowMs: number
}

export interface ManageOutcome {
  readonly error?: string
  /** When a failed pod may be deleted whose deletion was put off. */
  readonly retryAfterMs?: number
}

interface Plan {
  readonly create: string[]
  readonly remove: Pod[]
  retryAfterMs: number | undefined
}

/** Creates missing daemon pods and deletes surplus, misplaced and finished ones. */
export function* manage(api: Api, input: ManageInput): Part<ManageOutcome> {
  const pods = byNode(input.pods)
  const plan: Plan = { create: [], remove: [], retryAfterMs: undefined }
  for (const node of input.nodes) {
    if (!isServed(input, node, pods)) yield* planNode(api, input, node, { pods, plan })
  }
  plan.remove.push(...withoutNode(input.nodes, pods))
  const { create, remove, retryAfterMs } = plan
  const error = yield* syncNodes(api, input.daemonSet, { create, remove, hash: input.hash })
  return {
    ...(error !== undefined && { error }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

/** Whether a node has the one running pod that it should have: there is nothing to plan. */
function isServed({ placement }: ManageInput, node: Node, pods: PodsByNode): boolean {
  const here = pods.get(node.metadata.name ?? '')
  if (here?.length !== 1 || !placement(node).shouldContinue) return false
  const [{ metadata, status }] = here as [Pod]
  const isRunning = status?.phase !== 'Failed' && status?.phase !== 'Succeeded'
  return isRunning && metadata.deletionTimestamp === undefined
}

function* planNode(
  api: Api,
  input: ManageInput,
  node: Node,
  { pods, plan }: { readonly pods: PodsByNode; readonly plan: Plan },
): Part<void> {
  const { shouldRun, shouldContinue } = input.placement(node)
  const name = node.metadata.name ?? ''
  const here = pods.get(name)
  if (shouldRun && here === undefined) plan.create.push(name)
  else if (shouldContinue) {
    const running = yield* withoutFinished(api, input, { node: name, pods: here ?? [], plan })
    prune(input, running, plan)
    const surges = surgeCount(input.daemonSet, 1) > 0
    if (surges && running.length === 0 && shouldRun) plan.create.push(name)
  } else {
    const alive = (here ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    plan.remove.push(...alive)
  }
}

/** The pods of a node that still run; failed and succeeded ones are told of and removed. */
function* withoutFinished(
  api: Api,
  { daemonSet }: ManageInput,
  {
    node,
    pods,
    plan,
  }: { readonly node: string; readonly pods: readonly Pod[]; readonly plan: Plan },
): Part<readonly Pod[]> {
  const running: Pod[] = []
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue
    const phase = pod.status?.phase
    if (phase !== 'Failed' && phase !== 'Succeeded') {
      running.push(pod)
      continue
    }
    const id = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`
    if (phase === 'Succeeded') {
      const message = `Found succeeded daemon pod ${id} on node ${node}, will try to delete it`
      yield* api.event(daemonSet, 'Normal', 'SucceededDaemonPod', message)
    } else {
      const waitMs = yield* backOff(api, daemonSet, node)
      if (waitMs > 0) {
        plan.retryAfterMs = Math.min(plan.retryAfterMs ?? waitMs, waitMs)
        continue
      }
      const message = `Found failed daemon pod ${id} on node ${node}, will try to kill it`
      yield* api.event(daemonSet, 'Warning', 'FailedDaemonPod', message)
    }
    plan.remove.push(pod)
  }
  return running
}

const backoffBaseMs = 1000
const backoffMaxMs = 15 * 60 * 1000

interface BackOff {
  readonly delayMs: number
  readonly sinceMs: number
}

/** How long the deletion of a failed pod must wait: a kubelet that rejects pods is not chased. */
function* backOff(api: Api, daemonSet: DaemonSet, node: string): Part<number> {
  const { uid = '' } = daemonSet.metadata
  const key = `backoff:${uid}/${daemonSet.status?.observedGeneration ?? 0}/${node}`
  const nowMs = yield* api.now()
  const entry = yield* api.recall<BackOff>(key)
  const expired = entry === undefined || nowMs - entry.sinceMs > 2 * backoffMaxMs
  if (!expired && nowMs - entry.sinceMs < entry.delayMs) return entry.delayMs
  const delayMs = expired ? backoffBaseMs : Math.min(entry.delayMs * 2, backoffMaxMs)
  yield* api.remember(key, { delayMs, sinceMs: nowMs } satisfies BackOff)
  return 0
}

/** Of several running pods on one node one stays, or an old and a new one while surging. */
function prune({ daemonSet, hash, nowMs }: ManageInput, running: readonly Pod[], plan: Plan): void {
  if (running.length <= 1) return
  const sorted = oldestFirst(running)
  if (surgeCount(daemonSet, 1) === 0) {
    plan.remove.push(...sorted.slice(1))
    return
  }
  const isNew = (pod: Pod): boolean => pod.metadata.labels?.[hashLabel] === hash
  const newest = sorted.find(isNew)
  const oldest = sorted.find(pod => !isNew(pod))
  plan.remove.push(...sorted.filter(pod => pod !== newest && pod !== oldest))
  if (newest === undefined || oldest === undefined) return
  const minReadySeconds = daemonSet.spec?.minReadySeconds ?? 0
  const replaced = !isPodReady(oldest) || isPodAvailable(newest, minReadySeconds, nowMs)
  if (replaced) plan.remove.push(oldest)
}

/** Unscheduled pods of nodes that are gone: no one else would delete them. */
function withoutNode(nodes: readonly Node[], pods: PodsByNode): readonly Pod[] {
  const names = new Set(nodes.map(({ metadata }) => metadata.name ?? ''))
  return [...pods]
    .filter(([node]) => !names.has(node))
    .flatMap(([, orphans]) => orphans.filter(({ spec }) => (spec?.nodeName ?? '') === ''))
}
