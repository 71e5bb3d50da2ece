// The controller of Rollouts: makes the first ReplicaSet, follows the replica count, and writes the
// status. Updates of a running Rollout are not modelled: it says so and leaves them alone.
// Upstream: argo-rollouts v1.8.3 rollout/{controller,sync,bluegreen,service}.go.

import { errorText, isNotFound } from '../../controllers/failures.ts'
import {
  type Api,
  type Controller,
  done,
  type ObjectChange,
  type Part,
  type Reconcile,
  type ReconcileResult,
  type WatchContext,
} from '../../controllers/framework.ts'
import type { ReplicaSet, Service } from '../../kube/generated/types.ts'
import { controllerOf, keyFrom, keyOf, type KubeObject } from '../../kube/object.ts'
import type { JsonObject } from '../../kube/patch/json.ts'
import { createMergePatch } from '../../kube/patch/merge-patch.ts'
import { formatTime, parseTime } from '../../kube/time.ts'
import { unmodelledTopic, type UnmodelledNote } from '../program.ts'
import { type ControllerProcess, readCached, replaced, writeBack } from './cache.ts'
import { deadlineSeconds, desiredReplicas } from './conditions.ts'
import { firstReplicaSet, revisionAnnotation } from './first-replica-set.ts'
import { isHealthy } from './health.ts'
import { leader, notePod, versionOf } from './process.ts'
import { availableOf, hashOf, sizeOf } from './replica-sets.ts'
import {
  type RolloutsVersion,
  type SettledInput,
  type SyncOutcome,
  syncSettled,
} from './settled-sync.ts'
import { podHashLabel, replicasOf, type Rollout, type RolloutStatus } from './types.ts'
import { unmodelledPart } from './unmodelled-parts.ts'

export const controllerName = 'rollouts-controller'
export const rolloutKind = 'Rollout.argoproj.io'

/** How soon an invalid Rollout is looked at again: what it names may come. */
const invalidRetryMs = 20_000

export const rolloutsController: Controller = {
  name: controllerName,
  doc: 'Makes and scales the ReplicaSet of a Rollout, and writes its status.',
  watches: [
    {
      kind: rolloutKind,
      keys: ({ key }, { memory }) => {
        replaced(memory, rolloutKind, key)
        return [key]
      },
    },
    {
      kind: 'ReplicaSet',
      owner: 'Rollout',
      keys: (change, { memory }) => {
        replaced(memory, 'ReplicaSet', change.key)
        return ownersOf(change)
      },
    },
    { kind: 'Service', keys: (change, context) => usersOf(change, context) },
    {
      kind: 'Pod',
      keys: (change, context) => (notePod(context.memory, change) ? allRollouts(context) : []),
    },
  ],
  reconcile,
}

function allRollouts({ lister }: WatchContext, namespace?: string): readonly string[] {
  return lister.list(rolloutKind, namespace).map(({ metadata }) => keyOf(metadata))
}

function ownersOf({ before, after }: ObjectChange): readonly string[] {
  const { metadata } = after ?? (before as KubeObject)
  const owner = controllerOf(metadata)
  const isOurs = owner?.kind === 'Rollout' && owner.apiVersion.startsWith('argoproj.io/')
  return isOurs ? [keyFrom(metadata.namespace, owner.name)] : []
}

/** The Rollouts that name a Service. */
function usersOf({ before, after }: ObjectChange, { lister }: WatchContext): readonly string[] {
  const { name, namespace } = (after ?? (before as KubeObject)).metadata
  return lister
    .list<Rollout>(rolloutKind, namespace)
    .filter(({ spec }) => {
      const { activeService, previewService } = spec?.strategy?.blueGreen ?? {}
      return name === activeService || name === previewService
    })
    .map(({ metadata }) => keyOf(metadata))
}

/** What one sync works with. */
interface Work {
  readonly api: Api
  readonly key: string
  readonly process: ControllerProcess
}

function* reconcile(key: string, api: Api): Reconcile {
  const process = yield* leader(api)
  if (process === undefined) return done
  const rollout = yield* readCached<Rollout>(api, process, { kind: rolloutKind, key })
  if (rollout === undefined || rollout.metadata.deletionTimestamp !== undefined) return done
  const work = { api, key, process }
  if (rollout.spec?.replicas === undefined) return yield* setReplicas(work, rollout)
  const sets = yield* ownedSets(work, rollout)
  const part = unmodelledPart(rollout, sets)
  const services = yield* servicesOf(work, rollout)
  const { absent } = services
  const waits = `the controller waits for Service ${absent}: until then it is invalid`
  yield* say(work, part ?? (absent === undefined ? undefined : waits))
  if (part !== undefined) return done
  if (absent !== undefined) return { requeueAfterMs: invalidRetryMs, standing: true }
  return yield* sync(work, { given: rollout, set: sets[0], services })
}

