// DefaultPreemption on columns: the same candidates, victims and texts. What a node would have to
// give up is kept until the node changes. Upstream: framework/preemption/preemption.go, v1.36.3.

import { assert } from '../../base/assert.ts'
import { fitErrorText } from '../diagnosis.ts'
import {
  failed,
  type Pod,
  type PodInfo,
  type PostFilterResult,
  type Status,
  success,
  unresolvable,
  unschedulable,
} from '../framework.ts'
import type { PodDisruptionBudget } from '../../kube/generated/types.ts'
import type { EngineRequest } from '../engine.ts'
import { type NodeInfo, withoutPod, withPodInfo } from '../node-info.ts'
import { chosenFirst, clearedBy, joinErrors, reasons } from '../plugins/default-preemption.ts'
import { splitByBudgets } from '../preemption/disruption-budgets.ts'
import { sortLikeGo } from '../../kube/go-unstable-sort.ts'
import { isMoreImportant } from '../preemption/victim-order.ts'
import { grown } from './interning.ts'
import { best, TrialOutcome, VictimCandidate } from './preemption-candidates.ts'
import { CodedDiagnosis } from './rejections.ts'
import type { Search } from './search.ts'
import { addResources } from '../node-resource.ts'

const noPods: readonly PodInfo[] = []
const noVictims = unresolvable(reasons.noVictims)
const notHelpful = unresolvable(reasons.notHelpful)

/** What nodes would give up for pods of one priority and request. */
interface Memo {
  stamps: Uint32Array
  /** Why evicting does not help, 0 where it does. */
  codes: Uint16Array
  readonly candidates: (VictimCandidate | undefined)[]
}

/** The rejected nodes are in the buffers of the engine until the next attempt. */
interface Trial {
  readonly candidates: readonly VictimCandidate[]
  readonly evaluated: readonly VictimCandidate[]
  readonly rejectedCount: number
  readonly errors: readonly string[]
}

const noTrial: Trial = { candidates: [], evaluated: [], rejectedCount: 0, errors: [] }

/** Nodes where evicting pods could help, in the order of the snapshot. */
export interface Helpful {
  readonly slots: Int32Array
  readonly count: number
}

export class Preemption {
  private readonly search: Search
  private readonly memos = new Map<string, Memo>()
  private budgets: readonly PodDisruptionBudget[] = []
  private rejectedSlots = new Int32Array(0)
  private rejectedCodes = new Uint16Array(0)
  /** Codes of broken trials. */
  private readonly errorCodes = new Set<number>()
  /** For pods whose trials hold for nobody else. */
  private readonly once = newMemo()

  constructor(search: Search) {
    this.search = search
  }

  /** The result without the prefix that the plugin adds to its messages. */
  run(pod: Pod, request: EngineRequest, helpful: Helpful, requestKey: string): PostFilterResult {
    const { cluster } = this.search
    const numNodes = cluster.order.length
    this.followBudgets(request)
    if (helpful.count > 0 && !this.anyVictim()) return this.noVictimAnywhere(request, helpful)
    const trial = helpful.count === 0 ? noTrial : this.tryNodes(request, helpful, requestKey)
    if (trial.candidates.length > 0) return this.choose(pod, request, trial)
    const rejected = this.rejectedBy(trial)
    const preemption = new TrialOutcome(trial, [], () => rejected)
    if (trial.errors.length > 0) return { status: failed(joinErrors(trial.errors)), preemption }
    const status = unschedulable(fitErrorText(rejected, numNodes))
    return helpful.count === 0 ? { status, nominate: '' } : { status, nominate: '', preemption }
  }

  /** No pod on any node may be evicted for this one: every trial would end the same. */
  private noVictimAnywhere(request: EngineRequest, { slots, count }: Helpful): PostFilterResult {
    const { cluster, statuses, question } = this.search
    // The trial would begin somewhere; where is a choice of the run all the same.
    request.choices.preemptionOffset(count)
    const code = statuses.codeOf(noVictims)
    const nodes = {
      count,
      codes: new Map([[code, count]]),
      extraCode: 0,
      read: () => {
        assert(this.search.question === question, 'rejections are read before the next attempt')
        return { slots: slots.slice(0, count), codes: new Uint16Array(count).fill(code) }
      },
      nameOf: (slot: number) => cluster.nodes.infos[slot]?.name ?? '',
      statuses,
    }
    const rejected = new CodedDiagnosis(nodes, notHelpful, [])
    const status = unschedulable(fitErrorText(rejected, cluster.order.length))
    return { status, nominate: '', preemption: new TrialOutcome(noTrial, [], () => rejected) }
  }

  private followBudgets({ listers }: EngineRequest): void {
    const budgets = listers.list('PodDisruptionBudget')
    const isSame =
      budgets === this.budgets ||
      (budgets.length === this.budgets.length &&
        budgets.every((budget, index) => budget === this.budgets[index]))
    if (!isSame) this.memos.clear()
    this.budgets = budgets
  }

