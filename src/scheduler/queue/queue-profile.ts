// What the queue asks of a profile: gates before a pod may enter, hints whether an event helps.
// Upstream: pkg/scheduler/scheduler.go buildQueueingHintMap and framework/types.go
// MatchClusterEvents, v1.36.3.

import {
  actions,
  isSuccess,
  type ClusterEvent,
  type EventObject,
  type HintContext,
  type Pod,
  type SchedulerPlugin,
} from '../framework.ts'

/** A PreEnqueue plugin, bound to what it reads. */
export interface QueueGate {
  readonly plugin: string
  /** Whether the pod may enter the queue. */
  readonly admits: (pod: Pod) => boolean
}

/** One registered event of a plugin. Without `isHelpful` every such event helps. */
export interface QueueHint {
  readonly plugin: string
  readonly event: ClusterEvent
  readonly isHelpful?: (
    pod: Pod,
    oldObject: EventObject | undefined,
    newObject: EventObject | undefined,
  ) => boolean
}

/** Gates and hints of one profile in the order of its plugins. */
export interface QueueProfile {
  readonly gates: readonly QueueGate[]
  readonly hints: readonly QueueHint[]
}

/** Whether an event moves every pod, whatever rejected it. */
export function isWildcard(event: ClusterEvent): boolean {
  return event.resource === '*' && event.actions === actions.all
}

/** Whether a registered event covers an incoming one that is as specific or more specific. */
export function matchesEvent(registered: ClusterEvent, incoming: ClusterEvent): boolean {
  if (isWildcard(registered)) return true
  return (
    matchesResource(registered.resource, incoming.resource) &&
    (registered.actions & incoming.actions) !== 0 &&
    incoming.actions <= registered.actions
  )
}

function matchesResource(registered: string, incoming: string): boolean {
  return (
    registered === '*' ||
    registered === incoming ||
    (registered === 'Pod' && (incoming === 'AssignedPod' || incoming === 'UnschedulablePod'))
  )
}

/**
 * The hints of a profile. A plugin that registers Node additions without taint updates gets
 * those as well, always helpful.
 */
export function withTaintUpdates(hints: readonly QueueHint[]): QueueHint[] {
  const result = [...hints]
  const added = new Set<string>()
  const tainted = new Set<string>()
  for (const { plugin, event } of hints) {
    if (event.resource !== 'Node') continue
    if ((event.actions & actions.add) !== 0) added.add(plugin)
    if ((event.actions & actions.updateNodeTaint) !== 0) tainted.add(plugin)
  }
  for (const plugin of added) {
    if (tainted.has(plugin)) continue
    result.push({ plugin, event: { resource: 'Node', actions: actions.updateNodeTaint } })
  }
  return result
}

/** Gates and hints of the plugins of a profile, bound to what they read. */
export function queueProfile(
  plugins: readonly SchedulerPlugin[],
  context: HintContext,
): QueueProfile {
  const gates: QueueGate[] = []
  const hints: QueueHint[] = []
  for (const plugin of plugins) {
    const preEnqueue = plugin.preEnqueue
    if (preEnqueue !== undefined) {
      const admits = (pod: Pod): boolean => isSuccess(preEnqueue(pod, context))
      gates.push({ plugin: plugin.name, admits })
    }
    for (const { event, enabled, hint } of plugin.requeueOn ?? []) {
      if (enabled?.(context.features) === false) continue
      if (hint === undefined) {
        hints.push({ plugin: plugin.name, event })
        continue
      }
      const isHelpful: QueueHint['isHelpful'] = (pod, oldObject, newObject) =>
        hint(pod, { oldObject, newObject }, context) === 'Queue'
      hints.push({ plugin: plugin.name, event, isHelpful })
    }
  }
  return { gates, hints: withTaintUpdates(hints) }
}
