// One decision of the fast engine. Node and message are there at once; lists by node, scores by
// plugin and the plugins' own state are made when somebody reads them.

import { assert } from '../../base/assert.ts'
import type { AttemptState } from '../cycle-state.ts'
import type { EngineRequest } from '../engine.ts'
import {
  type FilterPlugin,
  type Pod,
  type PodInfo,
  type PostFilterResult,
  type ScorePlugin,
  success,
  type TiedNodes,
} from '../framework.ts'
import { podInfoOf, type NodeInfo } from '../node-info.ts'
import { newAttempt, type PreFilterOutcome, runPreFilter } from '../runtime.ts'
import type { AttemptTrace, Placed, Window } from '../schedule-pod.ts'
import type { PluginScores, Scoring } from '../scoring.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Status } from '../status.ts'
import type { Plan } from './plans.ts'
import type { Program } from './program.ts'
import { CodedDiagnosis, type RejectedNodes } from './rejections.ts'
import { explainScores, skippedScores } from './score-tables.ts'
import type { Scores } from './scores.ts'
import type { Question, Search } from './search.ts'

const passed: PreFilterOutcome = { status: success, nodeNames: undefined, restrictedBy: [] }

export class Decision {
  readonly pod: Pod
  readonly info: PodInfo
  readonly request: EngineRequest
  readonly plan: Plan
  readonly program: Program
  preFilter: PreFilterOutcome = passed
  /** Present once any plugin was asked. */
  cycle: AttemptState | undefined
  window: Window | undefined
  nominatedSlot = -1
  nominatedCode = 0
  /** The nominated node was rejected and lies outside the walk. */
  hasExtra = false
  readonly others: PluginScores[] = []

  constructor(pod: Pod, request: EngineRequest, plan: Plan, program: Program) {
    this.pod = pod
    this.info = podInfoOf(pod)
    this.request = request
    this.plan = plan
    this.program = program
  }

  /** Runs PreFilter of the plugins that have no fast form. */
  startCycle(): AttemptState {
    const { request, program, pod } = this
    const { profile, cache, listers, nominator, choices } = request
    let snapshot: Snapshot | undefined
    const cycle = newAttempt({
      profile,
      listers,
      nominator,
      choices,
      get snapshot() {
        snapshot ??= cache.snapshot()
        return snapshot
      },
    })
    // The plugins that are run here look nodes up, and do not go through all of them.
    this.preFilter = runPreFilter(program.reduced, cycle, pod, [])
    this.cycle = cycle
    return cycle
  }

  startedCycle(): AttemptState {
    return this.cycle ?? this.startCycle()
  }

  /** The state of every plugin, as the specification would have it. */
  fullCycle(): AttemptState {
    const cycle = this.startedCycle()
    const { profile } = this.request
    const { preFilter } = this.program.reduced
    const others = profile.preFilter.filter(plugin => !preFilter.includes(plugin))
    runPreFilter({ ...profile, preFilter: others }, cycle, this.pod)
    return cycle
  }

  active(plugins: readonly FilterPlugin[]): readonly FilterPlugin[] {
    const cycle = this.startedCycle()
    return plugins.filter(
      plugin =>
        !cycle.skipFilter.has(plugin.name) && plugin.passesEverywhere?.(cycle, this.pod) !== true,
    )
  }

  /** Runs PreScore of a plugin without a fast form; true when it skips. */
  skipsOther(plugin: ScorePlugin): boolean {
    const cycle = this.startedCycle()
    const before = this.request.profile.preScore.find(({ name }) => name === plugin.name)
    if (before?.preScore(cycle, this.pod, []).code !== 'Skip') return false
    cycle.skipScore.add(plugin.name)
    return true
  }

  /** What the walk noted; the nominated node comes first when it lies outside. */
  rejected(search: Search): RejectedNodes {
    const { cluster, statuses, rejectedSlots, rejectedCodes, rejectedCount, question } = search
    const { rejections } = search
    const { infos } = cluster.nodes
    const extra = this.hasExtra ? 1 : 0
    return {
      count: rejectedCount,
      codes: rejections === undefined ? rejectedCodes : new Map(rejections),
      extraCode: this.hasExtra ? this.nominatedCode : 0,
      nameOf: slot => infos[slot]?.name ?? '',
      statuses,
      read: () => {
        assert(search.question === question, 'rejections are read before the next attempt')
        search.writeRejections()
        const slots = new Int32Array(rejectedCount + extra)
        const codes = new Uint16Array(rejectedCount + extra)
        if (this.hasExtra) {
          slots[0] = this.nominatedSlot
          codes[0] = this.nominatedCode
        }
        slots.set(rejectedSlots.subarray(0, rejectedCount), extra)
        codes.set(rejectedCodes.subarray(0, rejectedCount), extra)
        return { slots, codes }
      },
    }
  }
}

