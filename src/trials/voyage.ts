// A voyage is one run of one trial on a World: the steps it can take and what it saw.
// Steps are those of kubectl: apply, rollout restart, cordon, drain.

import type { ApiResponse } from '../apiserver/request.ts'
import type { Observation, Refusal } from '../checks/verdict.ts'
import { request } from '../cluster/cluster.ts'
import type { RunOutcome, World } from '../engine/world.ts'
import { isServed, kindKeyOf, kinds } from '../kube/kinds.ts'
import type { KubeObject, ObjectRef } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import { formatTime } from '../kube/time.ts'

/** Steps that one wait of a trial may take: then it is inconclusive, not endless. */
export const settleStepsMax = 200_000

/** How long a trial waits for the cluster to come to rest: twice the default progress deadline. */
export const settleMsMax = 1_200_000
/** Assumed pace of an installer: one object every 10 ms. */
export const applyPaceMs = 10

/** Looks at a World that is about to run until a moment; changes nothing of it. */
export type UnderWay = (world: World, untilMs: number) => void

export interface VoyageOptions {
  /** Hosts that hold a vote of etcd and are no nodes. */
  readonly etcdHosts?: readonly string[] | undefined
  readonly underWay?: UnderWay | undefined
}

export class Voyage {
  readonly world: World
  /** Hosts that hold a vote of etcd and are no nodes. */
  readonly etcdHosts: readonly string[]
  private readonly startMs: number
  private readonly startRevision: number
  private readonly refused: Refusal[] = []
  /** Nodes and hosts of etcd whose machines are gone at present. */
  readonly lost = new Set<string>()
  /** Whether the API server is down for want of machines. */
  isHeadless = false
  /** The server that leads since others had to take over; undefined while the first one leads. */
  leader: string | undefined
  private last: RunOutcome | undefined
  private stuck = false
  /** What happens later whatever the trial does meanwhile, in order of time. */
  private readonly agenda: { readonly atMs: number; readonly act: () => void }[] = []

  /** Called whenever the voyage is about to let the cluster run, with the time until it does. */
  private readonly underWay: UnderWay | undefined

  constructor(world: World, { etcdHosts = [], underWay }: VoyageOptions = {}) {
    this.world = world
    this.etcdHosts = etcdHosts
    this.underWay = underWay
    this.startMs = world.nowMs
    this.startRevision = world.store.revision
  }

  /** Applies an object as kubectl does: create it, or patch the one that is there. */
  apply(object: KubeObject): ApiResponse {
    const created = isServed(object.apiVersion, object.kind)
      ? request(this.world, { verb: 'create', object, fieldValidation: 'Strict' })
      : noMatch(object)
    const exists = !created.ok && created.status.reason === 'AlreadyExists'
    const response = exists ? this.patchExisting(object) : created
    if (!response.ok) this.refuse('apply', object, response)
    return response
  }

  /** `kubectl rollout restart`: stamps the pod template. */
  restart(object: KubeObject): ApiResponse {
    const stamp = { 'kubectl.kubernetes.io/restartedAt': formatTime(this.world.nowMs) }
    const patch = { spec: { template: { metadata: { annotations: stamp } } } }
    return this.patch(object, patch)
  }

  /** A merge patch of an object, or of its status; a refusal is remembered. */
  patch(object: KubeObject, patch: unknown, subresource?: 'status'): ApiResponse {
    const response = request(this.world, {
      verb: 'patch',
      target: targetOf(object),
      patchType: 'merge',
      patch,
      ...(subresource && { subresource }),
    })
    if (!response.ok) this.refuse('apply', object, response)
    return response
  }

  /** Does something at a moment to come, in the middle of whatever step lasts until then. */
  later(atMs: number, act: () => void): void {
    this.agenda.push({ atMs, act })
    this.agenda.sort((a, b) => a.atMs - b.atMs)
  }