  private tryNodes(request: EngineRequest, helpful: Helpful, requestKey: string): Trial {
    const { args } = request.profile
    const { minCandidateNodesAbsolute, minCandidateNodesPercentage } = args.defaultPreemption
    const { slots, count } = helpful
    const share = Math.trunc((count * minCandidateNodesPercentage) / 100)
    const candidatesMax = Math.min(Math.max(share, minCandidateNodesAbsolute), count)
    const offset = request.choices.preemptionOffset(count)
    const evaluated: VictimCandidate[] = []
    let numViolating = 0
    let rejectedCount = 0
    const errors: string[] = []
    const memo = this.memoFor(requestKey)
    const { generation, capacity } = this.search.cluster.nodes
    const isNominated = this.search.nominated.size > 0
    if (this.rejectedSlots.length < count) {
      this.rejectedSlots = new Int32Array(capacity)
      this.rejectedCodes = new Uint16Array(capacity)
    }
    for (let index = 0; index < count; index += 1) {
      const place = offset + index
      const slot = slots[place < count ? place : place - count] as number
      if (memo.stamps[slot] !== generation[slot] || (isNominated && this.mustTry(slot))) {
        this.tryNode(slot, memo)
      }
      const code = memo.codes[slot] as number
      if (code !== 0) {
        if (this.errorCodes.has(code)) errors.push(...this.search.statuses.status(code).reasons)
        this.rejectedSlots[rejectedCount] = slot
        this.rejectedCodes[rejectedCount] = code
        rejectedCount += 1
        continue
      }
      const candidate = memo.candidates[slot] as VictimCandidate
      evaluated.push(candidate)
      if (candidate.numPDBViolations > 0) numViolating += 1
      const numNonViolating = evaluated.length - numViolating
      const enough = numNonViolating + Math.min(numViolating, candidatesMax)
      if (numNonViolating > 0 && enough >= candidatesMax) break
    }
    const inOrder = offset > 0 ? this.inOrder(evaluated, helpful) : evaluated
    const candidates =
      numViolating > candidatesMax ? this.capped(evaluated, candidatesMax, helpful) : inOrder
    return { candidates, evaluated: inOrder, rejectedCount, errors }
  }

  /** No more candidates that violate a budget than are wanted, those that were tried first. */
  private capped(
    evaluated: readonly VictimCandidate[],
    candidatesMax: number,
    helpful: Helpful,
  ): VictimCandidate[] {
    let numViolating = 0
    const kept = evaluated.filter(({ numPDBViolations }) => {
      if (numPDBViolations === 0) return true
      numViolating += 1
      return numViolating <= candidatesMax
    })
    return this.inOrder(kept, helpful)
  }

  /** In the order of the snapshot. */
  private inOrder(list: readonly VictimCandidate[], { slots, count }: Helpful): VictimCandidate[] {
    const places = new Map<number, number>()
    for (let place = 0; place < count; place += 1) places.set(slots[place] as number, place)
    return [...list].sort((a, b) => (places.get(a.slot) as number) - (places.get(b.slot) as number))
  }

  /** Kept only for pods that nothing but resources keeps off the node. */
  private memoFor(requestKey: string): Memo {
    const { search } = this
    const { priority } = search.question.info
    const memo = search.topology.decides ? this.once : this.memoNamed(`${priority} ${requestKey}`)
    const { capacity } = search.cluster.nodes
    if (memo.stamps.length < capacity) {
      memo.stamps = grown(memo.stamps, capacity)
      memo.codes = grown(memo.codes, capacity)
    }
    if (memo === this.once) memo.stamps.fill(0)
    return memo
  }

  private memoNamed(name: string): Memo {
    let memo = this.memos.get(name)
    if (memo === undefined) {
      memo = newMemo()
      this.memos.set(name, memo)
    }
    return memo
  }

  /** Pods that are nominated to the node count in the trial of this pod alone. */
  private mustTry(slot: number): boolean {
    return this.search.nominated.has(slot)
  }

  /** Whether any pod on a node could be evicted at all. */
  private anyVictim(): boolean {
    const { cluster, question } = this.search
    for (const priority of cluster.priorities.keys()) {
      if (priority < question.info.priority) return true
    }
    return false
  }

  /** Finds what a node would give up; a node with nominated pods is asked again next time. */
  private tryNode(slot: number, memo: Memo): void {
    const { cluster, statuses, nominated } = this.search
    const { nodes } = cluster
    const result = this.selectVictims(slot, nodes.infos[slot] as NodeInfo)
    const isCandidate = result instanceof VictimCandidate
    memo.candidates[slot] = isCandidate ? result : undefined
    memo.codes[slot] = isCandidate ? 0 : statuses.codeOf(result)
    memo.stamps[slot] = nominated.has(slot) ? 0 : (nodes.generation[slot] as number)
    if (!isCandidate && result.code === 'Error') this.errorCodes.add(statuses.codeOf(result))
  }

