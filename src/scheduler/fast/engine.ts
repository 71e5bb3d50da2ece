// The scheduler on columns: the decisions and texts of the specification at a fraction of the cost.
// docs/adr/ says why; tests and recordings compare every field of both engines.

import { assert } from '../../base/assert.ts'
import type { AttemptState } from '../cycle-state.ts'
import { fitErrorText } from '../diagnosis.ts'
import { type EngineRequest, type SchedulingEngine, specification } from '../engine.ts'
import { messageOf, type Pod, type PodInfo, type PostFilterResult } from '../framework.ts'
import { reasons, whyNotEligible, withPrefix } from '../plugins/default-preemption.ts'
import { postFilterResult, runPostFilter } from '../runtime.ts'
import type { Profile } from '../profile.ts'
import { numFeasibleNodesToFind, type ScheduleOutcome, type Unfit } from '../schedule-pod.ts'
import type { PluginScores } from '../scoring.ts'
import { type Status, unresolvable, unschedulable } from '../status.ts'
import { orderOfChecks, sampledFrom } from '../windows.ts'
import { Cluster } from './cluster.ts'
import { Decision, FastPlaced, FastTrace } from './decision.ts'
import { type Plan, Plans } from './plans.ts'
import type { Helpful } from './preemption.ts'
import type { Fallback, Program } from './program.ts'
import { CodedDiagnosis } from './rejections.ts'
import { Scores } from './scores.ts'
import { errorCode, type Question, Search } from './search.ts'
import { StatusTable } from './status-table.ts'

const noPlugins: readonly never[] = []

/** How many pods were decided, and for how many the specification was asked. */
export interface EngineCounts {
  decisions: number
  readonly fallbacks: Map<Fallback, number>
}

/** Columns and everything tied to them; made anew when worn. */
class Columns {
  readonly cluster = new Cluster()
  readonly statuses = new StatusTable()
  readonly search = new Search(this.cluster, this.statuses)
  readonly scores = new Scores(this.search)
  private readonly plans = new WeakMap<Profile, Plans>()

  plansOf(profile: Profile): Plans {
    let plans = this.plans.get(profile)
    if (plans === undefined) {
      plans = new Plans(profile, this.search)
      this.plans.set(profile, plans)
    }
    return plans
  }
}

export class FastEngine implements SchedulingEngine {
  readonly name = 'fast'
  readonly counts: EngineCounts = { decisions: 0, fallbacks: new Map() }
  private columns = new Columns()
  private helpfulSlots = new Int32Array(0)

  schedule(pod: Pod, request: EngineRequest): ScheduleOutcome {
    this.counts.decisions += 1
    if (this.columns.cluster.isWorn || this.columns.statuses.isFull) this.columns = new Columns()
    const { cluster } = this.columns
    cluster.follow(request.cache)
    if (cluster.order.length === 0) return specification.schedule(pod, request)
    const outcome = this.decide(pod, request)
    if (typeof outcome !== 'string') return outcome
    this.counted(outcome)
    return specification.schedule(pod, request)
  }

  private counted(reason: Fallback): void {
    const { fallbacks } = this.counts
    fallbacks.set(reason, (fallbacks.get(reason) ?? 0) + 1)
  }

  private decide(pod: Pod, request: EngineRequest): ScheduleOutcome | Fallback {
    const { cluster, search, statuses } = this.columns
    const plans = this.columns.plansOf(request.profile)
    const { program } = plans
    if (!program.isUsable) return 'profile'
    const nominated = this.nominated(pod, request)
    const shape = plans.shapes.shapeOf(pod)
    if (nominated.size > 0 && shape.needsPlugins) return 'nominated'
    const plan = plans.planOf(shape, request)
    const { spread, nodeClass } = plan
    if (spread === undefined || nodeClass.isInvalid) return 'invalid'
    if (mayUseDevices(plan, request)) return 'devices'
    nodeClass.follow(cluster, statuses)
    const decision = new Decision(pod, request, plan, program)
    if (shape.needsPlugins || plan.mayRestrict) {
      decision.startCycle()
      if (decision.preFilter.status.code !== 'Success') return 'preFilter'
    }
    search.nominated = nominated
    search.begin(questionOf(decision, spread))
    return this.place(decision)
  }

