// One step of a StatefulSet towards its spec: create, correct, scale down, roll.
// Upstream: pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet), v1.36.3.

import type { ControllerRevision, Pod, StatefulSet } from '../../kube/generated/types.ts'
import { isPodAvailable } from '../../kube/pod.ts'
import { scaledValue } from '../../kube/int-or-percent.ts'
import type { Api, Part } from '../framework.ts'
import { slowStartBatch } from '../pod-control.ts'
import { claimsMatchPolicy, hasStaleClaim, updateClaimOwners } from './claims.ts'
import {
  atRevision,
  identityMatches,
  isInRange,
  newPod,
  ordinalOf,
  replicasOf,
  revisionOf,
  startOrdinal,
  storageMatches,
} from './identity.ts'
import {
  createMissingClaims,
  createStatefulPod,
  deleteStatefulPod,
  updateStatefulPod,
} from './pods.ts'
import {
  type Counters,
  countPods,
  isCreated,
  isRunningAndReady,
  isTerminating,
  type Moment,
  type Revisions,
} from './status.ts'

export interface Update {
  readonly set: StatefulSet
  readonly currentRevision: ControllerRevision
  readonly updateRevision: ControllerRevision
  readonly pods: readonly Pod[]
  readonly nowMs: number
  /** maxUnavailable counts (gate MaxUnavailableStatefulSet). */
  readonly inSteps: boolean
}

/** Counters after the step, and the error that ended it early. */
export interface Updated {
  readonly counters: Counters
  readonly error?: string
}

/** The pods by place: `replicas` one per ordinal (perhaps to be created), `condemned` the rest. */
interface Ranks {
  readonly replicas: readonly Pod[]
  readonly condemned: readonly Pod[]
  readonly firstUnavailable: Pod | undefined
}

interface Step extends Ranks {
  readonly set: StatefulSet
  /** The set at the update revision. */
  readonly updateSet: StatefulSet
  readonly revisions: Revisions
  readonly moment: Moment
  /** OrderedReady: one pod at a time, in order. */
  readonly monotonic: boolean
}

/** `stop` ends the step (in order); an error does so always. */
interface Verdict {
  readonly stop: boolean
  readonly error?: string
}

const goOn: Verdict = { stop: false }
const stop: Verdict = { stop: true }

function outcome(error: string | undefined, otherwise: Verdict): Verdict {
  return error === undefined ? otherwise : { stop: true, error }
}

function isAvailable(pod: Pod, { minReadySeconds, nowMs }: Moment): boolean {
  return isPodAvailable(pod, minReadySeconds, nowMs)
}

function isUnavailable(pod: Pod, moment: Moment): boolean {
  return !isAvailable(pod, moment) || isTerminating(pod)
}

/** Ordinals below the partition (or, without one, the still current ones) keep the old revision. */
function bornAtCurrent(set: StatefulSet, ordinal: number): boolean {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {}
  const start = startOrdinal(set)
  if (rollingUpdate !== undefined) return ordinal < start + (rollingUpdate.partition ?? 0)
  if (type !== 'RollingUpdate') return false
  return ordinal < start + (set.status?.currentReplicas ?? 0)
}

function rank({ set, currentRevision, updateRevision, pods }: Update, moment: Moment): Ranks {
  const start = startOrdinal(set)
  const existing = new Map<number, Pod>()
  const condemned: Pod[] = []
  for (const pod of pods) {
    if (isInRange(set, pod)) existing.set(ordinalOf(pod), pod)
    else if (ordinalOf(pod) >= 0) condemned.push(pod)
  }
  const replicas: Pod[] = []
  for (let ordinal = start; ordinal < start + replicasOf(set); ordinal++) {
    const revision = bornAtCurrent(set, ordinal) ? currentRevision : updateRevision
    const born = () => newPod(atRevision(set, revision), ordinal, revision.metadata.name ?? '')
    replicas.push(existing.get(ordinal) ?? born())
  }
  condemned.sort((a, b) => ordinalOf(b) - ordinalOf(a))
  const unavailable = (pod: Pod) => isUnavailable(pod, moment)
  const firstUnavailable = replicas.find(unavailable) ?? condemned.findLast(unavailable)
  return { replicas, condemned, firstUnavailable }
}

function* createReplica(api: Api, step: Step, pod: Pod): Part<Verdict> {
  if (yield* hasStaleClaim(api, step.set, pod)) return stop
  const error = yield* createStatefulPod(api, step.set, pod)
  return outcome(error, step.monotonic ? stop : goOn)
}

function* correctReplica(api: Api, step: Step, pod: Pod): Part<Verdict> {
  const { set, updateSet } = step
  const claimsMatch = yield* claimsMatchPolicy(api, updateSet, pod)
  if (identityMatches(set, pod) && storageMatches(set, pod) && claimsMatch) return goOn
  return outcome(yield* updateStatefulPod(api, updateSet, pod), goOn)
}

