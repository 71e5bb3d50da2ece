// The price expander: money well spent, on nodes of a size that suits the cluster.
// Port of cluster-autoscaler 1.36.1 expander/price.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { quantityOf } from '../../kube/quantity.ts'
import { milliValueOf } from '../../kube/quantity-math.ts'
import type { ExpansionOption } from './expander.ts'
import { gpuResourceOf } from './utilization.ts'

/** What the cloud charges for an hour. */
export interface PricingModel {
  readonly nodePrice: (node: Node) => number
  readonly podPrice: (pod: Pod) => number
}

export interface PriceContext {
  readonly model: PricingModel
  /** Nodes in the cluster: they decide which size is preferred. */
  readonly clusterSize: number
  readonly gpuLabel: string
}

export interface PricedOption {
  readonly option: ExpansionOption
  readonly score: number
  /** As upstream prints the figures. */
  readonly debug: string
}

const gpuUnfitness = 1000
const notExistingFactor = 2

const stabilizingPod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'stabilize', namespace: 'default' },
  spec: { containers: [{ name: '', resources: { requests: { cpu: '500m', memory: '500Mi' } } }] },
}

/** The cheapest options; lower scores are better. */
export function priceExpander(
  options: readonly ExpansionOption[],
  context: PriceContext,
): readonly PricedOption[] {
  let best: PricedOption[] = []
  for (const option of options) {
    const priced = priceOf(option, context)
    const [known] = best
    if (known === undefined || known.score === priced.score) best.push(priced)
    else if (known.score > priced.score) best = [priced]
  }
  return best
}

function priceOf(
  option: ExpansionOption,
  { model, clusterSize, gpuLabel }: PriceContext,
): PricedOption {
  const { nodeCount, template, pods, exists } = option
  const stabilizing = model.podPrice(stabilizingPod)
  const nodes = model.nodePrice(template) * nodeCount
  const ofPods = pods.reduce((sum, pod) => sum + model.podPrice(pod), 0)
  const ratio = (nodes + stabilizing) / (ofPods + stabilizing)
  const unfitness = unfitnessOf(template, preferredMilliCpu(clusterSize))
  const hasGpu = gpuResourceOf(template, gpuLabel) !== undefined
  const suppressed = hasGpu
    ? gpuUnfitness
    : (unfitness - 1) * (1 - goTanh((nodeCount - 1) / 15)) + 1
  const weighed = suppressed * ratio
  const score = exists ? weighed : weighed * notExistingFactor
  const debug =
    `all_nodes_price=${fixed(nodes)} pods_price=${fixed(ofPods)} stabilized_ratio=${fixed(ratio)} ` +
    `unfitness=${fixed(unfitness)} suppressed=${fixed(suppressed)} final_score=${fixed(score)}`
  return { option, score, debug }
}

/** Nodes should double in size whenever the cluster triples. */
function preferredMilliCpu(clusterSize: number): number {
  const steps = [2, 6, 20, 60, 200]
  const step = steps.findIndex(size => clusterSize <= size)
  return 1000 * 2 ** (step < 0 ? steps.length : step)
}

function unfitnessOf({ status }: Node, preferred: number): number {
  const own = milliValueOf(quantityOf(status?.capacity?.['cpu'] ?? 0))
  return Math.max(preferred / own, own / preferred)
}

/** %f of Go. */
function fixed(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return value.toFixed(6)
}

/** math.Tanh of Go: other libraries differ in the last bit, which decides ties. */
function goTanh(x: number): number {
  if (x === 0) return x
  if (Math.abs(x) >= 0.625) {
    const z = 1 - 2 / (Math.exp(2 * Math.abs(x)) + 1)
    return x < 0 ? -z : z
  }
  const s = x * x
  const p = (-0.9643991794250523 * s - 99.28772310019185) * s - 1614.6876844170845
  const q = ((s + 112.81167849163293) * s + 2235.4883906010045) * s + 4844.063053251255
  return x + (x * s * p) / q
}