  /** Slots with pods that this pod must leave room for. */
  private nominated(
    pod: Pod,
    { nominator }: EngineRequest,
  ): ReadonlyMap<number, readonly PodInfo[]> {
    const names = nominator.nodeNames()
    if (names.length === 0) return noNominations
    const { cluster } = this.columns
    const { uid = '' } = pod.metadata
    const priority = pod.spec?.priority ?? 0
    const result = new Map<number, readonly PodInfo[]>()
    for (const name of names) {
      const slot = cluster.nodes.slotOf.get(name)
      if (slot === undefined || cluster.nodes.infos[slot] === undefined) continue
      const pods = nominator
        .nominatedPods(name)
        .filter(other => other.priority >= priority && other.uid !== uid)
      // Their terms must be known before the plan looks for those that concern the pod.
      for (const other of pods) cluster.factsOf(other)
      if (pods.length > 0) result.set(slot, pods)
    }
    return result
  }

  private place(decision: Decision): ScheduleOutcome | Fallback {
    const { cluster, search } = this.columns
    const { pod, request } = decision
    const nominatedSlot = this.slotOfNomination(pod)
    let nominatedCode = 0
    if (nominatedSlot >= 0) {
      nominatedCode = search.fullCode(nominatedSlot)
      if (nominatedCode === errorCode) return 'error'
      decision.nominatedCode = nominatedCode
      decision.nominatedSlot = nominatedSlot
      if (nominatedCode === 0) {
        search.feasible[0] = nominatedSlot
        search.feasibleCount = 1
        return this.placedOn(decision, request.nextStartNodeIndex)
      }
    }
    const { nodeNames } = decision.preFilter
    const order = nodeNames === undefined ? cluster.order : this.restricted(nodeNames)
    const start = nodeNames === undefined ? request.nextStartNodeIndex % order.length : 0
    const { profile } = request
    const wanted = profile.score.length === 0 ? 1 : numFeasibleNodesToFind(profile, order.length)
    if (!search.walk(order, start, wanted)) return 'error'
    if (search.isCut(order.length, wanted) && !this.otherWindow(request, order, start, wanted)) {
      return 'error'
    }
    const extra = nominatedCode !== 0 && !this.walkedOver(nominatedSlot) ? 1 : 0
    decision.hasExtra = extra === 1
    const processed = search.feasibleCount + search.rejectedCount + extra
    const next = (request.nextStartNodeIndex + processed) % cluster.order.length
    decision.window = { start: request.nextStartNodeIndex, evaluated: search.evaluated, next }
    return search.feasibleCount === 0
      ? this.unfit(decision, order, start, next)
      : this.placedOn(decision, next)
  }

  /** Walks again as several workers do, when the run asks for it; false on an error. */
  private otherWindow(
    { choices, profile }: EngineRequest,
    order: Int32Array,
    start: number,
    wanted: number,
  ): boolean {
    const { parallelism } = profile
    if (parallelism <= 1 || order.length < sampledFrom) return true
    const window = choices.window?.() ?? 0
    if (window === 0) return true
    const positions = orderOfChecks(window, { count: order.length, start, parallelism })
    const slots = positions.map(position => order[position] as number)
    return this.columns.search.walk(slots, 0, wanted)
  }

  private slotOfNomination({ status }: Pod): number {
    const name = status?.nominatedNodeName ?? ''
    if (name === '') return -1
    const { nodes } = this.columns.cluster
    const slot = nodes.slotOf.get(name)
    return slot === undefined || nodes.infos[slot] === undefined ? -1 : slot
  }

  private walkedOver(slot: number): boolean {
    const { rejectedSlots, rejectedCount, rejections } = this.columns.search
    if (rejections !== undefined) return true
    for (let index = 0; index < rejectedCount; index += 1) {
      if (rejectedSlots[index] === slot) return true
    }
    return false
  }