  private selectVictims(slot: number, start: NodeInfo): VictimCandidate | Status {
    const { search } = this
    const { info } = search.question
    const potential = start.pods.filter(({ priority }) => priority < info.priority)
    if (potential.length === 0) return noVictims
    const bySums = search.decidesBySums(slot)
      ? this.victimsBySums(slot, start, potential)
      : undefined
    if (bySums !== undefined) return bySums
    let node = start
    for (const victim of potential) node = withoutPod(node, victim.uid) as NodeInfo
    const code = this.codeOn(slot, node, potential)
    if (code !== 0) return search.statuses.status(code)
    sortLikeGo(potential, (a, b) => isMoreImportant(a.pod, b.pod))
    const { violating, nonViolating } = splitByBudgets(potential, this.budgets)
    const trial = { slot, node, removed: [...potential] }
    const first = this.reprieve(trial, violating)
    const victims = [...first, ...this.reprieve(trial, nonViolating)]
    if (violating.length !== 0 && nonViolating.length !== 0) sortLikeGo(victims, isMoreImportant)
    return candidateOf(slot, start, victims, first.length)
  }

  /** The same when nothing but resources decides: no node is made up. */
  private victimsBySums(
    slot: number,
    start: NodeInfo,
    potential: PodInfo[],
  ): VictimCandidate | Status | undefined {
    const { question, cluster } = this.search
    const left = { sums: start.requested, count: start.pods.length - potential.length }
    for (const { requested } of potential) left.sums = addResources(left.sums, requested, -1)
    const { request } = question
    if (request.fitsBeside(slot, cluster.nodes, left.sums, left.count) !== true) return undefined
    sortLikeGo(potential, (a, b) => isMoreImportant(a.pod, b.pod))
    const { violating, nonViolating } = splitByBudgets(potential, this.budgets)
    const reprieve = (pods: readonly PodInfo[]): Pod[] => {
      const victims: Pod[] = []
      for (const { pod, requested } of pods) {
        const sums = addResources(left.sums, requested, 1)
        if (request.fitsBeside(slot, cluster.nodes, sums, left.count + 1) === true) {
          left.sums = sums
          left.count += 1
        } else victims.push(pod)
      }
      return victims
    }
    const first = reprieve(violating)
    const victims = [...first, ...reprieve(nonViolating)]
    if (violating.length !== 0 && nonViolating.length !== 0) sortLikeGo(victims, isMoreImportant)
    return candidateOf(slot, start, victims, first.length)
  }

  /** Gives back every pod beside which the preemptor still fits; returns the others. */
  private reprieve(
    trial: { readonly slot: number; node: NodeInfo; removed: PodInfo[] },
    pods: readonly PodInfo[],
  ): Pod[] {
    const victims: Pod[] = []
    for (const victim of pods) {
      const node = withPodInfo(trial.node, victim)
      const removed = trial.removed.filter(pod => pod !== victim)
      if (this.codeOn(trial.slot, node, removed) === 0) {
        trial.node = node
        trial.removed = removed
      } else victims.push(victim.pod)
    }
    return victims
  }

  /** Filters with the pods nominated to the node, then without them. */
  private codeOn(slot: number, node: NodeInfo, removed: readonly PodInfo[]): number {
    const { search } = this
    const nominated = search.nominated.get(slot)
    if (nominated !== undefined) {
      let full = node
      for (const pod of nominated) full = withPodInfo(full, pod)
      const code = search.codeChanged(slot, full, { added: nominated, removed })
      if (code !== 0) return code
    }
    return search.codeChanged(slot, node, { added: noPods, removed })
  }

  private choose(pod: Pod, request: EngineRequest, trial: Trial): PostFilterResult {
    const tied = chosenFirst(best(trial.candidates), request)
    const [chosen] = tied
    if (chosen === undefined) {
      return { status: unschedulable('no candidate node for preemption') }
    }
    const { nominator, profile } = request
    const cleared = clearedBy({ nominator, features: profile.features }, pod, chosen)
    const { question } = this.search
    const rejected = (): CodedDiagnosis => {
      assert(this.search.question === question, 'rejections are read before the next attempt')
      return this.rejectedBy(trial)
    }
    return {
      status: success,
      nominate: chosen.node,
      preemption: new TrialOutcome(trial, tied, rejected, cleared),
    }
  }

  private rejectedBy({ rejectedCount }: Trial): CodedDiagnosis {
    const { cluster, statuses } = this.search
    const nameOf = (slot: number): string => cluster.nodes.infos[slot]?.name ?? ''
    const slots = this.rejectedSlots.slice(0, rejectedCount)
    const codes = this.rejectedCodes.slice(0, rejectedCount)
    const nodes = {
      count: rejectedCount,
      codes,
      extraCode: 0,
      read: () => ({ slots, codes }),
      nameOf,
      statuses,
    }
    return new CodedDiagnosis(nodes, notHelpful, [])
  }
}

function newMemo(): Memo {
  return { stamps: new Uint32Array(0), codes: new Uint16Array(0), candidates: [] }
}

function candidateOf(
  slot: number,
  { name }: NodeInfo,
  victims: readonly Pod[],
  numPDBViolations: number,
): VictimCandidate | Status {
  if (victims.length === 0) return failed(`expected at least one victim pod on node "${name}"`)
  return new VictimCandidate(slot, { node: name, victims, numPDBViolations })
}