/** Tells what of the Rollout is not modelled; nothing any more when `what` is undefined. */
function* say({ api, key }: Work, what: string | undefined): Part<void> {
  const said = yield* api.recall<string>(`said:${key}`)
  if (said === what) return
  yield* api.remember(`said:${key}`, what)
  const note: UnmodelledNote = {
    kind: 'Rollout',
    key,
    ...(what !== undefined && { message: what }),
  }
  yield* api.note(unmodelledTopic, note)
}

/** An autoscaler needs a count: the controller writes the default. */
function* setReplicas({ api }: Work, rollout: Rollout): Part<ReconcileResult> {
  const answer = yield* api.update({ ...rollout, spec: { ...rollout.spec, replicas: 1 } })
  return answer.ok ? done : { error: errorText(answer) }
}

function* ownedSets({ api, process }: Work, rollout: Rollout): Part<readonly ReplicaSet[]> {
  const { uid = '' } = rollout.metadata
  const informed = yield* api.ownedBy<ReplicaSet & KubeObject>('ReplicaSet', uid)
  const sets: ReplicaSet[] = []
  for (const { metadata } of informed) {
    if (controllerOf(metadata)?.uid !== uid) continue
    const from = { kind: 'ReplicaSet', key: keyOf(metadata) }
    const set = yield* readCached<ReplicaSet & KubeObject>(api, process, from)
    if (set !== undefined) sets.push(set)
  }
  return sets
}

interface Known {
  readonly given: Rollout
  readonly set: ReplicaSet | undefined
  readonly services: Services
}

function* sync(work: Work, { given, set, services }: Known): Part<ReconcileResult> {
  const first = set === undefined ? yield* createFirst(work, given) : { rollout: given, set }
  if ('error' in first) return first
  const { rollout, set: replicaSet } = first
  const nowMs = yield* work.api.now()
  const selectors = yield* switchServices(work, { rollout, replicaSet, ...services })
  if ('error' in selectors) return selectors
  const input = { rollout, replicaSet, nowMs, ...selectors }
  const outcome = yield* settled(work, input, versionOf(work.process.tag))
  if (!outcome.ok) return { error: outcome.error }
  return yield* persist(work, { given: rollout, isOurs: set === undefined }, outcome.status)
}

interface Services {
  readonly active?: Service
  readonly preview?: Service
}

/** The Services of a blue-green Rollout, or the name of one that is not there. */
function* servicesOf({ api }: Work, { metadata, spec }: Rollout): Part<Services & Absent> {
  const { activeService, previewService } = spec?.strategy?.blueGreen ?? {}
  const found: { active?: Service; preview?: Service } = {}
  for (const [role, name] of [
    ['active', activeService],
    ['preview', previewService],
  ] as const) {
    if (name === undefined || name === '') continue
    const key = keyFrom(metadata.namespace, name)
    const service = yield* api.get<Service & KubeObject>('Service', key)
    if (service === undefined) return { absent: name }
    found[role] = service
  }
  return found
}

interface Absent {
  readonly absent?: string
}

interface Failed {
  readonly error: string
}

interface Begun {
  readonly rollout: Rollout
  readonly set: ReplicaSet
}

/** Creates the ReplicaSet, and tells so in an annotation and a condition of the Rollout. */
function* createFirst({ api }: Work, rollout: Rollout): Part<Begun | Failed> {
  const created = yield* api.create(firstReplicaSet(rollout) as ReplicaSet & KubeObject)
  if (!created.ok) return { error: errorText(created) }
  const set = created.object as ReplicaSet & KubeObject
  const name = set.metadata.name ?? ''
  yield* api.event(
    rollout,
    'Normal',
    'NewReplicaSetCreated',
    `Created ReplicaSet ${name} (revision 1)`,
  )
  const annotations = { ...rollout.metadata.annotations, [revisionAnnotation]: '1' }
  const metadata = { ...rollout.metadata, annotations }
  const revised = yield* api.update({ ...rollout, metadata })
  if (!revised.ok) return { error: errorText(revised) }
  const now = formatTime(yield* api.now())
  const status: RolloutStatus = {
    ...rollout.status,
    conditions: [
      {
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetCreated',
        message: `Created new replica set "${name}"`,
        lastTransitionTime: now,
        lastUpdateTime: now,
      },
    ],
  }
  const answer = yield* api.updateStatus({ ...revised.object, status } as KubeObject)
  if (!answer.ok) return { error: errorText(answer) }
  return { rollout: answer.object as Rollout, set }
}

interface Switching extends Services {
  readonly rollout: Rollout
  readonly replicaSet: ReplicaSet
}

type Selectors = Pick<SettledInput, 'activeSelector' | 'previewSelector'>

