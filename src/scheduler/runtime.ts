// Runs the plugins of a profile at each extension point of one attempt.
// Upstream: pkg/scheduler/framework/runtime/framework.go, v1.36.3.

import { compareStrings } from '../base/compare.ts'
import { AttemptState } from './cycle-state.ts'
import type {
  CycleState,
  Handle,
  NodeToStatus,
  Pod,
  PodNominator,
  PostFilterPlugin,
  PostFilterResult,
  SchedulerChoices,
  SchedulerListers,
  SchedulerWrite,
} from './framework.ts'
import { type NodeInfo, type PodInfo, podInfoOf, withPodInfo } from './node-info.ts'
import type { Profile } from './profile.ts'
import type { Snapshot } from './snapshot.ts'
import {
  failed,
  isRejected,
  messageOf,
  type Status,
  success,
  unresolvable,
  unschedulable,
  withPlugin,
} from './status.ts'

/** What one attempt works on. */
export interface AttemptContext {
  readonly profile: Profile
  readonly snapshot: Snapshot
  readonly listers: SchedulerListers
  readonly nominator: PodNominator
  readonly choices: SchedulerChoices
}

/** A cycle state whose handle runs the profile's plugins. */
export function newAttempt(context: AttemptContext): AttemptState {
  const { profile, listers, nominator, choices } = context
  const handle: Handle = {
    // Read when asked for: whoever needs no list of nodes does not have one made.
    get snapshot() {
      return context.snapshot
    },
    args: profile.args,
    features: profile.features,
    listers,
    nominator,
    choices,
    runPreFilterAddPod: (cycle, pod, added, node) =>
      runPreFilterAddPod(profile, cycle, { pod, added, node }),
    runPreFilterRemovePod: (cycle, pod, removed, node) =>
      runPreFilterRemovePod(profile, cycle, { pod, removed, node }),
    runFilters: (cycle, pod, node) => runFilters(profile, cycle, pod, node),
    runFiltersWithNominatedPods: (cycle, pod, node) =>
      runFiltersWithNominatedPods(profile, cycle, pod, node),
  }
  return new AttemptState(handle)
}

/** `nodeNames` undefined: all nodes. `restrictedBy` names the plugins that restricted, sorted. */
export interface PreFilterOutcome {
  readonly status: Status
  readonly nodeNames: readonly string[] | undefined
  readonly restrictedBy: readonly string[]
}

/** Runs PreFilter; a rejection that preemption may cure does not stop the other plugins. */
export function runPreFilter(
  profile: Profile,
  cycle: AttemptState,
  pod: Pod,
  nodes: readonly NodeInfo[] = cycle.handle.snapshot.nodes,
): PreFilterOutcome {
  let status: Status = success
  let nodeNames: readonly string[] | undefined
  const restrictedBy: string[] = []
  for (const plugin of profile.preFilter) {
    const result = plugin.preFilter(cycle, pod, nodes)
    const { code } = result.status
    if (code === 'Skip') {
      cycle.skipFilter.add(plugin.name)
      continue
    }
    if (code === 'Unschedulable') {
      status = withPlugin(result.status, plugin.name)
      continue
    }
    if (code !== 'Success') {
      return { ...preFilterFailure(plugin.name, result.status), nodeNames: undefined }
    }
    if (result.nodeNames === undefined) continue
    restrictedBy.push(plugin.name)
    nodeNames = intersect(nodeNames, result.nodeNames)
    if (nodeNames.length === 0) return emptyRestriction(restrictedBy)
  }
  return { status, nodeNames, restrictedBy: restrictedBy.sort(compareStrings) }
}

function preFilterFailure(
  plugin: string,
  status: Status,
): { status: Status; restrictedBy: readonly string[] } {
  if (status.code === 'UnschedulableAndUnresolvable') {
    return { status: withPlugin(status, plugin), restrictedBy: [] }
  }
  const message = `running PreFilter plugin "${plugin}": ${messageOf(status)}`
  return { status: withPlugin(failed(message), plugin), restrictedBy: [] }
}

function emptyRestriction(plugins: string[]): PreFilterOutcome {
  const restrictedBy = plugins.sort(compareStrings)
  const reason =
    restrictedBy.length === 1
      ? `node(s) didn't satisfy plugin ${restrictedBy[0]}`
      : `node(s) didn't satisfy plugin(s) [${restrictedBy.join(' ')}] simultaneously`
  return { status: unresolvable(reason), nodeNames: [], restrictedBy }
}

function intersect(
  before: readonly string[] | undefined,
  names: readonly string[],
): readonly string[] {
  if (before === undefined) return names
  const set = new Set(names)
  return before.filter(name => set.has(name))
}

interface AddedPod {
  readonly pod: Pod
  readonly added: PodInfo
  readonly node: NodeInfo
}

function runPreFilterAddPod(profile: Profile, cycle: CycleState, change: AddedPod): Status {
  for (const plugin of profile.preFilter) {
    if (plugin.addPod === undefined || cycle.skipFilter.has(plugin.name)) continue
    const status = plugin.addPod(cycle, change.pod, change.added, change.node)
    if (status.code !== 'Success') {
      return failed(`running AddPod on PreFilter plugin "${plugin.name}": ${messageOf(status)}`)
    }
  }
  return success
}