  /** The named nodes in the order of the snapshot. */
  private restricted(names: readonly string[]): Int32Array {
    const { nodes, order } = this.columns.cluster
    const slots = new Set(names.map(name => nodes.slotOf.get(name)))
    return order.filter(slot => slots.has(slot))
  }

  private placedOn(decision: Decision, next: number): ScheduleOutcome | Fallback {
    const { search, scores, cluster } = this.columns
    const { request, plan, program } = decision
    const trace = new FastTrace(decision, search)
    if (search.feasibleCount === 1) {
      return new FastPlaced({ trace, scores: undefined, chosen: 0, next, search })
    }
    const numNodes = cluster.order.length
    const usesImages = program.weights.images > 0 && cluster.nodes.nodesWithImages > 0
    if (usesImages) {
      plan.images.fitTo(cluster.nodes, { features: request.profile.features, numNodes })
    }
    scores.compute({
      program,
      images: usesImages ? plan.images : undefined,
      scoresNodeAffinity: plan.nodeClass.hasPreferences,
      ignoresPreferences: request.profile.args.interPodAffinity.ignorePreferredTermsOfExistingPods,
    })
    if (request.profile.score.length === 0) scores.base = 1
    if (plan.shape.needsPlugins && !this.addOthers(decision, trace)) return 'error'
    scores.rank()
    return this.chosen(decision, trace, next)
  }

  private chosen(decision: Decision, trace: FastTrace, next: number): ScheduleOutcome {
    const { search, scores } = this.columns
    const placed = new FastPlaced({ trace, scores, chosen: scores.heapPick, next, search })
    if (scores.tieCount > 1) placed.choose(decision.request.choices.tie(placed))
    if (decision.request.keepRaw === true) placed.keep()
    return placed
  }

  /** Scores of plugins without a fast form, one node after another. */
  private addOthers(decision: Decision, trace: FastTrace): boolean {
    const { pod, program, others } = decision
    const cycle = decision.cycle as AttemptState
    for (const { plugin, weight } of program.otherScores) {
      if (decision.skipsOther(plugin) || plugin.scoresNothing?.(cycle, pod) === true) continue
      const norm: number[] = []
      for (const node of trace.feasible) {
        const score = plugin.score(cycle, pod, node)
        if (typeof score !== 'number') return false
        norm.push(score)
      }
      const raw = norm.slice()
      plugin.normalizeScores?.(cycle, pod, trace.feasible, norm)
      const scores: PluginScores = { plugin: plugin.name, weight, raw, norm }
      others.push(scores)
      this.columns.scores.add(scores)
    }
    return true
  }

  private unfit(decision: Decision, order: Int32Array, start: number, next: number): Unfit {
    const { search, cluster } = this.columns
    const { request, preFilter } = decision
    const { nodeNames, restrictedBy } = preFilter
    const absent =
      nodeNames === undefined
        ? undefined
        : unresolvable(`node(s) didn't satisfy plugin(s) [${restrictedBy.join(' ')}]`)
    const diagnosis = new CodedDiagnosis(decision.rejected(search), absent, restrictedBy)
    const trace = new FastTrace(decision, search, diagnosis)
    let postFilter: PostFilterResult | undefined
    if (request.profile.postFilter.length > 0) {
      const helpful = decision.hasExtra ? undefined : this.helpful(order, start)
      postFilter = this.postFilter(decision, diagnosis, helpful)
      diagnosis.postFilterMessage = messageOf(postFilter.status)
    }
    const message = fitErrorText(diagnosis, cluster.order.length)
    if (request.keepRaw === true) trace.keep(postFilter)
    return { type: 'unfit', message, trace, postFilter, nextStartNodeIndex: next }
  }

