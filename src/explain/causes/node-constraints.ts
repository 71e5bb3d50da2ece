// Constraints between a pod and nodes as causes: taints, resources, spread.

import { podInfoOf } from '../../scheduler/pod-info.ts'
import { schedulerName, type SchedulerState } from '../../scheduler/turn.ts'
import { type ExplainContext, places } from '../context.ts'
import { unitsOf, unitsText } from '../placement/blockers.ts'
import { podSpecPath } from '../../trials/written.ts'
import type { Cause } from '../report.ts'
import { listText } from './cause-finder.ts'
import { mutationWriters } from '../writers.ts'
import type { Rejection } from './placement.ts'

type Built = Omit<Cause, 'writers' | 'locations'> & { readonly paths: readonly string[] }

function cause(context: ExplainContext, { paths, ...rest }: Built): Cause {
  const spec = podSpecPath(context.incident.object.kind)
  return {
    ...rest,
    locations: places(
      context,
      paths.map(path => `${spec}.${path}`),
    ),
    writers: mutationWriters(context, paths),
  }
}

/** Taints without a toleration. */
export function fromTaints(context: ExplainContext, { nodes }: Rejection): Cause {
  const taints = new Set(
    context.nodes
      .filter(({ metadata }) => nodes.includes(metadata.name ?? ''))
      .flatMap(({ spec }) => spec?.taints ?? [])
      .filter(({ effect }) => effect !== 'PreferNoSchedule')
      .map(({ key, value = '', effect }) => `${key}${value === '' ? '' : `=${value}`}:${effect}`),
  )
  return cause(context, {
    code: 'taint-not-tolerated',
    text: `${listText(nodes)} ${nodes.length === 1 ? 'carries' : 'carry'} a taint that the pod does not tolerate: ${listText([...taints])}`,
    facts: { nodes, taints: [...taints] },
    paths: ['tolerations'],
  })
}

/** Requests that exceed what is free: names the node that comes nearest and what it lacks. */
export function fromResources(context: ExplainContext, { nodes, reasons }: Rejection): Cause {
  const short = reasons.flatMap(reason => /^Insufficient (\S+)$/.exec(reason)?.[1] ?? [])
  const shortages = short.flatMap(resource => shortageOf(context, nodes, resource) ?? [])
  const facts = Object.fromEntries(
    shortages.flatMap(({ resource, wanted, free, node }) => [
      [`${resource}.wanted`, wanted],
      [`${resource}.free`, free],
      [`${resource}.nearest`, node],
    ]),
  )
  const text = shortages.map(
    ({ resource, wanted, free, node }) =>
      `the pod requests ${wanted} ${resource}; the nearest node, ${node}, has ${free} left`,
  )
  return cause(context, {
    code: 'resources-short',
    text: text.length > 0 ? text.join('; ') : `${listText(nodes)}: ${reasons.join(', ')}`,
    facts: { nodes, ...facts },
    paths: requestPaths(context, short),
  })
}

/** The requests of those containers that ask for what is short. */
function requestPaths({ pod }: ExplainContext, short: readonly string[]): readonly string[] {
  const { initContainers = [], containers = [] } = pod?.spec ?? {}
  const asks = ({ resources }: (typeof containers)[number]): boolean =>
    short.some(resource => (resources?.requests ?? {})[resource] !== undefined)
  return [
    ...containers.flatMap((each, at) =>
      asks(each) ? [`containers[${at}].resources.requests`] : [],
    ),
    ...initContainers.flatMap((each, at) =>
      asks(each) ? [`initContainers[${at}].resources.requests`] : [],
    ),
  ]
}

interface Shortage {
  readonly resource: string
  readonly wanted: string
  readonly free: string
  readonly node: string
}

/** The refused node with most of that resource left. */
function shortageOf(
  context: ExplainContext,
  names: readonly string[],
  resource: string,
): Shortage | undefined {
  if (context.pod === undefined) return undefined
  const wanted = unitsOf(podInfoOf(context.pod).requested, resource)
  const { cache } = context.world.stateOf(schedulerName) as SchedulerState
  let best: { node: string; free: number } | undefined
  for (const node of names) {
    const info = cache.nodeInfo(node)
    if (info === undefined) continue
    const free = unitsOf(info.allocatable, resource) - unitsOf(info.requested, resource)
    if (best === undefined || free > best.free) best = { node, free }
  }
  if (best === undefined) return undefined
  const { node, free } = best
  return { resource, wanted: unitsText(resource, wanted), free: unitsText(resource, free), node }
}

/** Topology spread constraints. */
export function fromSpread(context: ExplainContext, { nodes }: Rejection): Cause {
  const hard = (context.pod?.spec?.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  )
  const keys = hard.map(({ topologyKey, maxSkew }) => `${topologyKey} (maxSkew ${maxSkew})`)
  return cause(context, {
    code: 'spread-unsatisfiable',
    text: `one pod more on ${listText(nodes)} would break the spread over ${listText(keys)}`,
    facts: { nodes, constraints: keys },
    paths: ['topologySpreadConstraints'],
  })
}
