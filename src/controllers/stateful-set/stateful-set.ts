// The StatefulSet controller: pods with names, in order, and claims that stay.
// Upstream: pkg/controller/statefulset/stateful_set{,_control}.go, v1.36.3.

import type {
  ControllerRevision,
  Pod,
  PodTemplateSpec,
  StatefulSet,
} from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { controllerOf } from '../../kube/object.ts'
import { nextAvailabilityMs } from '../availability.ts'
import { claimObjects } from '../claiming.ts'
import { aggregateText, errorText } from '../failures.ts'
import { type Api, type Controller, done, type Part, type ReconcileResult } from '../framework.ts'
import { ownedAndOrphans } from '../owners.ts'
import {
  adoptRevisions,
  createRevision,
  listRevisions,
  renumberRevision,
  restores,
} from '../revisions.ts'
import { isMemberOf, revisionOf } from './identity.ts'
import { completed, type Outcome, updateStatus } from './status.ts'
import { updateStatefulSet } from './update.ts'
import { watches } from './watches.ts'

interface Revisions {
  readonly current?: ControllerRevision
  readonly update?: ControllerRevision
  readonly collisionCount: number
  readonly error?: string
}

/** The revision of the set's template: the latest, an older one renumbered, or a new one. */
function* updateRevisionOf(
  api: Api,
  set: StatefulSet,
  revisions: readonly ControllerRevision[],
): Part<Revisions> {
  const template: PodTemplateSpec = set.spec?.template ?? {}
  const collisionCount = set.status?.collisionCount ?? 0
  const latest = revisions[revisions.length - 1]
  const number = (latest?.revision ?? 0) + 1
  const equal = revisions.findLast(revision => restores(revision, template))
  if (equal !== undefined && equal === latest) return { update: latest, collisionCount }
  if (equal !== undefined) {
    const { revision, error } = yield* renumberRevision(api, equal, number)
    return error === undefined ? { update: revision, collisionCount } : { collisionCount, error }
  }
  const { revision, ...rest } = yield* createRevision(api, set, {
    template,
    number,
    collisionCount,
  })
  return revision === undefined ? rest : { ...rest, update: revision }
}

function* revisionsOf(
  api: Api,
  set: StatefulSet,
  revisions: readonly ControllerRevision[],
): Part<Revisions> {
  const found = yield* updateRevisionOf(api, set, revisions)
  if (found.update === undefined) return found
  const name = set.status?.currentRevision
  const current = revisions.find(({ metadata }) => metadata.name === name)
  return { ...found, current: current ?? found.update }
}

interface Performed {
  readonly revisions: Revisions
  readonly outcome?: Outcome
  readonly errors: readonly string[]
}

function* performUpdate(
  api: Api,
  set: StatefulSet,
  input: {
    readonly pods: readonly Pod[]
    readonly history: readonly ControllerRevision[]
    readonly nowMs: number
    readonly inSteps: boolean
  },
): Part<Performed> {
  const revisions = yield* revisionsOf(api, set, input.history)
  const { current, update, collisionCount, error } = revisions
  if (current === undefined || update === undefined) {
    return { revisions, errors: [error ?? 'no revision'] }
  }
  const updated = yield* updateStatefulSet(api, {
    set,
    currentRevision: current,
    updateRevision: update,
    pods: input.pods,
    nowMs: input.nowMs,
    inSteps: input.inSteps,
  })
  const names = { current: current.metadata.name ?? '', update: update.metadata.name ?? '' }
  const outcome = completed(set, { counters: updated.counters, revisions: names, collisionCount })
  const statusError = yield* updateStatus(api, set, outcome)
  const first = updated.error ?? statusError
  return { revisions, outcome, errors: first === undefined ? [] : [first] }
}

/** Deletes the lowest revisions that no pod has, beyond revisionHistoryLimit. */
function* truncateHistory(
  api: Api,
  set: StatefulSet,
  input: {
    readonly pods: readonly Pod[]
    readonly history: readonly ControllerRevision[]
    readonly revisions: Revisions
  },
): Part<string | undefined> {
  const { current, update } = input.revisions
  const live = new Set([current?.metadata.name, update?.metadata.name])
  for (const pod of input.pods) live.add(revisionOf(pod))
  const old = input.history.filter(({ metadata }) => !live.has(metadata.name))
  const limit = set.spec?.revisionHistoryLimit ?? 10
  if (limit < 0) return undefined
  for (const revision of old.slice(0, Math.max(0, old.length - limit))) {
    const response = yield* api.delete(revision)
    if (!response.ok) return errorText(response)
  }
  return undefined
}

function availabilityCheck(
  set: StatefulSet,
  outcome: Outcome | undefined,
  pods: readonly Pod[],
  nowMs: number,
): ReconcileResult {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0
  if (minReadySeconds <= 0 || outcome === undefined) return done
  const { readyReplicas, availableReplicas } = outcome.counters
  if (readyReplicas === availableReplicas) return done
  const nextMs = nextAvailabilityMs(pods, minReadySeconds, nowMs)
  return { requeueAfterMs: nextMs ?? minReadySeconds * 1000 }
}

function* sync(api: Api, set: StatefulSet, inSteps: boolean): Part<ReconcileResult> {
  const { selector } = set.spec ?? {}
  const isOurs = (revision: ControllerRevision) =>
    selectorMatches(selector, revision.metadata.labels)
  const found = yield* listRevisions(api, set, isOurs)
  const orphans = found.filter(({ metadata }) => controllerOf(metadata) === undefined)
  const adoptError = yield* adoptRevisions(api, set, orphans)
  if (adoptError !== undefined) return { error: adoptError }
  const { claimed: pods, error: claimError } = yield* claimObjects(api, {
    owner: set,
    candidates: yield* ownedAndOrphans<Pod>(api, 'Pod', set),
    matches: pod => selectorMatches(selector, pod.metadata.labels) && isMemberOf(set, pod),
  })
  if (claimError !== undefined) return { error: claimError }
  const nowMs = yield* api.now()
  const history = yield* listRevisions(api, set, isOurs)
  const input = { pods, history, nowMs, inSteps }
  const { revisions, outcome, errors } = yield* performUpdate(api, set, input)
  const historyError = yield* truncateHistory(api, set, { pods, history, revisions })
  const all = historyError === undefined ? errors : [...errors, historyError]
  if (all.length > 0) return { error: aggregateText(all) }
  return availabilityCheck(set, outcome, pods, nowMs)
}

function* reconcile(key: string, api: Api, inSteps: boolean): Part<ReconcileResult> {
  const set = yield* api.get<StatefulSet>('StatefulSet', key)
  return set === undefined ? done : yield* sync(api, set, inSteps)
}

export const statefulSet = {
  name: 'statefulset-controller',
  doc: 'Keeps the pods of a StatefulSet by ordinal, in order, with their claims.',
  watches,
  ownWrites: ['PersistentVolumeClaim', 'Pod', 'StatefulSet'],
  reconcile: (key, api) => reconcile(key, api, false),
} satisfies Controller

/** The same where updates may take several pods at a time. */
export const statefulSetInSteps: Controller = {
  ...statefulSet,
  reconcile: (key, api) => reconcile(key, api, true),
}
