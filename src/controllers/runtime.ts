// Runs controllers as one component: shared informers, one work queue each, back-off on errors.
// Upstream: client-go util/workqueue (default controller rate limiter) and tools/record
// (events_cache.go), v0.36.3.

import { assertNever } from '../base/assert.ts'
import { compareStrings } from '../base/compare.ts'
import { SortedMap } from '../base/sorted-map.ts'
import type { Actor, Forkable, Turn } from '../engine/actor.ts'
import { Process } from '../engine/process.ts'
import type { Change } from '../engine/store.ts'
import type { ApiResponse } from '../apiserver/request.ts'
import { holdOf, mayHang } from '../apiserver/webhooks/delay.ts'
import { kindKeyOf } from '../kube/kinds.ts'
import { controllerOf, keyOf, type KubeObject } from '../kube/object.ts'
import { api } from './api.ts'
import { DirectApi } from './direct-api.ts'
import type {
  Controller,
  Lister,
  Memory,
  ReconcileResult,
  Step,
  Watch,
  WatchContext,
} from './framework.ts'
import { listerOf } from './lister.ts'

const backoffBaseMs = 5
const backoffMaxMs = 1_000_000

export interface ComponentOptions {
  readonly name: string
  readonly controllers: readonly Controller[]
  /** Let other actors run between any two steps of a reconcile (exploration). */
  readonly interleave?: boolean
  /** How late answers of the API server may come is a choice: to writes of these kinds. */
  readonly lateAnswers?: readonly string[]
}

type Payload =
  | { readonly type: 'next'; readonly controller: number }
  | { readonly type: 'add'; readonly controller: number; readonly key: string }
  | { readonly type: 'periodic'; readonly controller: number }

/** What one controller has to do and remembers. */
interface Desk {
  /** Keys in order of arrival. */
  readonly queue: Set<string>
  /** Consecutive failures of a key; absent means none. */
  readonly failures: Map<string, number>
  /** Keys that wait for their time; each with its earliest one only, as in a delaying queue. */
  readonly waiting: Map<string, Waiting>
  readonly memory: SortedMap<unknown>
  /** What its client may still send, once it has sent something. */
  client: ClientBudget | undefined
  /** The reconcile that waits for its next answer, when steps interleave. */
  running: Running | undefined
  /** Whether a wake for the next key or step is planned. */
  planned: boolean
}

interface Running {
  readonly key: string
  readonly process: Process<Step, ReconcileResult>
  /** When webhooks that hang let the request go on that comes next. */
  heldUntilMs?: number | undefined
  /** The answer that it will get then, where it is known already. */
  refusal?: unknown
}

interface Waiting {
  readonly atMs: number
  readonly sequence: number
}

class ComponentState implements Forkable {
  readonly desks: readonly Desk[]

  constructor(desks: readonly Desk[]) {
    this.desks = desks
  }

  fork(): this {
    return new ComponentState(this.desks.map(forkDesk)) as this
  }
}

function forkDesk(desk: Desk): Desk {
  const { queue, failures, waiting, memory, client, running, planned } = desk
  return {
    queue: new Set(queue),
    failures: new Map(failures),
    waiting: new Map(waiting),
    memory: memory.fork(),
    client,
    running: running && { ...running, process: running.process.fork() },
    planned,
  }
}

/** The actor that runs `controllers` with shared informers. */
export function component(options: ComponentOptions): Actor<ComponentState> {
  const { name, controllers, interleave = false, lateAnswers = [] } = options
  const dispatch = new Dispatch(controllers)
  const watches = [...new Set(controllers.flatMap(({ watches: all }) => all.map(w => w.kind)))]
  return {
    name,
    watches: watches.sort(compareStrings),
    tellsParts: true,
    identity: ({ desks }) => desks.map(deskIdentity),
    tell: ({ desks }, payload) => toldOf(controllers, desks, payload as Payload),
    start: turn => start(turn, controllers),
    deliver: (turn, state, changes) => deliver(turn, state, dispatch, changes),
    wake: (turn, state, payload) =>
      wake({ turn, state, controllers, interleave, lateAnswers }, payload as Payload),
  }
}

