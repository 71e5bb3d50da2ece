// HighNodeUtilization empties nodes that are used little, so that they can be removed.
// Port of descheduler v0.36.0 pkg/framework/plugins/nodeutilization/highnodeutilization.go.

import type { Pod } from '../../kube/generated/types.ts'
import { unstableSort } from '../../kube/go-unstable-sort.ts'
import { type Namespaces, namespacesType } from './args.ts'
import {
  availableOn,
  cappedCapacity,
  hasRoom,
  isBelow,
  type NodeUsage,
  resourceNames,
  roundedPercentages,
  type Thresholds,
  totalUsage,
  usagesOf,
} from './node-usage.ts'
import { evictFromSources, idleReason, thresholdError } from './node-utilization.ts'
import type { Strategy } from './strategy.ts'

interface HighNodeUtilizationArgs {
  readonly thresholds?: Thresholds
  readonly numberOfNodes?: number
  readonly evictionModes?: readonly string[]
  readonly evictableNamespaces?: Namespaces
}

const name = 'HighNodeUtilization'
const onlyThresholding = 'OnlyThresholdingResources'

export const highNodeUtilization = {
  name,
  doc: 'Empties underutilized nodes onto the others.',
  point: 'balance',
  argTypes: {
    thresholds: { '*': 'float64' },
    numberOfNodes: 'int',
    evictionModes: ['string'],
    evictableNamespaces: namespacesType,
  },
  validate: args => {
    if ((args.evictableNamespaces?.include ?? []).length > 0) {
      return 'only Exclude namespaces can be set, inclusion is not supported'
    }
    const wrong = (args.evictionModes ?? []).find(mode => mode !== onlyThresholding)
    return (
      thresholdError(args.thresholds) ??
      (wrong === undefined ? undefined : `invalid eviction mode ${wrong}`)
    )
  },
  run: (handle, args, nodes) => {
    const { log, world } = handle
    const thresholds = args.thresholds ?? {}
    const names = resourceNames(thresholds)
    const usages = usagesOf(world, nodes, names)
    const low = usages.filter(({ percentages }) => isBelow(percentages, thresholds))
    const others = usages.filter(
      each => !low.includes(each) && each.node.spec?.unschedulable !== true,
    )
    for (const each of [...low, ...others]) {
      log.nodes.set(each.node.metadata.name ?? '', {
        category: low.includes(each) ? 'underutilized' : 'overutilized',
        usagePercentage: roundedPercentages(each.percentages),
      })
    }
    const idle = idleReason(low.length, nodes.length, args.numberOfNodes ?? 0)
    const nowhere = 'No node is available to schedule the pods, nothing to do here'
    const why = idle ?? (others.length === 0 ? nowhere : undefined)
    if (why !== undefined) {
      log.messages.add(why)
      return undefined
    }
    const all = Object.fromEntries(Object.keys(thresholds).map(each => [each, 100]))
    const capacityOf = ({ node }: NodeUsage) => cappedCapacity(node, all, names)
    const isThresholding = (args.evictionModes ?? []).includes(onlyThresholding)
    evictFromSources(handle, {
      strategy: name,
      sources: unstableSort(low, (a, b) => totalUsage(a) < totalUsage(b)),
      destinations: others.map(({ node }) => node),
      available: availableOn(others, capacityOf),
      isRemovable: pod =>
        handle.isEvictable(pod) && (!isThresholding || requestsAny(pod, Object.keys(thresholds))),
      evictableNamespaces: args.evictableNamespaces,
      goesOn: (_source, available) => hasRoom(available),
      nodeLimit: undefined,
    })
    return undefined
  },
} satisfies Strategy<HighNodeUtilizationArgs>

function requestsAny({ spec }: Pod, names: readonly string[]): boolean {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]
  return containers.some(({ resources }) =>
    names.some(each => resources?.requests?.[each] !== undefined),
  )
}
