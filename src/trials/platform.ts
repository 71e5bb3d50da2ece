// What is taken to sea: objects with the places they come from, nodes, and how they are installed.

import type { Location } from '../base/problem.ts'
import { type ClusterOptions, createCluster } from '../cluster/cluster.ts'
import { notReadyTaint } from '../controllers/node-lifecycle/taints.ts'
import type { World } from '../engine/world.ts'
import type { GateSettings } from '../kube/feature-gates.ts'
import type { Node } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { nodeFromPool } from '../nodes/node-object.ts'
import { describedOperator, type OperatorSpec } from '../platforms/operators/described.ts'
import type { Operator } from '../platforms/operators/operator.ts'
import type { NodeGroup } from '../platforms/program.ts'
import { operatorsFor, platformActors } from '../platforms/registry.ts'
import type {
  InstallSpec,
  PoolSpec,
  SchedulerSpec,
  SlaSpec,
  Suppression,
  TimerSpec,
} from './spec.ts'

/** An object and where each of its fields was written. */
export interface PlatformObject {
  readonly object: KubeObject
  /** The place of a field, or of the nearest parent that is written. */
  locate(path: string): Location
  /** Where a field is written in its text; undefined when it is not. */
  range(path: string): { readonly start: number; readonly end: number } | undefined
}

export interface Platform {
  /** Minor version: `1.36`. */
  readonly kubernetes: string
  readonly pools: readonly PoolSpec[]
  /** Hosts that hold a vote of etcd and are no nodes. */
  readonly etcdHosts?: readonly string[]
  /** Number of objects that demand zones, where zones were assumed for their sake. */
  readonly zonesAssumedFor?: number
  /** In the order in which they are applied. */
  readonly objects: readonly PlatformObject[]
  readonly install?: InstallSpec
  readonly sla?: SlaSpec
  readonly timers?: TimerSpec
  readonly featureGates?: GateSettings
  readonly schedulers?: readonly SchedulerSpec[]
  readonly suppressions?: readonly Suppression[]
  /** Operators that the user described. */
  readonly operators?: readonly OperatorSpec[]
  readonly options?: Pick<
    ClusterOptions,
    'schedule' | 'model' | 'epochMs' | 'latencyMs' | 'interleave'
  >
}

/** Node objects of all pools; names and addresses are stable in pool order. */
export function nodesOf({ pools, kubernetes, options }: Platform): readonly KubeObject[] {
  const nowMs = options?.epochMs ?? 0
  let ordinal = 0
  return pools.flatMap(pool =>
    Array.from({ length: pool.count }, (_, index) => {
      ordinal += 1
      const details = { nowMs, kubeletVersion: `v${kubernetes}.0`, ordinal }
      return nodeFromPool(pool, index, details) as unknown as KubeObject
    }),
  )
}

/** How long nodes may take to become ready before an installer begins all the same. */
const standUpMsMax = 600_000
const standUpMsMin = 1000

/**
 * A World with the platform's nodes and nothing installed. Taints of new nodes are taken away at a
 * limited rate: an installer begins when the last one is gone. Operators and programs that its
 * objects bring, or those that come `later`, take part in it.
 */
export function emptyWorld(platform: Platform, later: readonly KubeObject[] = []): World {
  const world = newWorld(platform, later)
  const endMs = world.nowMs + standUpMsMax
  let outcome = world.run({ untilMs: world.nowMs + standUpMsMin })
  while (outcome.reason === 'time' && world.nowMs < endMs && hasNewNodes(world)) {
    outcome = world.run({ untilMs: world.nowMs + standUpMsMin })
  }
  return world
}

function hasNewNodes({ store }: World): boolean {
  return (store.list('Node') as readonly Node[]).some(({ spec }) =>
    spec?.taints?.some(({ key }) => key === notReadyTaint.key),
  )
}

function newWorld(platform: Platform, later: readonly KubeObject[]): World {
  const { kubernetes, options, timers, featureGates, schedulers = [] } = platform
  const nodes = nodesOf(platform)
  const operators = operatorsOf(platform, later)
  const objects = [...platform.objects.map(({ object }) => object), ...later]
  const programs = platformActors({ objects, groups: groupsOf(platform) })
  return createCluster({
    kubernetes,
    nodes,
    operators,
    programs,
    schedulers: schedulers.map(({ configuration }) => configuration),
    ...timerOptions(timers),
    ...(featureGates && { featureGates }),
    ...options,
  })
}

/** The pools that an autoscaler may change, with the nodes that it would get. */
function groupsOf({ pools, kubernetes }: Platform): readonly NodeGroup[] {
  let ordinal = totalNodes({ pools })
  return pools.flatMap(pool => {
    const { name, count, min, max } = pool
    if (min === undefined || max === undefined) return []
    const first = ordinal
    ordinal += max
    const node: NodeGroup['node'] = (index, nowMs) => {
      const details = { nowMs, kubeletVersion: `v${kubernetes}.0`, ordinal: first + index + 1 }
      return nodeFromPool(pool, index, details)
    }
    return [{ name, count, min, max, node }]
  })
}

/** The operators that act on objects of the platform, or on those that come later. */
export function operatorsOf(
  { objects, operators }: Pick<Platform, 'objects' | 'operators'>,
  later: readonly KubeObject[] = [],
): readonly Operator[] {
  const described = (operators ?? []).map(describedOperator)
  return operatorsFor([...objects.map(({ object }) => object), ...later], described)
}

/** The flags of the components that the timers are. */
function timerOptions(
  timers: TimerSpec | undefined,
): Pick<ClusterOptions, 'controllerFlags' | 'tolerationSeconds'> {
  if (timers === undefined) return {}
  const { nodeMonitorGraceMs: graceMs, ...seconds } = timers
  const { notReadyTolerationSeconds: notReady, unreachableTolerationSeconds: unreachable } = seconds
  return {
    ...(graceMs !== undefined && { controllerFlags: { nodeLifecycle: { graceMs } } }),
    tolerationSeconds: {
      ...(notReady !== undefined && { notReady }),
      ...(unreachable !== undefined && { unreachable }),
    },
  }
}

/** The same platform with `count` nodes in the pool that `size` varies. */
export function withNodeCount(platform: Platform, count: number): Platform {
  const varied = variedPool(platform)
  const others = totalNodes(platform) - varied.count
  const pools = platform.pools.map(pool =>
    pool === varied ? { ...pool, count: Math.max(0, count - others) } : pool,
  )
  return { ...platform, pools }
}

/** The pool whose count `size` changes: the one with most nodes that anything can land on. */
export function variedPool({ pools }: Platform): PoolSpec {
  const open = pools.filter(pool => (pool.taints ?? []).every(t => t.effect === 'PreferNoSchedule'))
  const candidates = open.length > 0 ? open : pools
  return candidates.reduce((best, pool) => (pool.count > best.count ? pool : best))
}

/** Number of nodes over all pools. */
export function totalNodes({ pools }: Pick<Platform, 'pools'>): number {
  return pools.reduce((sum, pool) => sum + pool.count, 0)
}
