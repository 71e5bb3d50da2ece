// Required pod (anti-)affinity as a cause: how many domains the pods need and who holds them.

import type { Node, Pod, PodAffinityTerm } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/object.ts'
import { type ExplainContext, placeOf, places, placeText } from '../context.ts'
import { podSpecPath } from '../../trials/written.ts'
import type { Cause } from '../report.ts'
import { listText } from './cause-finder.ts'
import type { Rejection } from './placement.ts'

const antiPath = 'affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution'
const affinityPath = 'affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution'

/** Explains a rejection by InterPodAffinity. */
export function fromPodAffinity(context: ExplainContext, rejection: Rejection): Cause | undefined {
  const own = ownTerm(context.pod)
  if (own !== undefined) return exclusiveDomains(context, own)
  const reason = rejection.reasons[0] ?? ''
  if (reason.includes('pod affinity rules')) return unmetAffinity(context, rejection)
  return blockedByOthers(rejection)
}

interface OwnTerm {
  readonly index: number
  readonly term: PodAffinityTerm
}

/** The anti-affinity term by which the pod excludes its own siblings, if any. */
function ownTerm(pod: Pod | undefined): OwnTerm | undefined {
  const terms =
    pod?.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  const index = terms.findIndex(
    term =>
      term.labelSelector !== undefined &&
      selectorMatches(term.labelSelector, pod?.metadata.labels ?? {}),
  )
  const term = terms[index]
  return term === undefined ? undefined : { index, term }
}

type Replicated = KubeObject & { readonly spec?: { readonly replicas?: number } }

function exclusiveDomains(context: ExplainContext, { index, term }: OwnTerm): Cause {
  const { topologyKey } = term
  const replicas = (context.workload as Replicated | undefined)?.spec?.replicas ?? 1
  const domains = new Set(context.nodes.flatMap(node => labelOf(node, topologyKey) ?? []))
  const holders = holdersOf(context, term)
  const termPath = `${podSpecPath(context.incident.object.kind)}.${antiPath}[${index}]`
  const locations = places(context, [termPath, 'spec.replicas'])
  const needs = wantedDomains(context, replicas)
  const written = placeText(placeOf(context, 'spec.replicas'))
  const where = written === '' ? '' : ` (${written})`
  const held = heldText(holders)
  return {
    code: 'replicas-exceed-domains',
    text:
      `replicas: ${replicas}${where} ${needs.text} ${needs.count} nodes that differ in ` +
      `${topologyKey}, there ${domains.size === 1 ? 'is' : 'are'} ${domains.size}${held}`,
    facts: {
      replicas,
      topologyKey,
      needed: needs.count,
      domains: domains.size,
      holders,
      term: termPath,
    },
    locations,
    writers: [],
  }
}

function heldText(holders: readonly string[]): string {
  if (holders.length === 0) return ''
  return `; ${listText(holders)} ${holders.length === 1 ? 'holds one' : 'each hold one'}`
}

/** While a rollout surges, the new pod needs a domain beside those of all old ones. */
function wantedDomains(
  { incident }: ExplainContext,
  replicas: number,
): { readonly count: number; readonly text: string } {
  return incident.verdict === 'rollout-stuck'
    ? { count: replicas + 1, text: 'and one pod more during the rollout need' }
    : { count: replicas, text: 'needs' }
}

function labelOf({ metadata }: Node, key: string): readonly string[] | undefined {
  const value = metadata.labels?.[key]
  return value === undefined ? undefined : [value]
}

/** Nodes that carry a pod which the term excludes. */
function holdersOf({ world, pod }: ExplainContext, term: PodAffinityTerm): readonly string[] {
  const { labelSelector } = term
  if (labelSelector === undefined) return []
  const pods = world.store.list('Pod', pod?.metadata.namespace) as unknown as readonly Pod[]
  const names = pods
    .filter(other => selectorMatches(labelSelector, other.metadata.labels ?? {}))
    .flatMap(other => other.spec?.nodeName ?? [])
  return [...new Set(names)].filter(name => name !== '').sort()
}

function unmetAffinity(context: ExplainContext, { nodes }: Rejection): Cause {
  const path = `${podSpecPath(context.incident.object.kind)}.${affinityPath}`
  return {
    code: 'pod-affinity-unmet',
    text: `no pod that the required pod affinity asks for runs near ${listText(nodes)}`,
    facts: { nodes },
    locations: places(context, [path]),
    writers: [],
  }
}

function blockedByOthers({ nodes, reasons }: Rejection): Cause {
  return {
    code: 'excluded-by-other-pods',
    text: `${listText(nodes)}: ${reasons.join(', ')}`,
    facts: { nodes, reasons },
    locations: [],
    writers: [],
  }
}
