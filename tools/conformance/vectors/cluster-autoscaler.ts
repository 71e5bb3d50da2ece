// Answers cluster-autoscaler vectors with src/platforms/cluster-autoscaler/.

import type { Node, Pod, PodDisruptionBudget } from '../../../src/kube/generated/types.ts'
import type { KubeObject } from '../../../src/kube/object.ts'
import { type Quantity, quantityOf } from '../../../src/kube/quantity.ts'
import { milliValueOf, valueOf } from '../../../src/kube/quantity-math.ts'
import { podRequests } from '../../../src/kube/resources.ts'
import {
  ClusterSnapshot,
  nodeInfosOf,
} from '../../../src/platforms/cluster-autoscaler/cluster-snapshot.ts'
import {
  type DrainContext,
  type NodeDeleteOptions,
  podsToMove,
} from '../../../src/platforms/cluster-autoscaler/drain.ts'
import {
  eligibilityOf,
  type EligibilityOptions,
} from '../../../src/platforms/cluster-autoscaler/eligibility.ts'
import { estimate } from '../../../src/platforms/cluster-autoscaler/estimator.ts'
import {
  type ExpansionOption,
  leastNodes,
  leastWaste,
  mostPods,
} from '../../../src/platforms/cluster-autoscaler/expander.ts'
import { podKey } from '../../../src/platforms/cluster-autoscaler/pods.ts'
import {
  type PriceContext,
  priceExpander,
  type PricingModel,
} from '../../../src/platforms/cluster-autoscaler/price-expander.ts'
import { priorityExpander } from '../../../src/platforms/cluster-autoscaler/priority-expander.ts'
import { simulateRemoval } from '../../../src/platforms/cluster-autoscaler/removal.ts'
import { utilizationOf } from '../../../src/platforms/cluster-autoscaler/utilization.ts'
import type { Topic } from './topic.ts'

/** 2000-01-01T00:00:00Z. */
const nowMs = 946_684_800_000
const gpuLabel = 'accelerator'

interface World {
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
}

interface Drain extends World {
  readonly options: NodeDeleteOptions
  readonly owners: readonly KubeObject[]
  readonly podDisruptionBudgets?: readonly PodDisruptionBudget[]
}

function drainContext({ options, owners, podDisruptionBudgets = [] }: Drain): DrainContext {
  return {
    options,
    budgets: podDisruptionBudgets,
    owner: (kind, namespace, name) =>
      owners.find(
        each =>
          each.kind === kind &&
          each.metadata.namespace === namespace &&
          each.metadata.name === name,
      ),
    nowMs,
  }
}

function drain(input: Drain): unknown {
  const { pods, daemonSetPods, onCompletionPods, blocking } = podsToMove(
    input.pods,
    drainContext(input),
  )
  return {
    pods: pods.map(podKey),
    daemonSetPods: daemonSetPods.map(podKey),
    onCompletionPods: onCompletionPods.map(podKey),
    blockingPod: blocking ? { pod: podKey(blocking.pod), reason: blocking.reason } : null,
    // Upstream prints the address of the number, which the recorder replaced.
    error: blocking?.error.replace(/spec: \d+ min/, 'spec: ADDRESS min') ?? null,
  }
}

function removal(input: Drain & { candidates: readonly string[]; persist: boolean }): unknown {
  let snapshot = new ClusterSnapshot(nodeInfosOf(input.nodes, input.pods))
  const results = input.candidates.map(node => {
    const result = simulateRemoval(snapshot, node, drainContext(input))
    if (!result.removable) {
      const { reason, blocking } = result
      const blockingPod = blocking ? { pod: podKey(blocking.pod), reason: blocking.reason } : null
      return { node, removable: false, reason, blockingPod }
    }
    if (input.persist) snapshot = result.after
    const { pods, daemonSetPods, onCompletionPods } = result.moved
    return {
      node,
      removable: true,
      podsToReschedule: pods.map(podKey),
      daemonSetPods: daemonSetPods.map(podKey),
      onCompletionPods: onCompletionPods.map(podKey),
    }
  })
  return { results }
}

/** %.17g, as the recorder writes fractions. */
function fraction(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const text = value.toPrecision(17)
  if (!text.includes('e')) return trimmed(text)
  const [digits = '', exponent = ''] = text.split('e')
  const sign = exponent.startsWith('-') ? '-' : '+'
  return `${trimmed(digits)}e${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`
}

function trimmed(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
}

interface UtilizationInput extends World {
  readonly ignoreDaemonSetsUtilization: boolean
  readonly ignoreMirrorPodsUtilization: boolean
  readonly gpuResource?: string
}