export class FastTrace implements AttemptTrace {
  readonly failedNode = undefined
  readonly decision: Decision
  private readonly search: Search
  private known: CodedDiagnosis | undefined
  private nodes: readonly NodeInfo[] | undefined
  private readonly question: Question

  constructor(decision: Decision, search: Search, diagnosis?: CodedDiagnosis) {
    this.decision = decision
    this.search = search
    this.known = diagnosis
    this.question = search.question
    // After an unfit attempt nothing is feasible, whatever the next attempt finds.
    if (diagnosis !== undefined) this.nodes = []
  }

  get cycle(): AttemptState {
    return this.decision.startedCycle()
  }

  get preFilter(): PreFilterOutcome {
    return this.decision.preFilter
  }

  get window(): Window | undefined {
    return this.decision.window
  }

  get nominatedNode(): { readonly name: string; readonly status: Status } | undefined {
    const { nominatedSlot, nominatedCode } = this.decision
    if (nominatedSlot < 0) return undefined
    const { cluster, statuses } = this.search
    const { name } = cluster.nodes.infos[nominatedSlot] as NodeInfo
    return { name, status: nominatedCode === 0 ? success : statuses.status(nominatedCode) }
  }

  get feasible(): readonly NodeInfo[] {
    this.nodes ??= this.readFeasible()
    return this.nodes
  }

  private readFeasible(): readonly NodeInfo[] {
    this.assertCurrent()
    this.search.writeOut()
    const { feasible, feasibleCount, cluster } = this.search
    return Array.from(
      feasible.subarray(0, feasibleCount),
      slot => cluster.nodes.infos[slot] as NodeInfo,
    )
  }

  get diagnosis(): CodedDiagnosis {
    if (this.known === undefined) {
      this.assertCurrent()
      const nodes = this.decision.rejected(this.search)
      this.known = new CodedDiagnosis(nodes, undefined, this.preFilter.restrictedBy)
    }
    return this.known
  }

  /** Reads what the next attempt would overwrite. */
  keep(postFilter?: PostFilterResult): void {
    const trials = postFilter?.preemption?.dryRunRejected
    assert(this.diagnosis.explicit.size >= 0 && trials?.size !== -1, 'the rejections are read')
  }

  /** The arrays of the search belong to the last attempt only. */
  assertCurrent(): void {
    assert(
      this.search.question === this.question,
      'what a decision tells is read before the next one',
    )
  }
}

interface PlacedParts {
  readonly trace: FastTrace
  readonly scores: Scores | undefined
  readonly chosen: number
  readonly next: number
  readonly search: Search
}

export class FastPlaced implements Placed, TiedNodes {
  readonly type = 'placed'
  readonly trace: FastTrace
  readonly heapPick: number
  readonly nextStartNodeIndex: number
  readonly isPlain: boolean
  readonly count: number
  readonly first: number
  node: string
  private readonly scores: Scores | undefined
  private readonly search: Search
  private kept: Scoring | undefined
  private tied: readonly number[] | undefined

  constructor({ trace, scores, chosen, next, search }: PlacedParts) {
    this.trace = trace
    this.scores = scores
    this.search = search
    this.heapPick = chosen
    this.nextStartNodeIndex = next
    this.isPlain = !trace.decision.plan.shape.needsPlugins
    this.count = scores?.tieCount ?? 1
    this.first = scores?.firstBest ?? 0
    this.node = this.nameOf(chosen)
  }

  choose(index: number): void {
    this.node = this.nameOf(index)
  }

  nameOf(index: number): string {
    const { search } = this
    return (search.cluster.nodes.infos[search.feasibleSlot(index)] as NodeInfo).name
  }

  indexes(): readonly number[] {
    return this.ties
  }

  get ties(): readonly number[] {
    this.tied ??= this.readTies()
    return this.tied
  }

  private readTies(): readonly number[] {
    const { scores } = this
    if (scores === undefined) return [0]
    this.trace.assertCurrent()
    this.search.writeOut()
    const ties: number[] = []
    for (let index = 0; index < this.search.feasibleCount; index += 1) {
      if (scores.totals[index] === scores.best) ties.push(index)
    }
    return ties
  }

  get scoring(): Scoring | undefined {
    if (this.scores !== undefined && this.kept === undefined) {
      this.trace.assertCurrent()
      this.kept = explainScores(this.trace, this.search, this.scores)
    }
    return this.kept
  }

  /** Reads everything, so that it outlives the next attempt. */
  keep(): void {
    const { trace } = this
    const names = [this.scoring, this.ties, trace.feasible, trace.diagnosis.explicit]
    assert(names.length > 0, 'everything was read')
    for (const name of skippedScores(trace.decision, this.scores)) trace.cycle.skipScore.add(name)
  }
}