function toldOf(
  controllers: readonly Controller[],
  desks: readonly Desk[],
  payload: Payload,
): string {
  const { name } = controllers[payload.controller] as Controller
  const { running, queue } = desks[payload.controller] as Desk
  switch (payload.type) {
    case 'next':
      return `${name} works on ${running?.key ?? firstOf(queue) ?? 'nothing'}`
    case 'add':
      return `${name} takes ${payload.key} up again`
    case 'periodic':
      return `${name} wakes`
    default:
      return assertNever(payload)
  }
}

/** A desk as far as it decides what its controller will do. */
function deskIdentity(desk: Desk): unknown {
  const { queue, failures, waiting, memory, client, running, planned } = desk
  const isIdle = queue.size + failures.size + waiting.size + memory.size === 0
  if (isIdle && client === undefined && running === undefined) return planned
  const remembered = memory.keys().map(key => [key, memory.get(key)])
  const answers = running && [running.key, running.heldUntilMs, running.process.given]
  return [[...queue], failures, waiting, remembered, client, answers, planned]
}

function start(turn: Turn, controllers: readonly Controller[]): ComponentState {
  const desks = controllers.map(
    (): Desk => ({
      queue: new Set(),
      failures: new Map(),
      waiting: new Map(),
      memory: new SortedMap(),
      client: undefined,
      running: undefined,
      planned: false,
    }),
  )
  controllers.forEach(({ periodic }, controller) => {
    if (periodic !== undefined) turn.wakeAfter(0, { type: 'periodic', controller })
  })
  return new ComponentState(desks)
}

function deliver(
  turn: Turn,
  state: ComponentState,
  dispatch: Dispatch,
  changes: readonly Change[],
): void {
  const lister = listerOf(turn.view)
  const owners = changes.map(soleOwnerKind)
  for (const { controller, byKind } of dispatch.interestedIn(changes)) {
    let context: WatchContext | undefined
    for (let index = 0; index < changes.length; index += 1) {
      const change = changes[index] as Change
      const watches = byKind.get(change.kind)
      if (watches === undefined) continue
      const desk = state.desks[controller] as Desk
      for (let at = 0; at < watches.length; at += 1) {
        const watch = watches[at] as Watch
        if (isForeign(watch, owners[index])) continue
        context ??= new DeskWatchContext({ turn, lister, desk, controller })
        for (const key of watch.keys(change, context)) {
          turn.touch(controller)
          add(turn, desk, controller, key)
        }
      }
    }
  }
}

/** A controller by its place, and what it watches. */
interface Interest {
  readonly controller: number
  readonly byKind: ReadonlyMap<string, readonly Watch[]>
}

/** Which controllers look at which kinds: a function of the controllers alone. */
class Dispatch {
  private readonly interests: readonly Interest[]
  private readonly known = new Map<string, readonly Interest[]>()

  constructor(controllers: readonly Controller[]) {
    this.interests = controllers.map((member, controller) => ({
      controller,
      byKind: watchesByKind(member),
    }))
  }

  /** Those that watch a kind of these changes, in the order of the controllers. */
  interestedIn(changes: readonly Change[]): readonly Interest[] {
    let kinds = ' '
    for (const { kind } of changes) if (!kinds.includes(` ${kind} `)) kinds += `${kind} `
    let found = this.known.get(kinds)
    if (found === undefined) {
      const all = new Set(changes.map(({ kind }) => kind))
      found = this.interests.filter(({ byKind }) => [...all].some(kind => byKind.has(kind)))
      this.known.set(kinds, found)
    }
    return found
  }
}

/** The kind that controls the object before and after the change; undefined: none, or two. */
function soleOwnerKind({ before, after }: Change): string | undefined {
  const now = after && controllerOf(after.metadata)?.kind
  if (before === undefined) return now
  if (before.metadata.ownerReferences === after?.metadata.ownerReferences) return now
  const old = controllerOf(before.metadata)?.kind
  return after === undefined || old === now ? old : undefined
}

function isForeign({ owner }: Watch, soleOwner: string | undefined): boolean {
  return owner !== undefined && soleOwner !== undefined && soleOwner !== owner
}

