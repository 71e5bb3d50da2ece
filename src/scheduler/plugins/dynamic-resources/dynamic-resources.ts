// DynamicResources allocates devices to the ResourceClaims of a pod.
// Upstream: pkg/scheduler/framework/plugins/dynamicresources/dynamicresources.go, v1.36.3.

import type { ResourceClaim } from '../../../kube/generated/types.ts'
import { keyOf } from '../../../kube/object.ts'
import { deviceClassOf } from '../../device-classes.ts'
import {
  actions,
  type CycleState,
  failed,
  type FilterPlugin,
  type Handle,
  type NodeInfo,
  type Pod,
  type PostFilterPlugin,
  type PostFilterResult,
  type PreBindPlugin,
  type PreEnqueuePlugin,
  type PreFilterPlugin,
  type ReservePlugin,
  type SchedulerListers,
  type ScorePlugin,
  type Status,
  skip,
  stateKey,
  success,
  unresolvable,
  unschedulable,
} from '../../framework.ts'
import { compileNodeSelector, type NodeMatcher } from '../../node-affinity.ts'
import { normalizeToMax } from '../../normalize.ts'
import { sameJson } from '../../same-json.ts'
import { allocatedDevices } from './allocated-devices.ts'
import { Allocator } from './allocator.ts'
import { claimWrites, type NodeAllocation } from './claim-writes.ts'
import {
  claimNameInMemory,
  deviceRequests,
  deviceResources,
  extendedClaim,
} from './extended-resources.ts'
import { podClaims } from './pod-claims.ts'
import { preferenceScore } from './preference-score.ts'

const reasons = {
  notAvailable: 'resourceclaim not available on the node',
  cannotAllocate: 'cannot allocate all claims',
  cannotFit: 'cannot fit resource',
  staleExtendedClaim: 'cannot schedule extended resource claim',
  nothingToDeallocate: 'no new claims to deallocate',
  deallocated: 'deallocation of ResourceClaim completed',
  deleted: 'deletion of ResourceClaim completed',
  stillNot: 'still not schedulable',
} as const

interface State {
  /** The pod's claims; the one for extended resources comes last. */
  readonly claims: readonly ResourceClaim[]
  readonly extended: ResourceClaim | undefined
  readonly resources: ReadonlyMap<string, number>
  /** Where allocated claims can be used, aligned with the claims. */
  readonly availableOn: readonly (NodeMatcher | undefined)[]
  readonly allocator: Allocator | undefined
  /** Indexes of allocated claims that some node could not use. */
  readonly unavailable: Set<number>
  readonly byNode: Map<string, NodeAllocation>
}

const key = stateKey<State>('DynamicResources')

const emptyState: State = {
  claims: [],
  extended: undefined,
  resources: new Map(),
  availableOn: [],
  allocator: undefined,
  unavailable: new Set(),
  byNode: new Map(),
}

function isAllocated({ status }: ResourceClaim): boolean {
  return status?.allocation !== undefined
}

function prepare(cycle: CycleState, pod: Pod): Status {
  const { listers, features } = cycle.handle
  cycle.write(key, emptyState)
  const owned = podClaims(pod, listers)
  if ('problem' in owned) return unresolvable(owned.problem)
  const resources = features.draExtendedResource ? deviceResources(pod, listers) : new Map()
  const extended = resources.size === 0 ? undefined : extendedClaim(pod, listers)
  const claims = extended === undefined ? owned : [...owned, extended]
  if (claims.length === 0) return skip
  for (const claim of claims) {
    if (isAllocated(claim) || claim === extended) continue
    const problem = missingClass(claim, listers)
    if (problem !== undefined) return problem
  }
  const availableOn = claims.map(({ status }) => {
    const selector = status?.allocation?.nodeSelector
    return selector === undefined ? undefined : compileNodeSelector(selector)
  })
  const allocator = claims.every(isAllocated) ? undefined : newAllocator(cycle.handle)
  const [unavailable, byNode] = [new Set<number>(), new Map<string, NodeAllocation>()]
  cycle.write(key, { claims, extended, resources, availableOn, allocator, unavailable, byNode })
  return success
}

function newAllocator({ listers, features }: Handle): Allocator {
  return new Allocator(
    allocatedDevices(listers.list('ResourceClaim')),
    features,
    listers.list('ResourceSlice'),
    name => listers.get('DeviceClass', name),
  )
}

