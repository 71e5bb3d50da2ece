// The course of a loss in words, as one row lived it: what was noticed when, who was evicted, where
// the replacement went, when it was ready.

import { leadingAgainMs } from '../../checks/control-plane.ts'
import { refText } from '../../checks/life.ts'
import type { ClusterLife, PodLife } from '../../checks/verdict.ts'
import { apiServerName } from '../../cluster/serve.ts'
import type { World } from '../../engine/world.ts'
import type { Node } from '../../kube/generated/types.ts'

export interface Moment {
  /** Seconds since the loss. */
  readonly at: number
  readonly text: string
}

export type Story = readonly Moment[]

export interface Told {
  readonly world: World
  readonly life: ClusterLife
  readonly startMs: number
  readonly endMs: number
}

export interface About {
  /** Pods of the row before the loss. */
  readonly uids: ReadonlySet<string>
  readonly workloads: readonly string[]
  readonly nodes: readonly string[]
}

/** The moments of a row after the loss of `nodes`, in order of time. */
export function storyOf(told: Told, about: About): Story {
  const { startMs, endMs, life } = told
  const { uids, workloads, nodes } = about
  const lost = life.pods.filter(({ uid, node }) => uids.has(uid) && nodes.includes(node ?? ''))
  const fresh = life.pods.filter(
    ({ createdMs, workload }) =>
      createdMs >= startMs && workload !== undefined && workloads.includes(refText(workload)),
  )
  const moments = [
    { at: startMs, text: `${list(nodes)} lost` },
    ...takenOver(told),
    ...notReady(told, nodes),
    ...at(
      lost,
      ({ markedMs }) => markedMs,
      pods => `evicted${many(pods)}`,
    ),
    ...at(
      fresh,
      ({ boundMs }) => boundMs,
      pods => `bound to ${list(distinct(pods.flatMap(({ node }) => node ?? [])))}`,
    ),
    ...at(
      fresh,
      pod => firstServing(pod, startMs),
      pods => `ready${many(pods)}`,
    ),
    ...pendingAtEnd(fresh),
    ...stuckAtEnd(lost, endMs),
  ]
  return moments
    .filter(({ at: ms }) => ms >= startMs)
    .map(({ at: ms, text }) => ({ at: (ms - startMs) / 1000, text }))
    .sort((a, b) => a.at - b.at)
}

function list(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.length} nodes`
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}

function many(pods: readonly PodLife[]): string {
  return pods.length > 1 ? ` (${pods.length} pods)` : ''
}

function firstServing({ serving }: PodLife, fromMs: number): number | undefined {
  return serving.find(span => span.fromMs >= fromMs)?.fromMs
}

/** One moment for all pods to which the same happens within a second. */
function at(
  pods: readonly PodLife[],
  when: (pod: PodLife) => number | undefined,
  text: (pods: readonly PodLife[]) => string,
): Moment[] {
  const bySecond = new Map<number, { ms: number; pods: PodLife[] }>()
  for (const pod of pods) {
    const ms = when(pod)
    if (ms === undefined) continue
    const second = Math.trunc(ms / 1000)
    const known = bySecond.get(second)
    if (known === undefined) bySecond.set(second, { ms, pods: [pod] })
    else known.pods.push(pod)
  }
  return [...bySecond.values()].map(({ ms, pods: same }) => ({ at: ms, text: text(same) }))
}

/** Controller manager and scheduler of another server go on. */
function takenOver({ world, startMs }: Told): Moment[] {
  const atMs = leadingAgainMs(world, startMs)
  return atMs === undefined ? [] : [{ at: atMs, text: 'another server leads' }]
}

function notReady({ world, startMs }: Told, nodes: readonly string[]): Moment[] {
  const noticed = new Map<string, number>()
  for (let index = 0; index < world.store.logLength('Node'); index += 1) {
    const { atMs, key, after } = world.store.logAt('Node', index)
    if (atMs < startMs || !nodes.includes(key) || noticed.has(key)) continue
    const ready = (after as Node | undefined)?.status?.conditions?.find(c => c.type === 'Ready')
    if (ready !== undefined && ready.status !== 'True') noticed.set(key, atMs)
  }
  const times = [...noticed.values()].sort((a, b) => a - b)
  const [first] = times
  if (first === undefined) {
    const isHeadless = world.isDown(apiServerName)
    const why = 'the API server is gone with it: nothing is noticed or rescheduled'
    return [{ at: startMs, text: isHeadless ? why : 'nobody notices' }]
  }
  return [{ at: first, text: 'NotReady' }]
}

function pendingAtEnd(fresh: readonly PodLife[]): Moment[] {
  const pending = fresh.filter(
    ({ boundMs, goneMs, unschedulable }) =>
      boundMs === undefined && goneMs === undefined && unschedulable !== undefined,
  )
  const [first] = pending
  if (first?.unschedulable === undefined) return []
  const { message, sinceMs } = first.unschedulable
  const [reason = ''] = message.split(/\. (?:no new claims|preemption)/)
  return [{ at: sinceMs, text: `Pending for ever${many(pending)}: ${reason}` }]
}

function stuckAtEnd(lost: readonly PodLife[], endMs: number): Moment[] {
  const stuck = lost.filter(
    ({ markedMs, goneMs, workload }) =>
      goneMs === undefined && markedMs !== undefined && workload?.kind === 'StatefulSet',
  )
  if (stuck.length > 0) {
    const at = Math.max(...stuck.map(({ markedMs }) => markedMs ?? endMs))
    return [{ at, text: `stays Terminating${many(stuck)}, so it is not replaced` }]
  }
  const kept = lost.filter(({ markedMs }) => markedMs === undefined)
  return kept.length === 0 ? [] : [{ at: endMs, text: `never evicted${many(kept)}` }]
}