function watchesByKind(member: Controller): ReadonlyMap<string, readonly Watch[]> {
  const byKind = new Map<string, Watch[]>()
  for (const watch of member.watches) {
    const same = byKind.get(watch.kind)
    if (same === undefined) byKind.set(watch.kind, [watch])
    else same.push(watch)
  }
  return byKind
}

interface DeskContext {
  readonly turn: Turn
  readonly lister: Lister
  readonly desk: Desk
  readonly controller: number
}

/** What the watches of one desk may use in one delivery. */
class DeskWatchContext implements WatchContext {
  readonly lister: Lister
  readonly nowMs: number
  private readonly turn: Turn
  private readonly desk: Desk
  private readonly controller: number

  constructor({ turn, lister, desk, controller }: DeskContext) {
    this.lister = lister
    this.nowMs = turn.nowMs
    this.turn = turn
    this.desk = desk
    this.controller = controller
  }

  get memory(): Memory {
    this.turn.touch(this.controller)
    return this.desk.memory as Memory
  }

  /** A property of its own: watches take it out of the context. */
  readonly enqueueAfter = (key: string, delayMs: number, standing?: boolean): void => {
    const { turn, desk, controller } = this
    turn.touch(controller)
    addAfter(turn, { desk, controller, key }, delayMs, standing)
  }
}

function firstOf(queue: ReadonlySet<string>): string | undefined {
  for (const key of queue) return key
  return undefined
}

function add(turn: Turn, desk: Desk, controller: number, key: string): void {
  desk.queue.add(key)
  planNext(turn, desk, controller)
}

/** Adds a key later; an earlier time that it waits for already stands. */
function addAfter(
  turn: Turn,
  { desk, controller, key }: Finished,
  delayMs: number,
  standing = false,
): void {
  const atMs = turn.nowMs + delayMs
  const known = desk.waiting.get(key)
  if (known !== undefined && known.atMs <= atMs) return
  if (known !== undefined) turn.cancel(known.sequence)
  const sequence = turn.wakeAfter(delayMs, { type: 'add', controller, key }, standing)
  desk.waiting.set(key, { atMs, sequence })
}

function planNext(turn: Turn, desk: Desk, controller: number): void {
  if (desk.planned || (desk.queue.size === 0 && desk.running === undefined)) return
  desk.planned = true
  const heldMs = (desk.running?.heldUntilMs ?? 0) - turn.nowMs
  const owed = turn.isOrderFree ? 0 : owedMs(desk, turn.nowMs)
  turn.wakeAfter(Math.max(owed, heldMs), { type: 'next', controller })
}

/** Requests that a controller's client may still send at once; less than none when it owes. */
interface ClientBudget {
  readonly tokens: number
  readonly atMs: number
}

/** Defaults of kube-controller-manager: --kube-api-qps, --kube-api-burst, for each controller. */
const clientQps = 20
const clientBurst = 30

function clientTokens(desk: Desk, nowMs: number): number {
  const { client } = desk
  if (client === undefined) return clientBurst
  return Math.min(clientBurst, client.tokens + ((nowMs - client.atMs) * clientQps) / 1000)
}

/** A reconcile runs in one go and the next waits for as long as its requests would have taken. */
function payForRequest(desk: Desk, { nowMs, isOrderFree }: Turn): void {
  if (isOrderFree) return // Any order may be a slow client's.
  desk.client = { tokens: clientTokens(desk, nowMs) - 1, atMs: nowMs }
}

function owedMs(desk: Desk, nowMs: number): number {
  return Math.ceil((Math.max(0, -clientTokens(desk, nowMs)) * 1000) / clientQps)
}

interface Run {
  readonly turn: Turn
  readonly state: ComponentState
  readonly controllers: readonly Controller[]
  readonly interleave: boolean
  readonly lateAnswers: readonly string[]
}

function wake(run: Run, payload: Payload): void {
  const { turn, state, controllers } = run
  turn.touch(payload.controller)
  const desk = state.desks[payload.controller] as Desk
  const member = controllers[payload.controller] as Controller
  switch (payload.type) {
    case 'add':
      desk.waiting.delete(payload.key)
      add(turn, desk, payload.controller, payload.key)
      return
    case 'periodic': {
      const { keys, everyMs } = member.periodic ?? { keys: [], everyMs: 0 }
      for (const key of keys) add(turn, desk, payload.controller, key)
      if (everyMs > 0) turn.wakeAfter(everyMs, payload)
      return
    }
    case 'next':
      desk.planned = false
      advance(run, desk, payload.controller)
      planNext(turn, desk, payload.controller)
      return
    default:
      assertNever(payload)
  }
}

