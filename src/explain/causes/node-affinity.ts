// A pod whose nodeSelector and required node affinity leave no node: the smallest set of them that
// does it, who wrote each, and which nodes each one takes away.

import type { Location } from '../../base/problem.ts'
import type { Node, NodeSelectorTerm, PodSpec } from '../../kube/generated/types.ts'
import { matchesRequiredNodeAffinity } from '../../kube/node-affinity.ts'
import { podSpecPath } from '../../trials/written.ts'
import { type ExplainContext, placeText, places } from '../context.ts'
import { originOf } from '../origins.ts'
import type { Cause } from '../report.ts'
import { mutatorsAt } from '../writers.ts'
import { listText } from './cause-finder.ts'
import type { Rejection } from './placement.ts'

/** One demand on nodes: a pair of the selector, or the affinity as a whole. */
interface Demand {
  /** `nodeSelector disk=ssd`, `nodeAffinity disk NotIn [ssd]`. */
  readonly text: string
  /** Below the pod spec. */
  readonly path: string
  /** Nodes among the refused ones that it takes away. */
  readonly refuses: readonly string[]
}

export function fromNodeAffinity(context: ExplainContext, { nodes }: Rejection): Cause {
  const refused = context.nodes.filter(({ metadata }) => nodes.includes(metadata.name ?? ''))
  const demands = demandsOf(context.pod?.spec ?? {}, refused)
  const needed = fewest(demands, nodes.length)
  return needed.length > 1
    ? contradiction(context, needed, nodes)
    : mismatch(context, needed, nodes)
}

function demandsOf(spec: Partial<PodSpec>, nodes: readonly Node[]): readonly Demand[] {
  const { nodeSelector = {}, affinity } = spec
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const refusing = (part: object): readonly string[] =>
    nodes
      .filter(node => !matchesRequiredNodeAffinity(part as PodSpec, node))
      .map(({ metadata }) => metadata.name ?? '')
  const pairs = Object.entries(nodeSelector).map(([key, value]) => ({
    text: `nodeSelector ${key}=${value}`,
    path: `nodeSelector${/[./]/.test(key) ? `[${key}]` : `.${key}`}`,
    refuses: refusing({ nodeSelector: { [key]: value } }),
  }))
  if (required === undefined) return pairs
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: required }
  const text = `nodeAffinity ${required.nodeSelectorTerms.map(termText).join(' or ')}`
  const refuses = refusing({ affinity: { nodeAffinity } })
  return [...pairs, { text, path: 'affinity.nodeAffinity', refuses }]
}

function termText({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): string {
  const all = [...matchExpressions, ...matchFields].map(({ key, operator, values = [] }) => {
    const list = values.length === 0 ? '' : ` [${values.join(', ')}]`
    return `${key} ${operator}${list}`
  })
  return all.length === 0 ? 'that matches nothing' : all.join(' and ')
}

/** Few demands that together refuse all nodes: each takes away most of what the others leave. */
function fewest(demands: readonly Demand[], total: number): readonly Demand[] {
  const left = demands.filter(({ refuses }) => refuses.length > 0)
  const alone = left.find(({ refuses }) => refuses.length === total)
  if (alone !== undefined) return [alone]
  const chosen: Demand[] = []
  const gone = new Set<string>()
  while (gone.size < total) {
    const gain = ({ refuses }: Demand): number => refuses.filter(name => !gone.has(name)).length
    const best = left.reduce<Demand | undefined>(
      (a, b) => (a === undefined || gain(b) > gain(a) ? b : a),
      undefined,
    )
    if (best === undefined || gain(best) === 0) break
    chosen.push(best)
    for (const name of best.refuses) gone.add(name)
  }
  return demands.filter(each => chosen.includes(each))
}

/** One demand that no node meets. */
function mismatch(
  context: ExplainContext,
  demands: readonly Demand[],
  nodes: readonly string[],
): Cause {
  const wanted = demands.map(({ text }) => text).join(' and ')
  const hands = demands.map(demand => handOf(context, demand))
  return {
    code: 'node-affinity-unmet',
    text: `${wanted} does not match ${nodes.length} of ${context.nodes.length} nodes: ${listText(nodes)}`,
    facts: { nodes, demands: demands.map(({ text }) => text) },
    locations: hands.flatMap(({ location }) => location ?? []),
    writers: hands.flatMap(({ writer }) => writer ?? []),
  }
}

/** Demands of which each leaves some node, and all together none. */
function contradiction(
  context: ExplainContext,
  demands: readonly Demand[],
  nodes: readonly string[],
): Cause {
  const hands = demands.map(demand => handOf(context, demand))
  const terms = demands.map(({ text }, index) => {
    const by = hands[index]?.text ?? ''
    return by === '' ? text : `${text} (${by})`
  })
  const all = nodes.length === context.nodes.length
  const where = all ? `all ${nodes.length} nodes` : `${nodes.length} nodes`
  const shares = demands.map(({ refuses }, index) => {
    const verb = index === 0 ? 'the first leaves out' : 'the next'
    return `${verb} ${listText(refuses)}`
  })
  return {
    code: 'node-affinity-unmet',
    text: `${terms.join(' ∧ ')}: empty on ${where}; ${shares.join(', ')}`,
    facts: { nodes, demands: demands.map(({ text }) => text), hands: terms },
    locations: hands.flatMap(({ location }) => location ?? []),
    writers: hands.flatMap(({ text }) => (text === '' ? [] : [text])),
  }
}

interface Hand {
  /** As the sentence about several hands names it. */
  readonly text: string
  /** As lists of writers name it; absent for the user's own manifest, whose place says all. */
  readonly writer: string | undefined
  readonly location: Location | undefined
}

/** Who wrote a demand: a mutator, an operator for a field of its resource, or the manifest. */
function handOf(context: ExplainContext, { path }: Demand): Hand {
  const [mutator] = mutatorsAt(context, [path])
  if (mutator !== undefined) {
    const at = placeText(mutator.place)
    const text = at === '' ? mutator.name : `${mutator.name}, ${at}`
    return { text, writer: mutator.text, location: mutator.place }
  }
  const field = `${podSpecPath(context.incident.object.kind)}.${path}`
  const { making } = context
  if (making !== undefined) {
    const origin = originOf(making, field)
    const by = origin && `${origin.text}, ${placeText(origin.location)}`
    const writer = by === undefined ? making.operator.name : `${making.operator.name} for ${by}`
    return { text: by ?? making.operator.name, writer, location: origin?.location }
  }
  const [location] = [...places(context, [field]), ...places(context, [parentOf(field)])]
  return { text: placeText(location), writer: undefined, location }
}

function parentOf(path: string): string {
  return path.replace(/(?:\.[^.[\]]+|\[[^\]]*\])$/, '')
}