  /** Lets the cluster run until it is at rest, at most `maxMs`. */
  settle(maxMs: number = settleMsMax): RunOutcome {
    const endMs = this.world.nowMs + maxMs
    for (;;) {
      const untilMs = Math.min(endMs, this.agenda[0]?.atMs ?? endMs)
      this.underWay?.(this.world, untilMs)
      const last = this.pass(() => this.world.run({ untilMs, stepsMax: settleStepsMax }))
      if (last.reason !== 'time' || !this.actOn(untilMs)) return last
    }
  }

  /** Lets exactly that much time pass. */
  wait(durationMs: number): RunOutcome {
    const endMs = this.world.nowMs + durationMs
    for (;;) {
      const untilMs = Math.min(endMs, this.agenda[0]?.atMs ?? endMs)
      const last = this.pass(() => this.world.runFor(Math.max(0, untilMs - this.world.nowMs)))
      if (this.stuck || !this.actOn(untilMs)) return last
    }
  }

  /** Lets time pass, unless it is known to stand still. */
  private pass(run: () => RunOutcome): RunOutcome {
    if (this.stuck && this.last !== undefined) return this.last
    const { nowMs } = this.world
    const last = run()
    this.last = last
    this.stuck = last.reason === 'steps' && nowMs === this.world.nowMs
    return last
  }

  /** Does the next thing on the agenda if its time has come. */
  private actOn(nowMs: number): boolean {
    const next = this.agenda[0]
    if (next === undefined || next.atMs > nowMs) return false
    this.agenda.shift()
    next.act()
    return true
  }

  addRefusal(refusal: Refusal): void {
    this.refused.push(refusal)
  }

  observation(): Observation {
    return {
      world: this.world,
      startMs: this.startMs,
      startRevision: this.startRevision,
      endMs: this.world.nowMs,
      quiet: this.last === undefined || this.last.reason === 'quiescent',
      refusals: this.refused,
    }
  }

  /** Whether the run hit its bound on steps: then nothing it shows is final. */
  get exhausted(): boolean {
    return this.last?.reason === 'steps'
  }

  /** Whether components kept each other busy without a pause: no time passes on this voyage then. */
  get isStuck(): boolean {
    return this.stuck
  }

  private patchExisting(object: KubeObject): ApiResponse {
    const { name, namespace, labels, annotations } = object.metadata
    const metadata = { name, namespace, labels, annotations }
    const patch = { ...object, metadata: withoutUndefined(metadata) }
    const target = targetOf(object)
    const patchType = kinds.has(target.kind) ? 'strategic' : 'merge'
    return request(this.world, { verb: 'patch', target, patchType, patch })
  }

  private refuse(what: Refusal['what'], object: KubeObject, response: ApiResponse): void {
    if (response.ok) return
    const { code, reason, message, details } = response.status
    const fields = (details?.causes ?? []).flatMap(({ field }) => field ?? [])
    this.addRefusal({
      atMs: this.world.nowMs,
      what,
      object: refOf(object),
      manifest: object,
      code,
      reason,
      message,
      fields,
      attempts: 1,
    })
  }
}

/** What kubectl answers before it asks the API server. Upstream: cli-runtime pkg/resource, v0.36.3. */
function noMatch({ apiVersion, kind, metadata }: KubeObject): ApiResponse {
  const { name = '', namespace = '' } = metadata
  const message =
    `resource mapping not found for name: "${name}" namespace: "${namespace}": ` +
    `no matches for kind "${kind}" in version "${apiVersion}"; ensure CRDs are installed first`
  const status: ApiStatus = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: 404,
    reason: 'NotFound',
    message,
    details: { causes: [{ reason: 'NoMatch', message, field: 'apiVersion' }] },
  }
  return { ok: false, code: 404, status }
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(entries) as Partial<T>
}

/** Names an object in requests: its kind is the key of the kinds table. */
export function targetOf(object: KubeObject): {
  kind: string
  namespace?: string
  name: string
} {
  const { namespace, name = '' } = object.metadata
  const kind = kindKeyOf(object)
  return namespace === undefined ? { kind, name } : { kind, namespace, name }
}

/** Names an object for people. */
export function refOf({ kind, metadata: { namespace, name = '' } }: KubeObject): ObjectRef {
  return namespace === undefined ? { kind, name } : { kind, namespace, name }
}