/** Takes the next key to its end, or one step further when steps interleave. */
function advance(run: Run, desk: Desk, controller: number): void {
  const member = run.controllers[controller] as Controller
  if (desk.running !== undefined) {
    goOn(run, desk, controller)
    return
  }
  const key = firstOf(desk.queue)
  if (key === undefined) return
  desk.queue.delete(key)
  const finished = { desk, controller, key, member }
  if (isStale(run.turn, desk, key)) {
    finish(run.turn, finished, { error: 'own writes are not seen yet' })
  } else if (run.interleave || run.lateAnswers.length > 0 || mayHang(run.turn.view)) {
    desk.running = { key, process: new Process(() => member.reconcile(key, api)) }
    goOn(run, desk, controller)
  } else {
    finish(run.turn, finished, reconcileNow(run, desk, { key, member }))
  }
}

/** The whole reconcile in one go; nobody comes between its steps. */
function reconcileNow(
  run: Run,
  desk: Desk,
  { key, member }: { readonly key: string; readonly member: Controller },
): ReconcileResult {
  const lister = listerOf(run.turn.view)
  const context: Answering = { turn: run.turn, desk, lister, member, key }
  const steps = member.reconcile(key, new DirectApi(lister, step => answer(context, step)))
  let step = steps.next()
  while (step.done !== true) step = steps.next(answer(context, step.value))
  return step.value
}

/** One step, where others come between; else to the end, or to where webhooks hold it up. */
function goOn(run: Run, desk: Desk, controller: number): void {
  do stepOn(run, desk, controller)
  while (!run.interleave && desk.running !== undefined && desk.running.heldUntilMs === undefined)
}

/** One step of the reconcile that waits; then others get their turn. */
function stepOn(run: Run, desk: Desk, controller: number): void {
  const member = run.controllers[controller] as Controller
  const running = desk.running as NonNullable<Desk['running']>
  const { key, process } = running
  const context = { turn: run.turn, desk, lister: listerOf(run.turn.view), member, key }
  let step = process.peek()
  if (step.done !== true) {
    if (isHeld(context, running, step.value)) return
    const response = answerHeld(context, running, step.value)
    const lateMs = lateness(run, step.value, response)
    if (lateMs > 0) running.heldUntilMs = run.turn.nowMs + lateMs
    step = process.answer(response)
  }
  if (step.done !== true) return
  desk.running = undefined
  finish(run.turn, { desk, controller, key, member }, step.value)
}

/** At once, when others have seen the write, or when what they did about it has been seen. */
const latenessMs = [0, 3, 10] as const

/** How much later than its write the answer arrives: for accepted writes of the kinds named. */
function lateness({ turn, lateAnswers }: Run, step: Step, response: unknown): number {
  if (step.type !== 'request' || lateAnswers.length === 0) return 0
  const { verb } = step.request
  const { ok, object } = response as ApiResponse & { readonly object: KubeObject }
  if (!ok || (verb !== 'update' && verb !== 'patch') || !lateAnswers.includes(object.kind)) return 0
  const point = `late-${verb}-${object.kind.toLowerCase()}`
  return latenessMs[turn.choose(point, latenessMs.length)] ?? 0
}

/** Whether hanging webhooks hold up the request now; it goes on, or fails, when they gave up. */
function isHeld(context: Answering, running: Running, step: Step): boolean {
  if (step.type !== 'request' || running.heldUntilMs !== undefined) return false
  const { view, nowMs } = context.turn
  const { delayMs, fails } = holdOf(view, step.request)
  if (delayMs === 0) return false
  running.heldUntilMs = nowMs + delayMs
  if (fails) running.refusal = answer(context, step)
  return true
}

/** The answer to the step: the refusal of a request that was held up, or a new one. */
function answerHeld(context: Answering, running: Running, step: Step): unknown {
  const { refusal } = running
  running.heldUntilMs = undefined
  running.refusal = undefined
  return refusal ?? answer(context, step)
}