/** Every class that a claim names must exist, however the claim is served in the end. */
function missingClass(claim: ResourceClaim, listers: SchedulerListers): Status | undefined {
  for (const request of claim.spec.devices?.requests ?? []) {
    const { exactly, firstAvailable = [] } = request
    if (exactly === undefined && firstAvailable.length === 0) {
      const text = `resource claim ${keyOf(claim.metadata)}, request ${request.name}`
      return unresolvable(`${text}: unknown request type`)
    }
    const named =
      exactly === undefined
        ? firstAvailable.map(sub => [`${request.name}/${sub.name}`, sub.deviceClassName] as const)
        : [[request.name, exactly.deviceClassName] as const]
    for (const [name, className] of named) {
      if (className === '') return failed(`request ${name}: unsupported request type`)
      if (listers.get('DeviceClass', className) !== undefined) continue
      return unresolvable(`request ${name}: device class ${className} does not exist`)
    }
  }
  return undefined
}

/** Whether a device of the claim reports that it cannot be bound (gate DRADeviceBindingConditions). */
function hasFailedBinding({ status }: ResourceClaim): boolean {
  return (status?.allocation?.devices?.results ?? []).some(result => {
    const { bindingConditions = [], bindingFailureConditions = [] } = result
    if (bindingConditions.length === 0) return false
    const device = status?.devices?.find(
      one =>
        one.device === result.device && one.driver === result.driver && one.pool === result.pool,
    )
    return (device?.conditions ?? []).some(
      condition => condition.status === 'True' && bindingFailureConditions.includes(condition.type),
    )
  })
}

interface NodeClaim {
  readonly claim: ResourceClaim | undefined
  readonly mappings: NodeAllocation['mappings']
}

/** The claim for extended resources as this node needs it; none when a device plugin serves all. */
function extendedClaimOn(
  cycle: CycleState,
  state: State,
  pod: Pod,
  node: NodeInfo,
): NodeClaim | Status {
  const { extended, resources, claims } = state
  if (extended === undefined) return { claim: undefined, mappings: [] }
  const isStale = (extended.spec.devices?.requests ?? []).length > 0
  if (isStale) return unresolvable(reasons.staleExtendedClaim)
  const { listers } = cycle.handle
  const wanted: string[] = []
  for (const name of resources.keys()) {
    const served = node.allocatable.scalars.get(name)
    const hasClass = deviceClassOf(name, listers) !== undefined
    if (hasClass && (served ?? 0) === 0) wanted.push(name)
    else if (served === undefined) return unresolvable(reasons.cannotFit)
  }
  const noUserClaim = claims.length === 1
  if (noUserClaim && wanted.length === 0) return { claim: undefined, mappings: [] }
  const { requests, mappings } = deviceRequests(pod, wanted, listers)
  const devices = requests.length === 0 ? {} : { devices: { requests } }
  return { claim: { ...extended, spec: { ...extended.spec, ...devices } }, mappings }
}

function filterNode(cycle: CycleState, pod: Pod, node: NodeInfo): Status {
  const state = cycle.read(key)
  if (state === undefined) return failed('not found')
  const { claims, extended, availableOn, allocator } = state
  if (claims.length === 0) return success
  const own = extendedClaimOn(cycle, state, pod, node)
  if ('code' in own) return own
  if (own.claim === undefined && extended !== undefined && claims.length === 1) return success
  const unavailable = claims.flatMap((claim, index) =>
    availableOn[index]?.(node.node) === false || hasFailedBinding(claim) ? [index] : [],
  )
  const open = claims.filter(claim => !isAllocated(claim))
  const toAllocate = open.map(claim => (claim === extended ? (own.claim ?? claim) : claim))
  const allocation = allocator?.allocate(node.node, toAllocate)
  if (allocation?.kind === 'error') return failed(allocation.message)
  if (allocation?.kind === 'failed') return unresolvable(allocation.reason)
  if (allocation?.kind === 'none') return unresolvable(reasons.cannotAllocate)
  if (unavailable.length > 0) {
    for (const index of unavailable) state.unavailable.add(index)
    return unresolvable(reasons.notAvailable)
  }
  if (allocation !== undefined) {
    const { results } = allocation
    state.byNode.set(node.name, { results, extendedClaim: own.claim, mappings: own.mappings })
  }
  return success
}

