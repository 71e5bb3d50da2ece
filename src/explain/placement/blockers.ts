// What a node lacks for a pod, plugin by plugin, in numbers or labels.

import type { Pod } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { tolerationsTolerate } from '../../kube/toleration.ts'
import type { NodeInfo } from '../../scheduler/framework.ts'
import type { Resource } from '../../scheduler/node-resource.ts'
import { podInfoOf } from '../../scheduler/pod-info.ts'
import type { Status } from '../../scheduler/status.ts'
import type { Blocker } from './report.ts'

type Detail = Omit<Blocker, 'plugin' | 'reasons'>
type Detailed = (
  pod: Pod,
  node: NodeInfo,
  reasons: readonly string[],
  nodes: readonly NodeInfo[],
) => readonly Detail[]

const unmeasured = 1

const details: Readonly<Record<string, Detailed>> = {
  NodeAffinity: affinityDetails,
  NodePorts: portDetails,
  NodeResourcesFit: resourceDetails,
  PodTopologySpread: spreadDetails,
  NodeUnschedulable: () => [{ has: 'cordoned', missing: 'uncordon', distance: unmeasured }],
  TaintToleration: taintDetails,
}

/** The blockers of one rejection; one without numbers where the plugin has none. */
export function blockersOf(
  pod: Pod,
  node: NodeInfo,
  { plugin, reasons }: Status,
  nodes: readonly NodeInfo[],
): readonly Blocker[] {
  const found = details[plugin]?.(pod, node, reasons, nodes) ?? []
  const all = found.length > 0 ? found : [{ distance: unmeasured }]
  return all.map(detail => ({ plugin, reasons, ...detail }))
}

function resourceDetails(pod: Pod, node: NodeInfo, reasons: readonly string[]): readonly Detail[] {
  const { requested } = podInfoOf(pod)
  return reasons.flatMap((reason): readonly Detail[] => {
    if (reason === 'Too many pods') {
      const { allowedPodNumber } = node.allocatable
      const has = `${node.pods.length} of ${allowedPodNumber} pods`
      return [{ wanted: 'one pod more', has, missing: '1 pod', distance: 1 / allowedPodNumber }]
    }
    const resource = /^Insufficient (\S+)$/.exec(reason)?.[1]
    if (resource === undefined) return []
    const wanted = unitsOf(requested, resource)
    const free = unitsOf(node.allocatable, resource) - unitsOf(node.requested, resource)
    const text = (units: number): string => `${resource} ${unitsText(resource, units)}`
    const missing = wanted - free
    return [
      {
        wanted: text(wanted),
        has: text(free),
        missing: text(missing),
        distance: missing / Math.max(1, wanted),
      },
    ]
  })
}

/** Thousandths of cpu, plain units of the rest. */
export function unitsOf(amounts: Resource, resource: string): number {
  switch (resource) {
    case 'cpu':
      return amounts.milliCpu
    case 'memory':
      return amounts.memory
    case 'ephemeral-storage':
      return amounts.ephemeralStorage
    default:
      return amounts.scalars.get(resource) ?? 0
  }
}

const mebibyte = 1_048_576

/** `1500m` of cpu, `512Mi` of memory; what is wanted is not rounded away. */
export function unitsText(resource: string, units: number): string {
  if (resource === 'cpu') return `${units}m`
  const isBytes = resource === 'memory' || resource === 'ephemeral-storage'
  return isBytes ? `${Math.floor(units / mebibyte)}Mi` : String(units)
}

function taintDetails(pod: Pod, { node }: NodeInfo): readonly Detail[] {
  const tolerations = pod.spec?.tolerations ?? []
  return (node.spec?.taints ?? [])
    .filter(taint => taint.effect !== 'PreferNoSchedule')
    .filter(taint => !tolerationsTolerate(tolerations, taint))
    .map(({ key, value = '', effect }) => {
      const text = `${key}${value === '' ? '' : `=${value}`}:${effect}`
      return { has: `taint ${text}`, missing: `a toleration of ${text}`, distance: unmeasured }
    })
}

function affinityDetails(pod: Pod, { node }: NodeInfo): readonly Detail[] {
  const labels = node.metadata.labels ?? {}
  const selector = Object.entries(pod.spec?.nodeSelector ?? {})
    .filter(([key, value]) => labels[key] !== value)
    .map(([key, value]) => labelDetail(labels, key, `${key}=${value}`))
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const terms = (required?.nodeSelectorTerms ?? []).map(({ matchExpressions = [] }) =>
    matchExpressions.map(({ key, operator, values = [] }) => ({
      key,
      text: `${key} ${operator}${values.length === 0 ? '' : ` [${values.join(', ')}]`}`,
    })),
  )
  // Any one of the terms would do: the one with the fewest expressions is the shortest to tell.
  const [term = []] = [...terms].sort((a, b) => a.length - b.length)
  return [...selector, ...term.map(({ key, text }) => labelDetail(labels, key, text))]
}

function labelDetail(
  labels: Readonly<Record<string, string>>,
  key: string,
  wanted: string,
): Detail {
  const has = labels[key] === undefined ? `no label ${key}` : `${key}=${labels[key]}`
  return { wanted, has, missing: `label ${wanted}`, distance: unmeasured }
}

function portDetails(pod: Pod): readonly Detail[] {
  const ports = podInfoOf(pod).hostPorts.map(({ protocol, port }) => `${port}/${protocol}`)
  const wanted = `host port ${ports.join(', ')}`
  return [{ wanted, has: 'in use', missing: wanted, distance: unmeasured }]
}

/** The pods of the constraint in the node's domain and in the emptiest one. */
function spreadDetails(
  pod: Pod,
  node: NodeInfo,
  _reasons: readonly string[],
  nodes: readonly NodeInfo[],
): readonly Detail[] {
  const hard = (pod.spec?.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  )
  return hard.flatMap(({ topologyKey, maxSkew, labelSelector }): readonly Detail[] => {
    const wanted = `maxSkew ${maxSkew} over ${topologyKey}`
    const domain = node.labels[topologyKey]
    if (domain === undefined) {
      const has = `no label ${topologyKey}`
      return [{ wanted, has, missing: `label ${topologyKey}`, distance: unmeasured }]
    }
    const counts = new Map<string, number>()
    for (const { labels, pods } of nodes) {
      const value = labels[topologyKey]
      if (value === undefined) continue
      const matching = pods.filter(
        other =>
          other.namespace === pod.metadata.namespace &&
          selectorMatches(labelSelector, other.labels),
      )
      counts.set(value, (counts.get(value) ?? 0) + matching.length)
    }
    const here = counts.get(domain) ?? 0
    const least = Math.min(...counts.values())
    if (here + 1 - least <= maxSkew) return []
    const has = `${here} in ${domain}, ${least} in the emptiest`
    const over = here + 1 - least - maxSkew
    return [
      { wanted, has, missing: `${over} pods fewer in ${domain}`, distance: over / (here + 1) },
    ]
  })
}
