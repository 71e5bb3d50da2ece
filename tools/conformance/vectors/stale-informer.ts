// Every interleaving of a Rollout's controller, the ReplicaSet controller and the watch, as the
// recorder ran them: depth first, R before K before W, down to states seen before.

import type { ApiRequest, ApiResponse } from '../../../src/apiserver/request.ts'
import { compareStrings } from '../../../src/base/compare.ts'
import { api as controllerApi } from '../../../src/controllers/api.ts'
import type { Lister, Step as Asked } from '../../../src/controllers/framework.ts'
import type { ReplicaSet } from '../../../src/kube/generated/types.ts'
import { keyOf as objectKey, type KubeObject } from '../../../src/kube/object.ts'
import { sameJson } from '../../../src/kube/patch/json.ts'
import { applyMergePatch } from '../../../src/kube/patch/merge-patch.ts'
import { parseTime } from '../../../src/kube/time.ts'
import { desiredReplicas } from '../../../src/platforms/argo-rollouts/annotations.ts'
import { rolloutsController } from '../../../src/platforms/argo-rollouts/controller.ts'
import type { Processes } from '../../../src/platforms/argo-rollouts/process.ts'
import type { Rollout, RolloutStatus } from '../../../src/platforms/argo-rollouts/types.ts'

interface Input {
  readonly cacheBehind: boolean
  readonly now: string
  readonly objects: readonly KubeObject[]
  readonly scaleTo: number
  readonly version: string
}

/** What a sync asks of a ReplicaSet. */
interface ReplicaSetWrite {
  readonly type: 'update' | 'patch'
  /** An update is refused when its version is old; a patch never is. */
  readonly version: string | undefined
  readonly replicas: number | undefined
  readonly desired: string | undefined
}

/** A sync under way: what it read, and what its writes gave so far. */
interface RunningSync {
  readonly rollout: Rollout
  readonly replicaSet: ReplicaSet
  readonly results: readonly ApiResponse[]
  /** The API's object after each of them: part of what the recorder tells states apart by. */
  readonly found: readonly ReplicaSet[]
  readonly isServed: boolean
}

interface State {
  /** The last version that the API gave away. */
  readonly version: number
  readonly api: ReplicaSet
  readonly cache: ReplicaSet
  readonly rollout: Rollout
  /** Versions of the ReplicaSet that the watch has still to deliver. */
  readonly events: readonly ReplicaSet[]
  readonly isQueued: boolean
  readonly sync?: RunningSync
}

type Actor = 'R' | 'K' | 'W'

interface Step {
  readonly state: State
  readonly trace: readonly object[]
}

const conflict = (name: string): string =>
  `Operation cannot be fulfilled on replicasets.apps "${name}": the object has been modified; ` +
  'please apply your changes to the latest version and try again'

class Model {
  private readonly version: string
  private readonly services: readonly KubeObject[]
  private readonly nowMs: number
  readonly start: State

  constructor({ cacheBehind, now, objects, scaleTo, version }: Input, nowMs = parseTime(now)) {
    this.version = version
    this.nowMs = nowMs
    const of = (kind: string): KubeObject[] => objects.filter(each => each.kind === kind)
    const rollout = of('Rollout')[0] as Rollout
    const cache = of('ReplicaSet')[0] as ReplicaSet
    this.services = of('Service')
    const versions = objects.map(each => Number(each.metadata.resourceVersion))
    let last = Math.max(...versions)
    let api = cache
    if (cacheBehind) {
      last += 1
      const annotations = { ...cache.metadata.annotations, behind: 'true' }
      const resourceVersion = String(last)
      api = { ...cache, metadata: { ...cache.metadata, annotations, resourceVersion } }
    }
    last += 1
    this.start = {
      version: last,
      api,
      cache,
      rollout: {
        ...rollout,
        metadata: { ...rollout.metadata, generation: (rollout.metadata.generation ?? 0) + 1 },
        spec: { ...rollout.spec, replicas: scaleTo },
      },
      events: cacheBehind ? [api] : [],
      isQueued: true,
    }
  }

  choices(state: State): readonly Actor[] {
    const { api, events, isQueued, sync } = state
    return [
      ...(sync !== undefined || isQueued ? (['R'] as const) : []),
      ...(nextStatus(api) === undefined ? [] : (['K'] as const)),
      ...(events.length > 0 ? (['W'] as const) : []),
    ]
  }

