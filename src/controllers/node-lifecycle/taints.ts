// Taints that follow from a node's conditions, and their writes.
// Upstream: pkg/controller/util/node/controller_utils.go, pkg/controller/controller_utils.go
// (AddOrUpdateTaintOnNode, RemoveTaintOffNode), v1.36.3.

import type { Node, Taint } from '../../kube/generated/types.ts'
import { formatTime } from '../../kube/time.ts'
import { isConflict } from '../failures.ts'
import type { Api, Part } from '../framework.ts'

export const notReadyTaint: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }
export const unreachableTaint: Taint = {
  key: 'node.kubernetes.io/unreachable',
  effect: 'NoExecute',
}

const unschedulableKey = 'node.kubernetes.io/unschedulable'

/** Taint key by condition type and status. */
const conditionTaints: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: notReadyTaint.key, Unknown: unreachableTaint.key },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
}

const ownedKeys = new Set([
  unschedulableKey,
  ...Object.values(conditionTaints).flatMap(byStatus => Object.values(byStatus)),
])

export function sameTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect
}

export function hasTaint(node: Node, taint: Taint): boolean {
  return node.spec?.taints?.some(other => sameTaint(other, taint)) === true
}

export interface TaintChange {
  readonly add: readonly Taint[]
  readonly remove: readonly Taint[]
}

/** The NoSchedule taints to add and remove so that they mirror the conditions of a node. */
export function noScheduleChange(node: Node): TaintChange {
  const wanted: Taint[] = []
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = conditionTaints[type]?.[status]
    if (key !== undefined) wanted.push({ key, effect: 'NoSchedule' })
  }
  if (node.spec?.unschedulable === true) {
    wanted.push({ key: unschedulableKey, effect: 'NoSchedule' })
  }
  const present = (node.spec?.taints ?? []).filter(
    ({ key, effect }) => effect === 'NoSchedule' && ownedKeys.has(key),
  )
  return {
    add: wanted.filter(taint => !present.some(other => sameTaint(other, taint))),
    remove: present.filter(taint => !wanted.some(other => sameTaint(other, taint))),
  }
}

const attemptsMax = 5

/** Adds and removes taints as two writes, the former with the time; true when both succeeded. */
export function* swapTaints(api: Api, name: string, change: TaintChange): Part<boolean> {
  const nowMs = yield* api.now()
  const timeAdded = formatTime(nowMs)
  const add = change.add.map(taint => ({ ...taint, timeAdded }))
  if (add.length > 0 && !(yield* writeTaints(api, name, taints => withAdded(taints, add)))) {
    return false
  }
  return yield* removeTaints(api, name, change.remove)
}

/** Takes taints off a node, if they are there. */
export function* removeTaints(api: Api, name: string, remove: readonly Taint[]): Part<boolean> {
  if (remove.length === 0) return true
  return yield* writeTaints(api, name, taints => {
    const kept = taints.filter(taint => !remove.some(other => sameTaint(other, taint)))
    return kept.length === taints.length ? taints : kept
  })
}

/** A taint that is already there with the same value is replaced where it stands. */
function withAdded(taints: readonly Taint[], add: readonly Taint[]): readonly Taint[] {
  let next = taints
  for (const taint of add) {
    const index = next.findIndex(other => sameTaint(other, taint))
    next = index < 0 ? [...next, taint] : next.with(index, taint)
  }
  return next
}

function* writeTaints(
  api: Api,
  name: string,
  edit: (taints: readonly Taint[]) => readonly Taint[],
): Part<boolean> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const live = yield* api.getLive('Node', undefined, name)
    if (!live.ok) return false
    const node = live.object as Node
    const before = node.spec?.taints ?? []
    const after = edit(before)
    if (after === before) return true
    const { resourceVersion } = node.metadata
    const metadata = resourceVersion === undefined ? {} : { resourceVersion }
    const taints = after.length === 0 ? null : after
    const answer = yield* api.patch(node, 'merge', { metadata, spec: { taints } })
    if (answer.ok) return true
    if (!isConflict(answer)) return false
  }
  return false
}