function* processReplica(api: Api, step: Step, pod: Pod): Part<Verdict> {
  const { set, moment, monotonic } = step
  const phase = pod.status?.phase
  if (phase === 'Failed' || phase === 'Succeeded') {
    // The new pod comes in the sync after this one has gone.
    if (isTerminating(pod)) return stop
    return outcome(yield* deleteStatefulPod(api, set, pod), stop)
  }
  if (!isCreated(pod)) {
    const created = yield* createReplica(api, step, pod)
    if (created.stop) return created
  }
  if (phase === 'Pending') {
    const error = yield* createMissingClaims(api, set, pod)
    if (error !== undefined) return { stop: true, error }
  }
  const ready = !isTerminating(pod) && isRunningAndReady(pod) && isAvailable(pod, moment)
  if (monotonic && !ready) return stop
  return yield* correctReplica(api, step, pod)
}

function* fixClaims(api: Api, { updateSet }: Step, pod: Pod): Part<Verdict> {
  if (yield* claimsMatchPolicy(api, updateSet, pod)) return goOn
  return outcome(yield* updateClaimOwners(api, updateSet, pod), goOn)
}

function* processCondemned(api: Api, step: Step, pod: Pod): Part<Verdict> {
  const { set, moment, monotonic, firstUnavailable } = step
  if (isTerminating(pod)) return monotonic ? stop : goOn
  const healthy = isRunningAndReady(pod) && isAvailable(pod, moment)
  if (monotonic && !healthy && pod !== firstUnavailable) return stop
  return outcome(yield* deleteStatefulPod(api, set, pod), stop)
}

type Process = (api: Api, step: Step, pod: Pod) => Part<Verdict>

const parallelBatchMax = 500

function* runForAll(api: Api, step: Step, pods: readonly Pod[], process: Process): Part<Verdict> {
  if (!step.monotonic) {
    const attempt = function* (index: number): Part<string | undefined> {
      return (yield* process(api, step, pods[index] as Pod)).error
    }
    const { error } = yield* slowStartBatch(pods.length, attempt, parallelBatchMax)
    return outcome(error, goOn)
  }
  for (const pod of pods) {
    const verdict = yield* process(api, step, pod)
    if (verdict.stop) return verdict
  }
  return goOn
}

/** Deletes the highest pod of another revision, unless one above it is not available. */
function* rollOne(api: Api, step: Step, counters: Counters): Part<Updated> {
  const { set, replicas, revisions, moment } = step
  const partition = set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0
  for (let target = replicas.length - 1; target >= partition; target--) {
    const pod = replicas[target] as Pod
    if (revisionOf(pod) !== revisions.update && !isTerminating(pod)) {
      const error = yield* deleteStatefulPod(api, set, pod)
      if (error !== undefined) return { counters, error }
      return { counters: { ...counters, currentReplicas: counters.currentReplicas - 1 } }
    }
    if (isUnavailable(pod, moment)) return { counters }
  }
  return { counters }
}

/** How many pods may be away at a time: at least one. */
function maxUnavailableOf(set: StatefulSet): number {
  const { maxUnavailable = 1 } = set.spec?.updateStrategy?.rollingUpdate ?? {}
  return Math.max(1, scaledValue(maxUnavailable, replicasOf(set), false))
}

/** Deletes the highest pods of another revision, as many as may be away besides those that are. */
function* rollSome(api: Api, step: Step, counters: Counters): Part<Updated> {
  const { set, replicas, revisions, moment } = step
  const partition = set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0
  const away = replicas.filter(pod => isUnavailable(pod, moment)).length
  const outdated = replicas
    .slice(partition)
    .reverse()
    .filter(pod => revisionOf(pod) !== revisions.update && !isTerminating(pod))
  let { currentReplicas } = counters
  for (const pod of outdated.slice(0, Math.max(0, maxUnavailableOf(set) - away))) {
    const error = yield* deleteStatefulPod(api, set, pod)
    if (error !== undefined) return { counters: { ...counters, currentReplicas }, error }
    currentReplicas -= 1
  }
  return { counters: { ...counters, currentReplicas } }
}

const passes: readonly (readonly ['replicas' | 'condemned', Process])[] = [
  ['replicas', processReplica],
  ['condemned', fixClaims],
  ['condemned', processCondemned],
]

/** Does what can be done now and counts the pods. */
export function* updateStatefulSet(api: Api, update: Update): Part<Updated> {
  const { set, pods, nowMs } = update
  const moment = { minReadySeconds: set.spec?.minReadySeconds ?? 0, nowMs }
  const revisions = {
    current: update.currentRevision.metadata.name ?? '',
    update: update.updateRevision.metadata.name ?? '',
  }
  if (set.metadata.deletionTimestamp !== undefined) {
    return { counters: countPods(pods, revisions, moment) }
  }
  const ranks = rank(update, moment)
  const updateSet = atRevision(set, update.updateRevision)
  const monotonic = set.spec?.podManagementPolicy !== 'Parallel'
  const step: Step = { ...ranks, set, updateSet, revisions, moment, monotonic }
  const counters = countPods([...ranks.replicas, ...ranks.condemned], revisions, moment)
  for (const [list, process] of passes) {
    const { stop: ended, error } = yield* runForAll(api, step, ranks[list], process)
    if (error !== undefined) return { counters, error }
    if (ended) return { counters }
  }
  if (set.spec?.updateStrategy?.type === 'OnDelete') return { counters }
  return yield* (update.inSteps ? rollSome : rollOne)(api, step, counters)
}