  step(state: State, actor: Actor): Step {
    switch (actor) {
      case 'K':
        return this.writeStatus(state)
      case 'W':
        return this.deliver(state)
      default:
        if (state.sync === undefined) return this.begin(state)
        return state.sync.isServed ? this.goOn(state, state.sync) : this.serve(state, state.sync)
    }
  }

  private traced(state: State, actor: Actor, more: object): Step {
    const trace = { actor, api: shown(state.api), cache: shown(state.cache), ...more }
    return { state, trace: [trace] }
  }

  private writeStatus(state: State): Step {
    const version = state.version + 1
    const status = nextStatus(state.api) as NonNullable<ReplicaSet['status']>
    const api = versioned({ ...state.api, status }, version)
    const next = { ...state, version, api, events: [...state.events, api] }
    return this.traced(next, 'K', { action: 'status write' })
  }

  private deliver(state: State): Step {
    const [event, ...events] = state.events as [ReplicaSet, ...ReplicaSet[]]
    const isNew = event.metadata.resourceVersion !== state.cache.metadata.resourceVersion
    const next = { ...state, cache: event, events, isQueued: state.isQueued || isNew }
    return this.traced(next, 'W', { action: 'deliver' })
  }

  private begin(state: State): Step {
    const { rollout, cache: replicaSet } = state
    const started = this.traced(state, 'R', { action: 'sync starts' })
    const queued = { ...state, isQueued: false }
    const rest = this.goOn(queued, { rollout, replicaSet, results: [], found: [], isServed: true })
    return { state: rest.state, trace: [...started.trace, ...rest.trace] }
  }

  /** To the next write, or to the end. */
  private goOn(state: State, sync: RunningSync): Step {
    const { cache, outcome } = this.position(state, sync)
    const { sync: _, ...rest } = state
    if (outcome === undefined) {
      const next = { ...rest, cache, sync: { ...sync, isServed: false } }
      return { state: next, trace: [] }
    }
    const ended = this.finish({ ...rest, cache }, outcome)
    const { status } = ended.rollout
    return this.traced(ended, 'R', {
      action: 'sync ends',
      phase: status?.phase,
      HPAReplicas: status?.HPAReplicas,
      ...(outcome.error !== undefined && { error: outcome.error }),
    })
  }

  private finish(state: State, outcome: SyncOutcome): State {
    if (outcome.error !== undefined) return { ...state, isQueued: true }
    if (sameJson(state.rollout.status, outcome.status)) return state
    const version = state.version + 1
    const rollout = { ...state.rollout, status: outcome.status }
    return { ...state, version, rollout, isQueued: true }
  }

  /** Runs the sync again up to where it stands: what its last write made it do to the cache. */
  private position(state: State, sync: RunningSync): Position {
    const { results, rollout: given } = sync
    const lister = this.listerOf(sync)
    const reconcile = rolloutsController.reconcile(objectKey(given.metadata), controllerApi)
    let [{ cache }, rollout, used] = [state, given, 0]
    let answer: unknown
    for (;;) {
      const step = reconcile.next(answer)
      if (step.done === true) {
        const { error } = step.value
        return { cache, outcome: { status: rollout.status ?? {}, ...(error && { error }) } }
      }
      const asked = step.value
      const write = writeOf(asked)
      if (write !== undefined) {
        if (used === results.length) return { cache, write }
        answer = results[used]
        used += 1
      } else if (asked.type === 'request') {
        rollout = withStatus(rollout, asked.request)
        answer = { ok: true, code: 200, object: rollout }
      } else {
        const cached = used === results.length ? cachedBy(asked) : undefined
        cache = cached ?? cache
        answer = this.told(asked, lister)
      }
    }
  }

  private told(step: Asked, lister: Lister): unknown {
    if (step.type === 'read') return step.read(lister)
    if (step.type === 'now') return this.nowMs
    if (step.type !== 'recall' || step.key !== 'processes') return undefined
    return { byPod: {}, leads: { id: 'process', tag: this.version } } satisfies Processes
  }

  private listerOf({ rollout, replicaSet }: RunningSync): Lister {
    const objects = [rollout, replicaSet as KubeObject, ...this.services]
    const is = (kind: string) => (each: KubeObject) => each.kind === kind.split('.')[0]
    const found = {
      get: (kind: string, key: string) =>
        objects.filter(is(kind)).find(({ metadata }) => objectKey(metadata) === key),
      ownedBy: (kind: string) => objects.filter(is(kind)),
    }
    return found as unknown as Lister
  }

