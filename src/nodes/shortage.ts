// A node that runs short: its kubelet says so and evicts pods, one at a time.
// Upstream: pkg/kubelet/eviction/eviction_manager.go (monitoringInterval), v1.36.3.

import type { Node, Pod } from '../kube/generated/types.ts'
import { loadKind, usageOf } from '../kube/loads/load.ts'
import type { Context } from './context.ts'
import {
  evictedStatus,
  evictionOrder,
  evictionText,
  type Pressure,
  type UsageOf,
  withPressure,
} from './pressure.ts'
import { nodeNameIndex, patchStatus, submit } from './requests.ts'

/** The kubelet looks every so often whether its node is short. */
const evictionPeriodMs = 10_000
/** A node and what it is short of. */
export interface Pressed {
  readonly node: string
  readonly pressure: Pressure
}

/** The kubelet's next look at a node that is short. */
export type ShortagePayload = { readonly type: 'shortage' } & Pressed

/** The node runs short: it says so, and its kubelet begins to evict. */
export function press(
  context: Context,
  { node, pressure, evictions }: Pressed & { readonly evictions: number },
): void {
  if (!context.state.isConnected(node)) return
  setPressure(context, { node, pressure }, true)
  planEviction(context, { node, pressure }, evictions)
}

function planEviction(
  { turn, state }: Context,
  { node, pressure }: Pressed,
  evictions: number,
): void {
  const link = state.links.get(node)
  if (link === undefined) return
  const payload: ShortagePayload = { type: 'shortage', node, pressure }
  const timer = evictions === 0 ? {} : { timer: turn.wakeAfter(evictionPeriodMs, payload) }
  const shortages = { ...link.shortages, [pressure]: { evictions, ...timer } }
  state.links.set(node, { ...link, shortages })
}

/** One look at a node that is short: one pod more is evicted. */
export function relieve(context: Context, pressed: Pressed): void {
  const { turn, state } = context
  const { node, pressure } = pressed
  const left = state.links.get(node)?.shortages?.[pressure]?.evictions
  if (left === undefined || left === 0 || !state.isConnected(node)) return
  const pods = turn.view.indexed<Pod>('Pod', nodeNameIndex, node)
  const usage = usages(turn)
  const [victim] = evictionOrder(pods, pressure, usage)
  if (victim !== undefined) evict(context, victim, evictionText(victim, pressure, usage))
  planEviction(context, pressed, victim === undefined ? 0 : left - 1)
}

/** What pods use, as far as the Loads of the platform say. */
function usages({ view, nowMs }: Context['turn']): UsageOf {
  const loads = view.list(loadKind)
  if (loads.length === 0) return () => undefined
  const neighbours = view.list<Pod>('Pod')
  return (pod, resource) => usageOf(loads, { pod, resource, neighbours }, nowMs)
}

/** The pod fails; whoever made it makes another one, elsewhere. */
function evict({ turn }: Context, pod: Pod, message: string): void {
  turn.emit({ object: pod, type: 'Warning', reason: 'Evicted', message })
  patchStatus(turn, pod, evictedStatus(pod, message, turn.nowMs))
}

/** The node has enough again and says so. */
export function endPressure(context: Context, pressed: Pressed): void {
  const { turn, state } = context
  const { node, pressure } = pressed
  const link = state.links.get(node)
  const shortage = link?.shortages?.[pressure]
  if (link === undefined || shortage === undefined) return
  if (shortage.timer !== undefined) turn.cancel(shortage.timer)
  const { [pressure]: _over, ...shortages } = link.shortages ?? {}
  state.links.set(node, { ...link, shortages })
  if (state.isConnected(node)) setPressure(context, pressed, false)
}

function setPressure({ turn }: Context, { node: name, pressure }: Pressed, isShort: boolean): void {
  const node = turn.view.get<Node>('Node', name)
  if (node === undefined) return
  const conditions = withPressure(node, { pressure, isShort, nowMs: turn.nowMs })
  const target = { kind: 'Node', name }
  const patch = { status: { conditions } }
  submit(turn, { verb: 'patch', target, patchType: 'merge', patch, subresource: 'status' })
}