/** Latest revisions that the reconciles of one key have written, by kind. */
type OwnWrites = Readonly<Record<string, OwnWrite>>

/** The number tells when, the object tells what: two ways to one state differ in the number only. */
interface OwnWrite {
  readonly resourceVersion: number
  readonly object: KubeObject
}

function isStale({ view }: Turn, { memory }: Desk, key: string): boolean {
  const written = memory.get(`written:${key}`) as OwnWrites | undefined
  if (written === undefined) return false
  const stale = Object.entries(written).some(
    ([kind, { resourceVersion }]) => !view.hasSeen(kind, resourceVersion),
  )
  if (!stale) memory.delete(`written:${key}`)
  return stale
}

function noteWrite({ desk, key, member }: Answering, response: unknown, verb: string): void {
  if (verb === 'get' || verb === 'delete' || verb === 'evict') return
  const { ok, object } = response as ApiResponse & { readonly object: KubeObject }
  if (!ok) return
  const kind = kindKeyOf(object)
  if (member.ownWrites?.includes(kind) !== true) return
  const written = desk.memory.get(`written:${key}`) as OwnWrites | undefined
  const own: OwnWrite = { resourceVersion: Number(object.metadata.resourceVersion), object }
  desk.memory.set(`written:${key}`, { ...written, [kind]: own } satisfies OwnWrites)
}

interface Answering {
  readonly turn: Turn
  readonly key: string
  readonly desk: Desk
  readonly lister: Lister
  readonly member: Controller
}

function answer(context: Answering, step: Step): unknown {
  const { turn, desk, lister, member } = context
  switch (step.type) {
    case 'read':
      return step.read(lister)
    case 'request': {
      payForRequest(desk, turn)
      const response = turn.submit(step.request, member.name)
      if (member.ownWrites !== undefined) noteWrite(context, response, step.request.verb)
      return response
    }
    case 'event': {
      const { object, eventType: type, reason, message } = step
      if (!turn.isOrderFree && !passesSpamFilter(desk, object, turn.nowMs)) return undefined
      payForRequest(desk, turn)
      turn.emit({ object, type, reason, message, source: member.name })
      return undefined
    }
    case 'recall':
      return desk.memory.get(step.key)
    case 'remember':
      if (step.value === undefined) desk.memory.delete(step.key)
      else desk.memory.set(step.key, step.value)
      return undefined
    case 'note':
      turn.note(step.topic, step.data)
      return undefined
    case 'now':
      return turn.nowMs
    default:
      return assertNever(step)
  }
}

/** Events that a component may still send about one object: 25 at once, one more every 5 min. */
interface EventBudget {
  readonly tokens: number
  readonly atMs: number
}

const eventBurst = 25
const eventEveryMs = 300_000

/** client-go's EventSourceObjectSpamFilter: what it refuses is lost. */
function passesSpamFilter(desk: Desk, object: KubeObject, nowMs: number): boolean {
  const key = `events:${object.kind}/${keyOf(object.metadata)}/${object.metadata.uid ?? ''}`
  const known = desk.memory.get(key) as EventBudget | undefined
  const grown = known === undefined ? eventBurst : (nowMs - known.atMs) / eventEveryMs
  const tokens = Math.min(eventBurst, (known?.tokens ?? 0) + grown)
  const passes = tokens >= 1
  desk.memory.set(key, { tokens: passes ? tokens - 1 : tokens, atMs: nowMs } satisfies EventBudget)
  return passes
}

interface Finished {
  readonly desk: Desk
  readonly controller: number
  readonly key: string
}

function finish(turn: Turn, finished: Finished & { member: Controller }, result: ReconcileResult) {
  const { desk, key, member } = finished
  const failures = desk.failures.get(key) ?? 0
  if (result.error !== undefined && failures < (member.retriesMax ?? Number.POSITIVE_INFINITY)) {
    desk.failures.set(key, failures + 1)
    addAfter(turn, finished, Math.min(backoffBaseMs * 2 ** failures, backoffMaxMs))
    return
  }
  desk.failures.delete(key)
  if (result.requeueAfterMs === undefined) return
  addAfter(turn, finished, result.requeueAfterMs, result.standing)
}