/** The preview goes to the new ReplicaSet at once, the active Service when all of it serves. */
function* switchServices(work: Work, given: Switching): Part<Selectors | Failed> {
  const { rollout, replicaSet, active, preview } = given
  const hash = hashOf(replicaSet)
  const owner = rollout.metadata.name ?? ''
  const selectors: { activeSelector?: string; previewSelector?: string } = {}
  if (preview !== undefined) {
    const error = yield* switchTo(work, preview, { hash, owner })
    if (error !== undefined) return { error }
    selectors.previewSelector = hash
  }
  const current = active?.spec?.selector?.[podHashLabel]
  if (
    active !== undefined &&
    isSaturated(rollout, replicaSet) &&
    [undefined, hash].includes(current)
  ) {
    const error = yield* switchTo(work, active, { hash, owner })
    if (error !== undefined) return { error }
    selectors.activeSelector = hash
  } else if (current !== undefined) selectors.activeSelector = current
  return selectors
}

const managedBy = 'argo-rollouts.argoproj.io/managed-by-rollouts'

function* switchTo(
  { api }: Work,
  service: Service,
  { hash, owner }: { readonly hash: string; readonly owner: string },
): Part<string | undefined> {
  const isManaged = service.metadata.annotations?.[managedBy] !== undefined
  if (isManaged && service.spec?.selector?.[podHashLabel] === hash) return undefined
  const answer = yield* api.patch(service as Service & KubeObject, 'strategic', {
    ...(!isManaged && { metadata: { annotations: { [managedBy]: owner } } }),
    spec: { selector: { [podHashLabel]: hash } },
  })
  return answer.ok || isNotFound(answer) ? undefined : errorText(answer)
}

function isSaturated(rollout: Rollout, set: ReplicaSet): boolean {
  const replicas = replicasOf(rollout)
  const { annotations } = set.metadata
  if (sizeOf(set) !== replicas || availableOf(set) !== replicas) return false
  return annotations?.[desiredReplicas] === String(replicas)
}

/** Makes the writes that the sync asks for. */
function* settled(
  { api, process }: Work,
  input: SettledInput,
  version: RolloutsVersion,
): Part<SyncOutcome> {
  const steps = syncSettled(input, version)
  let step = steps.next()
  while (step.done !== true) {
    const { type } = step.value
    const object = step.value.replicaSet as ReplicaSet & KubeObject
    if (type === 'cache') {
      yield* writeBack(api, process, { kind: 'ReplicaSet', key: keyOf(object.metadata), object })
      step = steps.next(undefined)
      continue
    }
    const answer =
      type === 'update'
        ? yield* api.update(object)
        : yield* api.patch(object, 'strategic', contentOf(object))
    step = steps.next(
      answer.ok
        ? { ok: true, replicaSet: answer.object as ReplicaSet }
        : { ok: false, error: errorText(answer) },
    )
  }
  return step.value
}

/** What the patch after a conflict says; nothing of it depends on the object's version. */
function contentOf({ metadata, spec }: ReplicaSet): unknown {
  const { labels, annotations } = spec?.template?.metadata ?? {}
  return {
    metadata: { annotations: metadata.annotations },
    spec: {
      replicas: spec?.replicas,
      selector: spec?.selector,
      template: {
        metadata: { ...(labels && { labels }), ...(annotations && { annotations }) },
      },
    },
  }
}

/** Patches the status where it differs; else looks again when the deadline for progress is over. */
function* persist(
  { api, key, process }: Work,
  { given, isOurs }: { readonly given: Rollout; readonly isOurs: boolean },
  status: RolloutStatus,
): Part<ReconcileResult> {
  const before = (given.status ?? {}) as JsonObject
  const patch = createMergePatch(before, status as unknown as JsonObject)
  let object: KubeObject | undefined = isOurs ? given : undefined
  const isChanged = Object.keys(patch).length > 0
  if (isChanged) {
    const answer = yield* api.patchStatus(given, 'merge', { status: patch })
    if (!answer.ok) return { error: errorText(answer) }
    object = answer.object
  }
  if (object !== undefined) yield* writeBack(api, process, { kind: rolloutKind, key, object })
  return isChanged ? done : stuckLater(given, status, yield* api.now())
}

/** requeueStuckRollout: a second after the deadline, unless nothing is to be waited for. */
function stuckLater(rollout: Rollout, status: RolloutStatus, nowMs: number): ReconcileResult {
  const progressing = rollout.status?.conditions?.find(({ type }) => type === 'Progressing')
  if (progressing === undefined || isHealthy(rollout, status)) return done
  if (progressing.reason === 'ProgressDeadlineExceeded') return done
  const seconds = rollout.spec?.progressDeadlineSeconds ?? deadlineSeconds
  const afterMs = parseTime(progressing.lastUpdateTime) + seconds * 1000 - nowMs
  return { requeueAfterMs: Math.max(0, afterMs) + 1000 }
}