function utilization(input: UtilizationInput): unknown {
  const result = utilizationOf(
    { node: input.nodes[0] as Node, pods: input.pods },
    {
      ignoreDaemonSets: input.ignoreDaemonSetsUtilization,
      ignoreMirrorPods: input.ignoreMirrorPodsUtilization,
      gpuResource: input.gpuResource,
      nowMs,
    },
  )
  if ('error' in result) return { error: result.error }
  return {
    cpu: fraction(result.cpu),
    gpu: fraction(result.gpu),
    memory: fraction(result.memory),
    resource: result.resource,
    utilization: fraction(result.utilization),
  }
}

interface EligibilityInput extends World {
  readonly options: EligibilityOptions
  readonly notAutoscaled: readonly string[]
}

function eligibility({ nodes, pods, options, notAutoscaled }: EligibilityInput): unknown {
  const context = {
    options,
    isAutoscaled: ({ metadata }: Node) => !notAutoscaled.includes(metadata.name ?? ''),
    gpuLabel,
    nowMs,
  }
  const verdicts = nodes.map(node => {
    const name = node.metadata.name ?? ''
    const own = pods.filter(({ spec }) => spec?.nodeName === name)
    return { name, ...eligibilityOf({ node, pods: own }, context) }
  })
  return {
    eligible: verdicts.flatMap(({ name, reason }) => (reason === undefined ? [name] : [])),
    ineligible: Object.fromEntries(
      verdicts.flatMap(({ name, reason }) => (reason === undefined ? [] : [[name, reason]])),
    ),
    utilization: Object.fromEntries(
      verdicts.flatMap(({ name, utilization: of }) =>
        of === undefined
          ? []
          : [[name, { resource: of.resource, utilization: fraction(of.utilization) }]],
      ),
    ),
  }
}

interface EstimateInput extends World {
  readonly podGroups: readonly (readonly Pod[])[]
  readonly template: Node
  readonly templatePods?: readonly Pod[]
  readonly maxNodes: number
  readonly fastpath: boolean
}

function estimated(input: EstimateInput): unknown {
  const snapshot = new ClusterSnapshot(nodeInfosOf(input.nodes, input.pods))
  const template = { node: input.template, pods: input.templatePods ?? [] }
  const options = { nodesMax: input.maxNodes, fastpath: input.fastpath }
  const { nodes, pods } = estimate(snapshot, input.podGroups, template, options)
  return { nodes, pods: pods.map(podKey) }
}

interface ExpanderInput {
  readonly options: readonly ExpansionOption[]
  readonly clusterSize: number
  readonly prices: { readonly node: number; readonly cpu: number; readonly memory: number }
  readonly priorities?: string
}

const gibibyte = 2 ** 30

/** The recorder's prices: the product first, then the division, as its rounding shows. */
function modelOf({ prices }: ExpanderInput): PricingModel {
  const priceOf = (cpu: Quantity, memory: Quantity): number =>
    (prices.cpu * milliValueOf(cpu)) / 1000 + (prices.memory * valueOf(memory)) / gibibyte
  return {
    nodePrice: ({ status }) => {
      const capacity = (name: string) => quantityOf(status?.capacity?.[name] ?? 0)
      return prices.node + priceOf(capacity('cpu'), capacity('memory'))
    },
    podPrice: pod => {
      const requests = podRequests(pod)
      return priceOf(requests.get('cpu') ?? quantityOf(0), requests.get('memory') ?? quantityOf(0))
    },
  }
}

function expanders(input: ExpanderInput): unknown {
  const { options, clusterSize, priorities } = input
  const names = (kept: readonly ExpansionOption[]) => kept.map(({ nodeGroup }) => nodeGroup)
  const context: PriceContext = { model: modelOf(input), clusterSize, gpuLabel }
  const priority = priorityExpander(options, priorities)
  const events = priority.warnings.map(text => `Warning ${text}`).sort()
  return {
    'least-nodes': names(leastNodes(options)),
    'least-waste': names(leastWaste(options)),
    'most-pods': names(mostPods(options)),
    price: priceExpander(options, context).map(({ option }) => option.nodeGroup),
    priceScores: Object.fromEntries(
      options.map(option => [
        option.nodeGroup,
        ` | price-expander: ${priceExpander([option], context)[0]?.debug}`,
      ]),
    ),
    priority: names(priority.options),
    priorityEvents: events.length === 0 ? null : events,
  }
}

const families: Readonly<Record<string, (input: never) => unknown>> = {
  drain,
  removal,
  utilization,
  eligibility,
  estimate: estimated,
  expander: expanders,
}

export const answer: Topic = (family, input) => families[family]?.(input as never)
