// Drains and gives back nodes that nobody needs. Upstream: cluster-autoscaler 1.36.1 core/scaledown.

import type { ApiRequest, ApiResponse } from '../../apiserver/request.ts'
import type { Turn } from '../../engine/actor.ts'
import type { Node, Pod } from '../../kube/generated/types.ts'
import { keyFrom, keyOf, type KubeObject } from '../../kube/object.ts'
import { isBeingDeleted } from '../../kube/pod.ts'
import { toBeDeletedTaint } from './eligibility.ts'
import { isDaemonSetPod } from './pods.ts'
import { findUnneeded, type Kept, type ScaleDown, type Unneeded } from './scale-down.ts'
import { namesOf, type Scene, sizeOf } from './scene.ts'
import { type AutoscalerState, planScan } from './state.ts'

/** Names a node that stays although it is hardly used, and the pod that keeps it. */
export const keptTopic = 'scale-down-blocked'

export interface KeptNote {
  readonly node: string
  readonly pod?: string
  readonly reason?: string
}

/** A drain is given up when a pod has not accepted its eviction by then: --max-pod-eviction-time. */
const evictionMsMax = 120_000
/** So long may evicted pods take to end: --max-graceful-termination-sec, and some headroom. */
const terminationMsMax = 630_000
const emptyAtOnceMax = 10

/** Notes which nodes nobody needs, and begins to drain those that have been so long enough. */
export function scaleDown(scene: Scene): void {
  const { turn, state, settings } = scene
  const found = lookForUnneeded(scene)
  noteKept(scene, found.kept)
  const names = new Set(found.unneeded.map(({ node }) => node))
  for (const node of state.unneededSince.keys()) {
    if (!names.has(node)) state.unneededSince.delete(node)
  }
  for (const node of names) {
    if (!state.unneededSince.has(node)) state.unneededSince.set(node, turn.nowMs)
  }
  const dueMs = (node: string): number =>
    Math.max(
      (state.unneededSince.get(node) ?? turn.nowMs) + settings.unneededMs,
      state.lastAddMs + settings.delayAfterAddMs,
      state.lastDeleteMs + settings.delayAfterDeleteMs,
    )
  const due = found.unneeded.filter(({ node }) => dueMs(node) <= turn.nowMs)
  for (const { node } of toRemove(scene, due)) beginDrain(scene, node)
  const waiting = [...state.unneededSince.keys()].filter(node => !state.draining.has(node))
  if (waiting.length === 0) return
  const next = Math.min(...waiting.map(dueMs))
  planScan(turn, state, Math.max(next, turn.nowMs + settings.scanMs))
}

function lookForUnneeded(scene: Scene): ScaleDown {
  const { turn, state, nodes, groups, settings, snapshot } = scene
  const { view, nowMs } = turn
  const removable = new Set(
    groups
      .filter(group => sizeOf(scene, group) > group.min)
      .flatMap(group => [...namesOf(group).keys()]),
  )
  const candidates = nodes.filter(({ metadata }) => {
    const name = metadata.name ?? ''
    return removable.has(name) && !state.draining.has(name)
  })
  return findUnneeded({
    snapshot,
    candidates,
    budgets: view.list('PodDisruptionBudget') as never,
    owner: (kind, namespace, name) => view.get(kind, keyFrom(namespace, name)),
    settings,
    nowMs,
  })
}

/** Empty nodes go together, others one at a time; no group falls below its minimum. */
function toRemove(scene: Scene, due: readonly Unneeded[]): readonly Unneeded[] {
  const empty = due.filter(({ moved }) => moved.pods.length === 0)
  const chosen = empty.length > 0 ? empty.slice(0, emptyAtOnceMax) : due.slice(0, 1)
  if (scene.state.draining.size > 0) return []
  const spare = new Map(scene.groups.map(group => [group, sizeOf(scene, group) - group.min]))
  return chosen.filter(({ node }) => {
    const group = scene.groups.find(each => namesOf(each).has(node))
    const left = group === undefined ? 0 : (spare.get(group) ?? 0)
    if (group === undefined || left <= 0) return false
    spare.set(group, left - 1)
    return true
  })
}

function noteKept({ turn, state }: Scene, kept: readonly Kept[]): void {
  const now = new Map(kept.map(each => [each.node, each]))
  for (const key of [...state.said.keys()].filter(each => each.startsWith('node '))) {
    const node = key.slice('node '.length)
    if (now.has(node)) continue
    state.said.delete(key)
    turn.note(keptTopic, { node } satisfies KeptNote)
  }
  for (const { node, pod, reason } of kept) {
    const name = keyOf(pod.metadata)
    if (state.said.get(`node ${node}`) === `${name} ${reason}`) continue
    state.said.set(`node ${node}`, `${name} ${reason}`)
    turn.note(keptTopic, { node, pod: name, reason } satisfies KeptNote)
  }
}

function beginDrain({ turn, state, nodes }: Scene, name: string): void {
  const node = nodes.find(({ metadata }) => metadata.name === name)
  if (node === undefined) return
  state.draining.set(name, turn.nowMs)
  state.unneededSince.delete(name)
  const value = String(Math.floor(turn.nowMs / 1000))
  setTaints(turn, name, [
    ...(node.spec?.taints ?? []),
    { key: toBeDeletedTaint, value, effect: 'NoSchedule' },
  ])
}

function setTaints(turn: Turn, name: string, taints: readonly unknown[]): void {
  const target = { kind: 'Node', name }
  const request: ApiRequest = {
    verb: 'patch',
    target,
    patchType: 'merge',
    patch: { spec: { taints } },
  }
  turn.submit(request)
}

/** Evicts what is left on nodes that go; an empty one is given back, a stubborn one stays. */
export function drainOn({ turn, state, settings, pods }: Scene): void {
  for (const [name, sinceMs] of state.draining) {
    const left = pods.filter(pod => pod.spec?.nodeName === name && !isDaemonSetPod(pod))
    if (left.length === 0) {
      turn.submit({ verb: 'delete', target: { kind: 'Node', name } } satisfies ApiRequest)
      state.draining.delete(name)
      state.lastDeleteMs = turn.nowMs
    } else if (turn.nowMs - sinceMs > patienceMs(left)) {
      giveUp(turn, name)
      state.draining.delete(name)
    } else for (const pod of left) evict(turn, pod)
  }
  if (state.draining.size > 0) planScan(turn, state, turn.nowMs + settings.scanMs)
}

function patienceMs(left: readonly Pod[]): number {
  return left.every(isBeingDeleted) ? evictionMsMax + terminationMsMax : evictionMsMax
}

/** A process that begins takes back the taints that the last one has left. */
export function giveUpDrains(turn: Turn, { draining }: AutoscalerState): void {
  for (const name of draining.keys()) giveUp(turn, name)
}

function giveUp(turn: Turn, name: string): void {
  const taints = turn.view.get<Node & KubeObject>('Node', name)?.spec?.taints
  if (taints === undefined) return
  setTaints(
    turn,
    name,
    taints.filter(({ key }) => key !== toBeDeletedTaint),
  )
}

function evict(turn: Turn, pod: Pod): void {
  if (isBeingDeleted(pod)) return
  const { namespace = '', name = '' } = pod.metadata
  const response = turn.submit({ verb: 'evict', target: { kind: 'Pod', namespace, name } })
  if (!(response as ApiResponse).ok) return
  const message = 'deleting pod for node scale down'
  turn.emit({ object: pod as Pod & KubeObject, type: 'Normal', reason: 'ScaleDown', message })
}
