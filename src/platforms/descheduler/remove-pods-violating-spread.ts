// RemovePodsViolatingTopologySpreadConstraint evens out domains whose pods have become uneven.
// Port of descheduler v0.36.0 pkg/framework/plugins/removepodsviolatingtopologyspreadconstraint.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { stableSort } from '../../kube/go-sort.ts'
import { aggregated, type CommonArgs, commonErrors, commonTypes } from './args.ts'
import { fitsAnyOtherNode } from './node-fit.ts'
import { groupedBy, podsOn } from './pods.ts'
import { type Handle, inScope, type Strategy } from './strategy.ts'
import {
  type Domain,
  domainsOf,
  isBalanced,
  sortDomains,
  type Spread,
  spreadOf,
} from './topology-domains.ts'

interface SpreadArgs extends CommonArgs {
  readonly constraints?: readonly string[]
  readonly topologyBalanceNodeFit?: boolean
}

const name = 'RemovePodsViolatingTopologySpreadConstraint'
const supported: readonly string[] = ['DoNotSchedule', 'ScheduleAnyway']

export const removePodsViolatingTopologySpreadConstraint = {
  name,
  doc: 'Evicts pods from domains that hold too many for a spread constraint.',
  point: 'balance',
  argTypes: { ...commonTypes, constraints: ['string'], topologyBalanceNodeFit: 'bool' },
  validate: args =>
    aggregated([
      ...commonErrors(args),
      ...(args.constraints ?? [])
        .filter(constraint => !supported.includes(constraint))
        .map(
          constraint =>
            `constraint ${constraint} is not one of map[DoNotSchedule:{} ScheduleAnyway:{}]`,
        ),
    ]),
  run: (handle, args, nodes) => {
    const isInScope = inScope(args)
    const isMovable = (pod: Pod): boolean => isInScope(pod) && handle.isEvictable(pod)
    const pods = nodes.flatMap(({ metadata }) =>
      podsOn(handle.world, metadata.name ?? '').filter(isMovable),
    )
    const surplus = new Set<Pod>()
    for (const own of groupedBy(pods, ({ metadata }) => metadata.namespace ?? '').values()) {
      for (const spread of spreadsOf(own, args)) {
        const { domains, count } = domainsOf(spread, nodes, own)
        if (isBalanced(domains, spread.maxSkew)) continue
        balance({ handle, args, nodes, spread, surplus }, domains, count)
      }
    }
    evictSurplus(handle, surplus, isMovable)
    return undefined
  },
} satisfies Strategy<SpreadArgs>

/** The constraints of the pods of one namespace, each once. */
function spreadsOf(pods: readonly Pod[], { constraints = [] }: SpreadArgs): readonly Spread[] {
  const allowed = constraints.length === 0 ? ['DoNotSchedule'] : constraints
  const spreads = new Map<string, Spread>()
  for (const pod of pods) {
    for (const constraint of pod.spec?.topologySpreadConstraints ?? []) {
      if (!allowed.includes(constraint.whenUnsatisfiable)) continue
      const spread = spreadOf(constraint, pod)
      if (spread !== undefined && !spreads.has(spread.likeness)) {
        spreads.set(spread.likeness, spread)
      }
    }
  }
  return [...spreads.values()]
}

interface Balancing {
  readonly handle: Handle
  readonly args: SpreadArgs
  readonly nodes: readonly Node[]
  readonly spread: Spread
  readonly surplus: Set<Pod>
}

/** Moves pods from the largest to the smallest domains until both are near the average. */
function balance(balancing: Balancing, unsorted: readonly Domain[], count: number): void {
  const { handle, spread } = balancing
  const average = count / unsorted.length
  const domains = sortDomains(unsorted, handle.isEvictable)
  const below = nodesBelow(balancing, domains, average)
  let [low, high] = [0, domains.length - 1]
  while (low < high) {
    if ((domains[high] as Domain).pods.length <= average) high -= 1
    const [small, large] = [domains[low] as Domain, domains[high] as Domain]
    const skew = large.pods.length - small.pods.length
    const moved =
      skew <= spread.maxSkew
        ? 0
        : Math.min(
            Math.ceil(large.pods.length - average),
            Math.ceil(average - small.pods.length),
            Math.ceil((skew - spread.maxSkew) / 2),
          )
    if (moved <= 0) {
      low += 1
      continue
    }
    move(balancing, { small, large, moved, below })
  }
}

/** Nodes of the domains that have fewer pods than the average. */
function nodesBelow(
  { nodes, spread }: Balancing,
  domains: readonly Domain[],
  average: number,
): readonly Node[] {
  const eligible = nodes.filter(spread.includes)
  return domains
    .filter(({ pods }) => pods.length < average)
    .flatMap(({ value }) =>
      eligible.filter(({ metadata }) => metadata.labels?.[spread.topologyKey] === value),
    )
}

interface Move {
  readonly small: Domain
  readonly large: Domain
  readonly moved: number
  readonly below: readonly Node[]
}

function move({ handle, args, surplus }: Balancing, { small, large, moved, below }: Move): void {
  const fits = new Map(
    large.pods.map(pod => [pod, fitsAnyOtherNode(handle.world, pod, below)] as const),
  )
  // Those that fit elsewhere come last and are taken first.
  const ordered = stableSort(large.pods, (a, b) => fits.get(a) !== true && fits.get(b) === true)
  const taken = ordered.slice(ordered.length - moved)
  for (const pod of taken) {
    if (args.topologyBalanceNodeFit !== false && fits.get(pod) !== true) {
      handle.log.refuse(pod, 'ignoring pod for eviction as it does not fit on any other node')
    } else {
      surplus.add(pod)
    }
  }
  large.pods = ordered.slice(0, ordered.length - moved)
  small.pods = [...small.pods, ...taken]
}

function evictSurplus(
  handle: Handle,
  surplus: ReadonlySet<Pod>,
  isMovable: (pod: Pod) => boolean,
): void {
  const full = new Set<string>()
  for (const pod of surplus) {
    const node = pod.spec?.nodeName ?? ''
    if (full.has(node) || !isMovable(pod) || !handle.isEvictableNow(pod)) continue
    const outcome = handle.evict(pod, name)
    if (outcome === 'total-limit') return
    if (outcome === 'node-limit') full.add(node)
  }
}