  private serve(state: State, sync: RunningSync): Step {
    const write = this.position(state, sync).write as ReplicaSetWrite
    const name = state.api.metadata.name ?? ''
    const isOld = write.version !== state.api.metadata.resourceVersion
    const isRefused = write.type === 'update' && isOld
    const version = state.version + 1
    const written = isRefused ? state.api : this.written(state.api, write, version)
    const result: ApiResponse = isRefused
      ? refused(conflict(name))
      : { ok: true, code: 200, object: written as KubeObject }
    const results = [...sync.results, result]
    const served = { ...sync, results, found: [...sync.found, written], isServed: true }
    const isChanged = written !== state.api
    const next = {
      ...state,
      sync: served,
      ...(isChanged && { version, api: written, events: [...state.events, written] }),
    }
    const action = `${write.type} served`
    return this.traced(next, 'R', { action, result: isRefused ? 'conflict' : 'ok' })
  }

  /** Writing what is there makes no new version. */
  private written(api: ReplicaSet, write: ReplicaSetWrite, version: number): ReplicaSet {
    const { desired, replicas } = write
    const isSameSpec = api.spec?.replicas === replicas
    if (isSameSpec && api.metadata.annotations?.[desiredReplicas] === desired) return api
    const annotations = { ...api.metadata.annotations, [desiredReplicas]: desired ?? '' }
    const generation = (api.metadata.generation ?? 0) + (isSameSpec ? 0 : 1)
    const metadata = { ...api.metadata, annotations, generation }
    const spec = { ...api.spec, replicas } as NonNullable<ReplicaSet['spec']>
    return versioned({ ...api, metadata, spec }, version)
  }
}

interface SyncOutcome {
  readonly status: RolloutStatus
  readonly error?: string
}

interface Position {
  readonly cache: ReplicaSet
  readonly write?: ReplicaSetWrite
  readonly outcome?: SyncOutcome
}

function refused(message: string): ApiResponse {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure' } as const
  return { ok: false, code: 409, status: { ...status, code: 409, reason: 'Conflict', message } }
}

/** The write of a ReplicaSet that a step is, if it is one. */
function writeOf(step: Asked): ReplicaSetWrite | undefined {
  if (step.type !== 'request') return undefined
  const { request } = step
  if (request.verb === 'update' && request.object.kind === 'ReplicaSet') {
    const { metadata, spec } = request.object as ReplicaSet
    const desired = metadata.annotations?.[desiredReplicas]
    return { type: 'update', version: metadata.resourceVersion, replicas: spec?.replicas, desired }
  }
  if (request.verb !== 'patch' || request.target.kind !== 'ReplicaSet') return undefined
  const { metadata, spec } = request.patch as ReplicaSet
  const desired = metadata.annotations?.[desiredReplicas]
  return { type: 'patch', version: undefined, replicas: spec?.replicas, desired }
}

function withStatus(rollout: Rollout, request: ApiRequest): Rollout {
  if (request.verb !== 'patch' || request.target.kind !== 'Rollout.argoproj.io') return rollout
  return applyMergePatch(rollout, request.patch) as Rollout
}

/** The ReplicaSet that a step puts into the controller's own cache. */
function cachedBy(step: Asked): ReplicaSet | undefined {
  if (step.type !== 'remember' || !step.key.startsWith('cache:ReplicaSet ')) return undefined
  return (step.value as { readonly object: ReplicaSet }).object
}

function versioned(object: ReplicaSet, version: number): ReplicaSet {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
}

/** First the generation, then all counts at once. */
function nextStatus({ metadata, spec, status }: ReplicaSet): ReplicaSet['status'] | undefined {
  const observedGeneration = metadata.generation ?? 0
  const replicas = spec?.replicas ?? 0
  if (status === undefined || status.observedGeneration !== observedGeneration) {
    return { ...status, replicas: status?.replicas ?? 0, observedGeneration }
  }
  if (status.replicas === replicas) return undefined
  const counts = { availableReplicas: replicas, fullyLabeledReplicas: replicas }
  return { ...status, ...counts, readyReplicas: replicas, replicas }
}

function shown({ metadata, spec, status }: ReplicaSet): object {
  return {
    desired: metadata.annotations?.[desiredReplicas],
    generation: metadata.generation,
    replicas: spec?.replicas,
    rv: metadata.resourceVersion,
    status: {
      available: status?.availableReplicas ?? 0,
      observedGeneration: status?.observedGeneration,
      ready: status?.readyReplicas ?? 0,
      replicas: status?.replicas ?? 0,
    },
  }
}