  /** Rejected nodes that would fit without some pods, in the order of the snapshot. */
  private helpful(order: Int32Array, start: number): Helpful {
    const { search, statuses } = this.columns
    const { rejectedCodes, rejectedCount } = search
    assert(rejectedCount === order.length, 'a pod that fits nowhere was rejected by every node')
    if (search.rejections !== undefined) {
      const codes = [...search.rejections.keys()]
      const numHelpful = codes.filter(code => helpsToEvict(statuses.status(code))).length
      if (numHelpful === 0) return { slots: order, count: 0 }
      if (numHelpful === codes.length) return { slots: order, count: order.length }
      search.writeRejections()
    }
    if (this.helpfulSlots.length < rejectedCount) {
      this.helpfulSlots = new Int32Array(search.rejectedSlots.length)
    }
    const slots = this.helpfulSlots
    let count = 0
    let last = 0
    let helps = false
    for (let position = 0; position < rejectedCount; position += 1) {
      const step = position >= start ? position - start : position - start + rejectedCount
      const code = rejectedCodes[step] as number
      if (code !== last) {
        last = code
        helps = helpsToEvict(statuses.status(code))
      }
      if (!helps) continue
      slots[count] = order[position] as number
      count += 1
    }
    return { slots, count }
  }

  private postFilter(
    decision: Decision,
    diagnosis: CodedDiagnosis,
    helpful: Helpful | undefined,
  ): PostFilterResult {
    const { pod, request, plan } = decision
    const { profile } = request
    if (plan.shape.needsPlugins || helpful === undefined) {
      this.counted('preemption')
      return runPostFilter(profile, decision.fullCycle(), pod, diagnosis)
    }
    return postFilterResult(profile, plugin => {
      if (plugin.name !== 'DefaultPreemption') {
        return this.columns.plansOf(profile).postFilterOfPlain(plugin, request, pod)
      }
      const result = this.preempt(decision, diagnosis, helpful)
      return { ...result, status: withPrefix(result.status) }
    })
  }

  private preempt(
    decision: Decision,
    diagnosis: CodedDiagnosis,
    helpful: Helpful,
  ): PostFilterResult {
    const { pod, request, plan } = decision
    if (pod.spec?.preemptionPolicy === 'Never') {
      return { status: unschedulable(reasons.neverPreempts) }
    }
    if ((pod.status?.nominatedNodeName ?? '') !== '') {
      const why = whyNotEligible(decision.startedCycle(), pod, diagnosis)
      if (why !== undefined) return { status: unschedulable(why) }
    }
    const { preemption } = this.columns.plansOf(request.profile)
    return preemption.run(pod, request, helpful, plan.shape.requestKey)
  }
}

/** Whether the node might fit without some of its pods. */
function helpsToEvict({ code }: Status): boolean {
  return code === 'Unschedulable'
}

const noNominations: ReadonlyMap<number, readonly PodInfo[]> = new Map()

/** An extended resource that devices may serve: NodeResourcesFit then reads device classes. */
function mayUseDevices({ shape }: Plan, { profile, listers }: EngineRequest): boolean {
  return (
    profile.features.draExtendedResource &&
    shape.requests.wanted.scalars.size > 0 &&
    listers.list('DeviceClass').length > 0
  )
}

/** Whether spreading or preferences of pods may add to what resources are worth. */
function isScoredByOthers({ spread, affinity, nodeClass }: Plan, { weights }: Program): boolean {
  return (
    (weights.spread > 0 && spread !== undefined && spread.soft.length > 0) ||
    (weights.affinity > 0 && affinity.preferences.length + affinity.heldPreferences.length > 0) ||
    (weights.taints > 0 && nodeClass.nodesWithTaints > 0) ||
    (weights.nodeAffinity > 0 && nodeClass.hasPreferences)
  )
}

function questionOf(decision: Decision, spread: Plan['spread'] & object): Question {
  const { pod, plan, program, cycle } = decision
  const asks = plan.shape.needsPlugins
  return {
    pod,
    info: decision.info,
    nodeClass: plan.nodeClass,
    request: plan.request,
    spread,
    affinity: plan.affinity,
    column: plan.column,
    ownColumn: plan.ownColumn,
    isScoredByOthers: isScoredByOthers(plan, program),
    filtersSpread: program.filtersSpread,
    filtersAffinity: program.filtersAffinity,
    before: asks ? decision.active(program.before) : noPlugins,
    between: asks ? decision.active(program.between) : noPlugins,
    after: asks ? decision.active(program.after) : noPlugins,
    cycle,
  }
}