interface RemovedPod {
  readonly pod: Pod
  readonly removed: PodInfo
  readonly node: NodeInfo
}

function runPreFilterRemovePod(profile: Profile, cycle: CycleState, change: RemovedPod): Status {
  for (const plugin of profile.preFilter) {
    if (plugin.removePod === undefined || cycle.skipFilter.has(plugin.name)) continue
    const status = plugin.removePod(cycle, change.pod, change.removed, change.node)
    if (status.code !== 'Success') {
      return failed(`running RemovePod on PreFilter plugin "${plugin.name}": ${messageOf(status)}`)
    }
  }
  return success
}

/** The first rejection or error of the Filter plugins, or success. */
export function runFilters(profile: Profile, cycle: CycleState, pod: Pod, node: NodeInfo): Status {
  const state = cycle as AttemptState
  state.activeFilters ??= profile.filter.filter(({ name }) => !state.skipFilter.has(name))
  for (const plugin of state.activeFilters) {
    const status = plugin.filter(cycle, pod, node)
    if (status.code === 'Success') continue
    if (isRejected(status)) return withPlugin(status, plugin.name)
    const message = `running "${plugin.name}" filter plugin: ${messageOf(status)}`
    return withPlugin(failed(message), plugin.name)
  }
  return success
}

/**
 * Filters twice when pods of equal or higher priority are nominated to the node: with them, as
 * they may come, and without them, as they may not.
 */
export function runFiltersWithNominatedPods(
  profile: Profile,
  cycle: CycleState,
  pod: Pod,
  node: NodeInfo,
): Status {
  const nominated = cycle.handle.nominator.nominatedPods(node.name)
  if (nominated.length === 0) return runFilters(profile, cycle, pod, node)
  const { priority, uid } = podInfoOf(pod)
  const stateWithPods = cycle.clone()
  let nodeWithPods = node
  for (const other of nominated) {
    if (other.priority < priority || other.uid === uid) continue
    nodeWithPods = withPodInfo(nodeWithPods, other)
    const change = { pod, added: other, node: nodeWithPods }
    const status = runPreFilterAddPod(profile, stateWithPods, change)
    if (status.code !== 'Success') return status
  }
  const status = runFilters(profile, stateWithPods, pod, nodeWithPods)
  if (nodeWithPods === node || status.code !== 'Success') return status
  return runFilters(profile, cycle, pod, node)
}

/** Until the first success, error or unresolvable answer; reasons of the others are joined. */
export function runPostFilter(
  profile: Profile,
  cycle: CycleState,
  pod: Pod,
  statuses: NodeToStatus,
): PostFilterResult {
  return postFilterResult(profile, plugin => plugin.postFilter(cycle, pod, statuses))
}

/** The same with the plugins called by `call`. */
export function postFilterResult(
  profile: Profile,
  call: (plugin: PostFilterPlugin) => PostFilterResult,
): PostFilterResult {
  let meaningful: PostFilterResult | undefined
  const reasons: string[] = []
  let rejector = ''
  for (const plugin of profile.postFilter) {
    const result = call(plugin)
    const { status } = result
    if (status.code === 'Success') return result
    if (status.code === 'UnschedulableAndUnresolvable') {
      return { ...result, status: withPlugin(status, plugin.name) }
    }
    if (!isRejected(status)) {
      const { preemption } = result
      const broken = withPlugin(failed(messageOf(status)), plugin.name)
      return { status: broken, ...(preemption && { preemption }) }
    }
    if (result.nominate !== undefined || result.preemption !== undefined) meaningful = result
    reasons.push(...status.reasons)
    if (rejector === '') rejector = plugin.name
  }
  const status = withPlugin(unschedulable(...reasons), rejector)
  return { ...meaningful, status }
}

/** Runs Reserve in order until one fails. */
export function runReserve(
  profile: Profile,
  cycle: CycleState,
  pod: Pod,
  nodeName: string,
): Status {
  for (const plugin of profile.reserve) {
    const status = plugin.reserve(cycle, pod, nodeName)
    if (status.code === 'Success') continue
    if (isRejected(status)) return withPlugin(status, plugin.name)
    return failed(`running Reserve plugin "${plugin.name}": ${messageOf(status)}`)
  }
  return success
}

/** All API writes that must be made before the pod is bound, in the order of the plugins. */
export function runPreBind(
  profile: Profile,
  cycle: CycleState,
  pod: Pod,
  nodeName: string,
): { readonly status: Status; readonly writes: readonly SchedulerWrite[] } {
  const writes: SchedulerWrite[] = []
  for (const plugin of profile.preBind) {
    const result = plugin.preBind(cycle, pod, nodeName)
    writes.push(...result.writes)
    if (result.status.code === 'Success' || result.status.code === 'Skip') continue
    if (isRejected(result.status)) {
      return { status: withPlugin(result.status, plugin.name), writes }
    }
    const message = `running PreBind plugin "${plugin.name}": ${messageOf(result.status)}`
    return { status: failed(message), writes }
  }
  return { status: success, writes }
}
