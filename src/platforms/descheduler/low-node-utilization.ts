// LowNodeUtilization evicts from nodes that are used much while others are used little.
// Port of descheduler v0.36.0 pkg/framework/plugins/nodeutilization/lownodeutilization.go.

import { unstableSort } from '../../kube/go-unstable-sort.ts'
import { type Namespaces, namespacesType } from './args.ts'
import {
  availableOn,
  cappedCapacity,
  hasRoom,
  isBelow,
  isBeyond,
  type NodeUsage,
  resourceNames,
  roundedPercentages,
  type Thresholds,
  totalUsage,
  usagesOf,
} from './node-usage.ts'
import { evictFromSources, idleReason, thresholdError } from './node-utilization.ts'
import type { Strategy } from './strategy.ts'

interface LowNodeUtilizationArgs {
  readonly useDeviationThresholds?: boolean
  readonly thresholds?: Thresholds
  readonly targetThresholds?: Thresholds
  readonly numberOfNodes?: number
  readonly evictableNamespaces?: Namespaces
  readonly evictionLimits?: { readonly node?: number }
  readonly metricsUtilization?: {
    readonly source?: string
    readonly metricsServer?: boolean
    readonly prometheus?: { readonly query?: string }
  }
}

const name = 'LowNodeUtilization'

export const lowNodeUtilization = {
  name,
  doc: 'Moves pods from overutilized to underutilized nodes.',
  point: 'balance',
  argTypes: {
    useDeviationThresholds: 'bool',
    thresholds: { '*': 'float64' },
    targetThresholds: { '*': 'float64' },
    numberOfNodes: 'int',
    metricsUtilization: {
      metricsServer: 'bool',
      source: 'string',
      prometheus: { query: 'string' },
    },
    evictableNamespaces: namespacesType,
    evictionLimits: { node: 'uint' },
  },
  validate: args => errorOf(args),
  run: (handle, args, nodes) => {
    const { log, world } = handle
    const names = resourceNames(args.thresholds ?? {})
    const usages = usagesOf(world, nodes, names)
    const { lower, higher } = spansOf(usages, args)
    const isLow = ({ node, percentages }: NodeUsage): boolean =>
      node.spec?.unschedulable !== true && isBelow(percentages, lower)
    const low = usages.filter(isLow)
    const high = usages.filter(each => !isLow(each) && !isBelow(each.percentages, higher))
    for (const each of usages) {
      const isClassified = low.includes(each) || high.includes(each)
      log.nodes.set(each.node.metadata.name ?? '', {
        category: !isClassified
          ? 'appropriate'
          : low.includes(each)
            ? 'underutilized'
            : 'overutilized',
        usagePercentage: roundedPercentages(measured(each, args)),
      })
    }
    const idle = idleReason(low.length, nodes.length, args.numberOfNodes ?? 0)
    const why =
      idle ??
      (high.length === 0 ? 'All nodes are under target utilization, nothing to do here' : undefined)
    if (why !== undefined) {
      log.messages.add(why)
      return undefined
    }
    const capacityOf = ({ node }: NodeUsage) => cappedCapacity(node, higher, names)
    evictFromSources(handle, {
      strategy: name,
      sources: unstableSort(high, (a, b) => totalUsage(a) > totalUsage(b)),
      destinations: low.map(({ node }) => node),
      available: availableOn(low, capacityOf),
      isRemovable: handle.isEvictable,
      evictableNamespaces: args.evictableNamespaces,
      goesOn: (source, available) =>
        isBeyond(source.usage, capacityOf(source)) && hasRoom(available),
      nodeLimit: args.evictionLimits?.node,
    })
    return undefined
  },
} satisfies Strategy<LowNodeUtilizationArgs>

/** With deviations only the resources of the thresholds are measured. */
function measured({ percentages }: NodeUsage, args: LowNodeUtilizationArgs): Thresholds {
  if (args.useDeviationThresholds !== true) return percentages
  const names = Object.keys(args.thresholds ?? {})
  return Object.fromEntries(Object.entries(percentages).filter(([key]) => names.includes(key)))
}

interface Spans {
  readonly lower: Thresholds
  readonly higher: Thresholds
}

/** The thresholds as given, or as deviations from the average of all nodes. */
function spansOf(usages: readonly NodeUsage[], args: LowNodeUtilizationArgs): Spans {
  const { thresholds: lower = {}, targetThresholds: higher = {} } = args
  if (args.useDeviationThresholds !== true) return { lower, higher }
  const around = (span: Thresholds, direction: 1 | -1): Thresholds =>
    Object.fromEntries(
      Object.keys(lower).flatMap(resource => {
        const values = usages.flatMap(({ percentages }) => percentages[resource] ?? [])
        if (values.length === 0) return []
        const average = values.reduce((sum, value) => sum + value, 0) / values.length
        const moved = average + direction * (span[resource] ?? 0)
        return [[resource, Math.min(100, Math.max(0, moved))]]
      }),
    )
  return { lower: around(lower, -1), higher: around(higher, 1) }
}

function errorOf(args: LowNodeUtilizationArgs): string | undefined {
  const { thresholds = {}, targetThresholds = {}, metricsUtilization: metrics } = args
  if ((args.evictableNamespaces?.include ?? []).length > 0) {
    return 'only Exclude namespaces can be set, inclusion is not supported'
  }
  const low = thresholdError(thresholds)
  if (low !== undefined) return `thresholds config is not valid: ${low}`
  const target = thresholdError(targetThresholds)
  if (target !== undefined) return `targetThresholds config is not valid: ${target}`
  const names = Object.keys(thresholds).sort()
  const isSame =
    names.length === Object.keys(targetThresholds).length &&
    names.every(each => targetThresholds[each] !== undefined)
  if (!isSame) return 'thresholds and targetThresholds configured different resources'
  const above = names.find(each => (thresholds[each] ?? 0) > (targetThresholds[each] ?? 0))
  if (above !== undefined && args.useDeviationThresholds !== true) {
    return `thresholds' ${above} percentage is greater than targetThresholds'`
  }
  if (metrics?.source === 'KubernetesMetrics' && metrics.metricsServer === true) {
    return 'it is not allowed to set both "KubernetesMetrics" source and metricsServer'
  }
  if (metrics?.source === 'KubernetesMetrics' && metrics.prometheus !== undefined) {
    return 'prometheus configuration is not allowed to set when source is set to "KubernetesMetrics"'
  }
  if (metrics?.source === 'Prometheus' && (metrics.prometheus?.query ?? '') === '') {
    return 'prometheus query is required when metrics source is set to "Prometheus"'
  }
  return undefined
}
