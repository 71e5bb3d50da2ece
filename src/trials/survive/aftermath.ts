// What a loss left behind, as each row lived it. A row to which nothing happened has a calm fate
// without being reckoned: lives of pods and workloads that did not change are the very same.

import { controlPlaneLoss } from '../../checks/control-plane.ts'
import type { ClusterLife, PodLife, Span, WorkloadLife } from '../../checks/verdict.ts'
import type { ObjectRef } from '../../kube/object.ts'
import type { World } from '../../engine/world.ts'
import type { ControlPlane } from '../control-plane.ts'
import type { Listed } from './endpoints.ts'
import { endpointSpans, type Fate, fateOf, type QuorumFate, quorumFate } from './fate.ts'

/** A row before any loss. */
export interface Subject {
  readonly object: ObjectRef
  readonly service?: string
  readonly pods: ReadonlySet<string>
  readonly workloads: readonly string[]
  /** Every endpoint that its slices list serves. */
  readonly isClean: boolean
}

/** What there is to tell the fate of a row from. */
export interface Aftermath {
  readonly window: Span
  /** Pods by uid, after the loss and before it. */
  readonly lives: ReadonlyMap<string, PodLife>
  readonly before: ReadonlyMap<string, PodLife>
  readonly workloads: ReadonlyMap<string, WorkloadLife>
  readonly workloadsBefore: ReadonlyMap<string, WorkloadLife>
  /** Services whose slices changed. */
  readonly relisted: ReadonlySet<string>
  /** Pods that are missed nowhere but on the lost nodes. */
  readonly bound: ReadonlySet<string>
}

const zero = { seconds: 0, open: false }
export const calm: Fate = { down: zero, degraded: zero, stale: zero }

/** Whether anything happened to a row: else its fate is calm. Lives that did not change are kept. */
export function isTouched(
  { service, pods, workloads, isClean }: Subject,
  after: Aftermath,
): boolean {
  if (service === undefined) {
    return workloads.some(name => after.workloads.get(name) !== after.workloadsBefore.get(name))
  }
  if (!isClean || after.relisted.has(service)) return true
  return [...pods].some(uid => after.lives.get(uid) !== after.before.get(uid))
}

function ownWorkloads({ workloads: names }: Subject, { workloads }: Aftermath): WorkloadLife[] {
  return names.flatMap(name => workloads.get(name) ?? [])
}

export function fateAfter(
  subject: Subject,
  aftermath: Aftermath,
  listed: ReadonlyMap<string, Listed>,
): Fate {
  const { service, pods } = subject
  const { window, lives, bound } = aftermath
  const spans =
    service === undefined
      ? {
          serving: ownWorkloads(subject, aftermath).flatMap(each =>
            each.pods.map(({ serving }) => serving),
          ),
          stale: [],
        }
      : endpointSpans(listed.get(service) ?? new Map(), lives)
  const full = [...pods].filter(uid => !bound.has(uid)).length
  return fateOf({ ...spans, full, window })
}

export function quorumAfter(subject: Subject, aftermath: Aftermath): QuorumFate | undefined {
  const { window } = aftermath
  return ownWorkloads(subject, aftermath).flatMap(each => quorumFate(each, window) ?? [])[0]
}

/** Pods that belong to the lost nodes alone: a daemon of a lost node is not missing elsewhere. */
export function boundToNodes({ pods }: ClusterLife, nodes: readonly string[]): ReadonlySet<string> {
  const lost = pods.filter(
    ({ workload, node, goneMs }) =>
      workload?.kind === 'DaemonSet' && goneMs === undefined && nodes.includes(node ?? ''),
  )
  return new Set(lost.map(({ uid }) => uid))
}

export interface ServersLost {
  readonly world: World
  readonly servers: ControlPlane
  /** Nodes that are gone. */
  readonly lost: readonly string[]
  readonly startMs: number
  readonly endMs: number
}

/** The API server is down for ever once too few of its servers are left. */
export function controlPlaneFate({ world, servers, lost, startMs, endMs }: ServersLost): Fate & {
  readonly quorum?: QuorumFate
} {
  const { members, needed, votes } = servers
  const isDown = controlPlaneLoss(world, startMs) !== undefined
  const down = isDown ? { seconds: (endMs - startMs) / 1000, open: true } : zero
  const least = members.filter(name => !lost.includes(name)).length
  const isShort = !isDown && least < members.length
  const degraded = isShort ? { seconds: (endMs - startMs) / 1000, open: true } : zero
  const quorum = { needed, members: members.length, least, lost: least < needed ? down : zero }
  return { down, degraded, stale: zero, ...(votes && { quorum }) }
}
