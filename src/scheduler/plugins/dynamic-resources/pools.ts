// Gathers the devices that a node can use into pools.
// Upstream: k8s.io/dynamic-resource-allocation v0.36.3
// structured/internal/incubating/pools_incubating.go.

import { compareStrings } from '../../../base/compare.ts'
import type {
  CounterSet,
  Device,
  Node,
  NodeSelector,
  ResourceSlice,
} from '../../../kube/generated/types.ts'
import { compileNodeSelector } from '../../node-affinity.ts'

export interface Pool {
  readonly driver: string
  readonly name: string
  /** Some slices of the newest generation are missing. */
  readonly isIncomplete: boolean
  /** Devices or counters contradict each other. */
  readonly isInvalid: boolean
  readonly slices: readonly ResourceSlice[]
  /** Slices of other nodes whose devices may take counters of this pool. */
  readonly otherSlices: readonly ResourceSlice[]
  readonly counterSets: ReadonlyMap<string, CounterSet>
}

/** Pools in the order in which devices are tried: by driver and name, binding conditions last. */
export function gatherPools(
  slicesForNode: readonly ResourceSlice[],
  node: Node,
  allSlices: readonly ResourceSlice[],
): readonly Pool[] {
  const newest = new Map<string, ResourceSlice[]>()
  for (const slice of slicesForNode) {
    if (isRelevant(slice, node)) addSlice(newest, slice)
  }
  const plain: Pool[] = []
  const conditional: Pool[] = []
  for (const slices of newest.values()) {
    const pool = poolOf(slices, allSlices)
    if (pool === undefined) continue
    if (hasBindingConditions(pool)) conditional.push(pool)
    else plain.push(pool)
  }
  return [...plain.sort(comparePools), ...conditional.sort(comparePools)]
}

function comparePools(a: Pool, b: Pool): number {
  return compareStrings(a.driver, b.driver) || compareStrings(a.name, b.name)
}

/** Slices with counters belong to the pool whatever node they name. */
function isRelevant({ spec }: ResourceSlice, node: Node): boolean {
  if ((spec.sharedCounters ?? []).length > 0) return true
  if ((spec.nodeName ?? '') !== '' || spec.allNodes === true || spec.nodeSelector !== undefined) {
    return nodeMatches(node, spec)
  }
  if (spec.perDeviceNodeSelection !== true) return false
  return (spec.devices ?? []).some(device => nodeMatches(node, device))
}

/** Which node a slice or a device is for. */
export function nodeMatches(
  node: Node,
  target: Pick<Device, 'nodeName' | 'allNodes' | 'nodeSelector'>,
): boolean {
  if ((target.nodeName ?? '') !== '') return node.metadata.name === target.nodeName
  if (target.allNodes === true) return true
  return target.nodeSelector !== undefined && matchesNode(target.nodeSelector, node)
}

function matchesNode(selector: NodeSelector, node: Node): boolean {
  return compileNodeSelector(selector)(node)
}

/** Slices of an older generation are ignored. */
function addSlice(pools: Map<string, ResourceSlice[]>, slice: ResourceSlice): void {
  const { driver, pool } = slice.spec
  const key = `${driver}/${pool.name}`
  const slices = pools.get(key)
  const [first] = slices ?? []
  if (slices === undefined || first === undefined) {
    pools.set(key, [slice])
    return
  }
  const known = first.spec.pool.generation
  if (pool.generation < known) return
  if (pool.generation > known) pools.set(key, [slice])
  else slices.push(slice)
}

/** Undefined: a newer generation exists that has nothing for this node. */
function poolOf(
  slices: readonly ResourceSlice[],
  allSlices: readonly ResourceSlice[],
): Pool | undefined {
  const [first] = slices
  if (first === undefined) return undefined
  const { driver, pool } = first.spec
  const { name, generation, resourceSliceCount } = pool
  if (slices.length === resourceSliceCount) return buildPool(slices, slices)
  const ofPool = allSlices.filter(({ spec }) => spec.driver === driver && spec.pool.name === name)
  if (ofPool.some(({ spec }) => spec.pool.generation > generation)) return undefined
  const current = ofPool.filter(({ spec }) => spec.pool.generation === generation)
  if (current.length === resourceSliceCount) return buildPool(slices, current)
  return { ...emptyPool(first), isIncomplete: true }
}

function emptyPool({ spec }: ResourceSlice): Pool {
  return {
    driver: spec.driver,
    name: spec.pool.name,
    isIncomplete: false,
    isInvalid: false,
    slices: [],
    otherSlices: [],
    counterSets: new Map(),
  }
}

function buildPool(slices: readonly ResourceSlice[], allOfPool: readonly ResourceSlice[]): Pool {
  const sorted = [...slices].sort((a, b) => compareStrings(nameOf(a), nameOf(b)))
  const empty = emptyPool(sorted[0] as ResourceSlice)
  const isForCounters = ({ spec }: ResourceSlice): boolean => (spec.sharedCounters ?? []).length > 0
  const deviceSlices = sorted.filter(slice => !isForCounters(slice))
  const counterSets = counterSetsOf(sorted.filter(isForCounters))
  const names = new Set(sorted.map(nameOf))
  const otherSlices = allOfPool.filter(slice => !names.has(nameOf(slice)))
  const isValid =
    hasUniqueDevices(deviceSlices) &&
    counterSets !== undefined &&
    countersExist(counterSets, sorted) &&
    countersExist(counterSets, otherSlices)
  if (!isValid) return { ...empty, isInvalid: true }
  return { ...empty, slices: deviceSlices, otherSlices, counterSets }
}

function nameOf(slice: ResourceSlice): string {
  return slice.metadata.name ?? ''
}

/** Undefined when two sets have one name. */
function counterSetsOf(slices: readonly ResourceSlice[]): Map<string, CounterSet> | undefined {
  const sets = new Map<string, CounterSet>()
  for (const { spec } of slices) {
    for (const set of spec.sharedCounters ?? []) {
      if (sets.has(set.name)) return undefined
      sets.set(set.name, set)
    }
  }
  return sets
}

function hasUniqueDevices(slices: readonly ResourceSlice[]): boolean {
  const names = new Set<string>()
  for (const { spec } of slices) {
    for (const { name } of spec.devices ?? []) {
      if (names.has(name)) return false
      names.add(name)
    }
  }
  return true
}

function countersExist(
  sets: ReadonlyMap<string, CounterSet>,
  slices: readonly ResourceSlice[],
): boolean {
  for (const { spec } of slices) {
    for (const { consumesCounters = [] } of spec.devices ?? []) {
      for (const { counterSet, counters = {} } of consumesCounters) {
        const known = sets.get(counterSet)?.counters
        if (!sets.has(counterSet)) return false
        if (Object.keys(counters).some(name => known?.[name] === undefined)) return false
      }
    }
  }
  return true
}

function hasBindingConditions({ slices }: Pool): boolean {
  return slices.some(({ spec }) =>
    (spec.devices ?? []).some(({ bindingConditions }) => bindingConditions !== undefined),
  )
}