/** Versions only matter by whether they are the same. */
function keyOf(state: State): string {
  const { version: _, ...rest } = state
  const names = new Map<string, string>()
  const text = JSON.stringify(rest, (name, value: unknown) => {
    if (name !== 'resourceVersion' || typeof value !== 'string') return value
    return `v${value}`
  })
  const versions = [...new Set(text.match(/"resourceVersion":"v[0-9]+"/g))]
  const numbers = versions.map(each => Number(/v([0-9]+)/.exec(each.slice(18))?.[1]))
  numbers
    .toSorted((a, b) => a - b)
    .forEach((number, rank) => names.set(`"resourceVersion":"v${number}"`, `#${rank}`))
  return text.replaceAll(/"resourceVersion":"v[0-9]+"/g, each => names.get(each) ?? each)
}

interface Ending {
  readonly schedule: readonly Actor[]
  readonly trace: readonly object[]
  readonly state: State
}

export function explore(given: unknown): unknown {
  const input = given as Input
  const model = new Model(input)
  const seen = new Set<string>()
  const endings = new Map<string, Ending>()
  let runs = 1
  const visit = (state: State, schedule: readonly Actor[], trace: readonly object[]): void => {
    const key = keyOf(state)
    const choices = model.choices(state)
    if (choices.length === 0) {
      const end = JSON.stringify(endOf(state), (name, value: unknown) =>
        name === 'rv' ? undefined : value,
      )
      const known = endings.get(end)
      if (known === undefined || schedule.length < known.schedule.length) {
        endings.set(end, { schedule, trace, state })
      }
    }
    const isForced = state.sync !== undefined && choices.length === 1
    if (!isForced && seen.has(key)) return
    if (!isForced) seen.add(key)
    if (choices.length > 1) runs += choices.length - 1
    for (const actor of choices) {
      const next = model.step(state, actor)
      const path = choices.length > 1 ? [...schedule, actor] : schedule
      visit(next.state, path, [...trace, ...next.trace])
    }
  }
  const first = {
    actor: 'HPA',
    action: '',
    api: shown(model.start.api),
    cache: shown(model.start.cache),
  }
  const replicas = (input.objects.find(({ kind }) => kind === 'Rollout') as Rollout).spec?.replicas
  first.action = `spec.replicas ${replicas} -> ${input.scaleTo}`
  visit(model.start, [], [first])
  const ends = [...endings.values()].map(ending => ended(input, ending)).sort(inOrder)
  return {
    endStates: ends.length,
    staleEndStates: ends.filter(({ end }) => end.stale).length,
    runs,
    states: seen.size,
    ends,
  }
}

function inOrder(a: ReturnType<typeof ended>, b: ReturnType<typeof ended>): number {
  return (
    Number(a.end.stale) - Number(b.end.stale) ||
    a.schedule.length - b.schedule.length ||
    compareStrings(a.schedule, b.schedule)
  )
}

function endOf({ api, cache, rollout }: State) {
  return {
    cachedReplicaSet: shown(cache),
    replicaSet: shown(api),
    rollout: { spec: { replicas: rollout.spec?.replicas }, status: rollout.status },
    stale: cache.metadata.resourceVersion !== api.metadata.resourceVersion,
  }
}

const deadlineMs = 602_000
const restartMs = 60_000

function ended(input: Input, { schedule, trace, state }: Ending) {
  const endMs = parseTime(input.now)
  const late = new Model(input, endMs + deadlineMs)
  const afterDeadline = settle(late, { ...state, isQueued: true }, 1)
  const later = new Model(input, endMs + deadlineMs + restartMs)
  const { api } = afterDeadline
  const restarted = { ...afterDeadline, cache: api, events: [], isQueued: true }
  return {
    schedule: schedule.join(' '),
    syncErrors: trace.filter(step => 'error' in step).length,
    trace,
    end: endOf(state),
    afterDeadline: afterDeadline.rollout.status,
    afterRestart: settle(later, restarted, Number.POSITIVE_INFINITY).rollout.status,
  }
}

/** Only the controller runs, so many syncs at most. */
function settle(model: Model, from: State, syncs: number): State {
  let state = from
  for (let count = 0; count < syncs && model.choices(state).includes('R'); count += 1) {
    do state = model.step(state, 'R').state
    while (state.sync !== undefined)
  }
  return state
}