/** An allocation that keeps the pod from every node is given up, one claim per attempt. */
function deallocate(cycle: CycleState, pod: Pod): PostFilterResult {
  const state = cycle.read(key)
  if (state === undefined) return { status: failed('not found') }
  const { claims, extended, unavailable } = state
  if (claims.length === 0) return { status: unschedulable(reasons.nothingToDeallocate) }
  for (const index of [...unavailable].sort((a, b) => a - b)) {
    const claim = claims[index] as ResourceClaim
    if (claim === extended) continue
    const users = claim.status?.reservedFor ?? []
    if (users.length > 1 || (users.length === 1 && users[0]?.uid !== pod.metadata.uid)) continue
    const object = { ...claim, status: {} }
    return {
      status: unschedulable(reasons.deallocated),
      writes: [{ verb: 'update', object, subresource: 'status' }],
    }
  }
  if (extended !== undefined && extended.metadata.name !== claimNameInMemory) {
    return {
      status: unschedulable(reasons.deleted),
      writes: [{ verb: 'delete', object: extended }],
    }
  }
  return { status: unschedulable(reasons.stillNot) }
}

function reserveOn(cycle: CycleState, nodeName: string): Status {
  const state = cycle.read(key)
  if (state === undefined || state.claims.every(isAllocated)) return success
  const open = state.claims.filter(claim => !isAllocated(claim))
  const results = state.byNode.get(nodeName)?.results ?? []
  if (results.length > 0) return success
  const needsDevices = open.some(claim => claim !== state.extended)
  return needsDevices ? failed('claim allocation not found for node') : success
}

export const dynamicResources = {
  name: 'DynamicResources',
  doc: 'Rejects nodes whose devices cannot serve the ResourceClaims of the pod.',
  unprepared: 'not found',
  reasons,
  requeueOn: [
    {
      event: {
        resource: 'Node',
        actions: actions.add | actions.updateNodeLabel | actions.updateNodeAllocatable,
      },
    },
    {
      event: { resource: 'ResourceClaim', actions: actions.add | actions.update },
      hint: (pod, { oldObject, newObject }, { listers }) => {
        const before = oldObject as ResourceClaim | undefined
        const after = newObject as ResourceClaim | undefined
        if (after === undefined) return 'Queue'
        return claimMayHelp(pod, before, after, listers) ? 'Queue' : 'Skip'
      },
    },
    {
      event: { resource: 'Pod', actions: actions.updatePodGeneratedResourceClaim },
      hint: (pod, { newObject }, { listers }) => {
        if (newObject === undefined) return 'Queue'
        if (newObject.metadata.uid !== pod.metadata.uid) return 'Skip'
        return 'problem' in podClaims(newObject, listers) ? 'Skip' : 'Queue'
      },
    },
    { event: { resource: 'DeviceClass', actions: actions.add | actions.update } },
    { event: { resource: 'ResourceSlice', actions: actions.add | actions.update } },
  ],
  preEnqueue: (pod, { listers }) => {
    const claims = podClaims(pod, listers)
    return 'problem' in claims ? unresolvable(claims.problem) : success
  },
  preFilter: (cycle, pod) => ({ status: prepare(cycle, pod) }),
  filter: filterNode,
  postFilter: deallocate,
  score: (cycle, _pod, node) => {
    const state = cycle.read(key)
    if (state === undefined) return failed('not found')
    const allocation = state.byNode.get(node.name)
    return allocation === undefined ? 0 : preferenceScore(state.claims, allocation.results)
  },
  scoresNothing: cycle => cycle.read(key)?.claims.length === 0,
  normalizeScores: (_cycle, _pod, _nodes, scores) => {
    normalizeToMax(scores, false)
    return success
  },
  reserve: (cycle, _pod, nodeName) => reserveOn(cycle, nodeName),
  preBind: (cycle, pod, nodeName) => {
    const state = cycle.read(key)
    if (state === undefined || state.claims.length === 0) return { status: success, writes: [] }
    const allocation = state.byNode.get(nodeName)
    return claimWrites(pod, state, allocation)
  },
} satisfies PreEnqueuePlugin &
  PreFilterPlugin &
  FilterPlugin &
  PostFilterPlugin &
  ScorePlugin &
  ReservePlugin &
  PreBindPlugin

const {
  score: _score,
  scoresNothing: _scoresNothing,
  normalizeScores: _normalizeScores,
  ...withoutScore
} = dynamicResources

/** As in 1.34, which does not prefer any node. */
export const dynamicResourcesWithoutScore: typeof withoutScore = withoutScore

/** A claim that was let go helps everybody; any other change only the pods that use the claim. */
function claimMayHelp(
  pod: Pod,
  before: ResourceClaim | undefined,
  after: ResourceClaim,
  listers: SchedulerListers,
): boolean {
  const claims = podClaims(pod, listers)
  if ('problem' in claims) return false
  if (before !== undefined && isAllocated(before) && !isAllocated(after)) return true
  if (!claims.some(({ metadata }) => metadata.uid === after.metadata.uid)) return false
  return before === undefined || !sameJson(before.status ?? {}, after.status ?? {})
}
