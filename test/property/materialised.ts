// What the twin leaves out since it would change nothing, done after all, from outside: kubelets
// write each renewal of a lease and look at every pod, informers hear of every object again, so
// that controllers reconcile every key, loops tick whether or not anything happened, and the
// scheduler looks for pods. The dumb second implementation of time (ARCHITECTURE.md, Time).

import { listerOf } from '../../src/controllers/lister.ts'
import type { Controller, Memory, WatchContext } from '../../src/controllers/framework.ts'
import { request } from '../../src/cluster/cluster.ts'
import { changedText } from '../../src/engine/change-text.ts'
import type { World } from '../../src/engine/world.ts'
import { View } from '../../src/engine/view.ts'
import { keyOf, type KubeObject } from '../../src/kube/object.ts'
import {
  heartbeatOf,
  lastRenewalMs,
  leaseFor,
  leaseNamespace,
} from '../../src/kube/node-heartbeat.ts'
import { kubeletName } from '../../src/nodes/kubelet.ts'

/** Controllers that run as one component, in its order. */
export interface Crew {
  readonly name: string
  readonly controllers: readonly Controller[]
}

interface Planned {
  readonly atMs: number
  readonly component: string
  readonly controller: number
  readonly key: string
}

/** What is read of the state of a component. */
interface Desk {
  readonly memory: Pick<Memory, 'get'>
  readonly waiting: ReadonlyMap<string, unknown>
}

const everyMs = 1000
const schedulerName = 'default-scheduler'

export class Materialised {
  private readonly world: World
  private readonly crews: readonly Crew[]
  private planned: readonly Planned[] = []
  private tickMs: number
  /** How often something was done that the twin leaves out. */
  done = 0

  constructor(world: World, crews: readonly Crew[]) {
    this.world = world
    this.crews = crews
    this.tickMs = world.nowMs + everyMs
  }

  /** Lets time pass until a moment, as `runFor` does. */
  runTo(untilMs: number): void {
    const { world } = this
    for (;;) {
      const atMs = Math.min(this.tickMs, ...this.planned.map(each => each.atMs))
      world.runFor(Math.max(0, Math.min(atMs, untilMs) - world.nowMs))
      if (atMs > untilMs) return
      this.wakePlanned()
      if (this.tickMs > world.nowMs) continue
      // A component that looks while news is on its way would act on a cache that is behind.
      if (isUnderWay(world)) this.tickMs = world.nowMs + 1
      else {
        this.tick()
        this.tickMs = world.nowMs + everyMs
      }
    }
  }

  private desks(component: string): readonly Desk[] {
    return (this.world.stateOf(component) as unknown as { readonly desks: readonly Desk[] }).desks
  }

  private tick(): void {
    for (const crew of this.crews) if (!this.world.isDown(crew.name)) this.resync(crew)
    if (!this.world.isDown(kubeletName)) this.lookAtNodes()
    this.signal(schedulerName, undefined)
  }

  /** Every watch of every controller hears of every object once more. */
  private resync({ name: component, controllers }: Crew): void {
    const { world } = this
    const desks = this.desks(component)
    controllers.forEach(({ watches }, controller) => {
      const later = (key: string, delayMs: number): void => {
        const planned = { atMs: world.nowMs + delayMs, component, controller, key }
        this.planned = [...this.planned.filter(each => !isSame(each, planned)), planned]
      }
      const known = (desks[controller] as Desk).memory
      const context: WatchContext = {
        lister: listerOf(new View(world.store, new Map(), { cursors: [], pending: [] })),
        // What is told a second time must not be counted a second time.
        memory: { get: key => known.get(key), set: () => undefined, delete: () => undefined },
        nowMs: world.nowMs,
        enqueueAfter: later,
      }
      for (const { kind, keys } of watches) {
        for (const object of world.store.list(kind)) {
          const key = keyOf(object.metadata)
          for (const woken of keys({ kind, key, before: object, after: object }, context)) {
            this.wake({ component, controller, key: woken })
          }
        }
      }
    })
  }

  private wakePlanned(): void {
    const { world } = this
    const due = this.planned.filter(({ atMs }) => atMs <= world.nowMs)
    this.planned = this.planned.filter(({ atMs }) => atMs > world.nowMs)
    for (const each of due) this.wake(each)
  }

  /** Lets a controller look at a key, unless it waits on purpose to look at it later. */
  private wake({ component, controller, key }: Omit<Planned, 'atMs'>): void {
    if (this.desks(component)[controller]?.waiting.has(key) === true) return
    this.signal(component, { type: 'add', controller, key })
  }

  private lookAtNodes(): void {
    const { world } = this
    for (const lease of world.store.list('Lease', leaseNamespace)) this.renew(lease)
    for (const { metadata } of world.store.list('Pod')) {
      // The end of a pod is reported once, whole.
      if (metadata.deletionTimestamp !== undefined) continue
      this.signal(kubeletName, { type: 'due', uid: metadata.uid })
    }
  }

  /** Writes the last renewal instead of the rhythm of all of them. */
  private renew(lease: KubeObject): void {
    const heartbeat = heartbeatOf(lease)
    if (heartbeat === undefined || heartbeat.untilMs !== undefined) return
    const fromMs = lastRenewalMs(heartbeat, this.world.nowMs)
    if (fromMs === undefined || fromMs === heartbeat.fromMs) return
    const { name = '', namespace } = lease.metadata
    const { annotations } = leaseFor({ name }, { ...heartbeat, fromMs }).metadata
    request(
      this.world,
      {
        verb: 'patch',
        target: { kind: 'Lease', namespace, name },
        patchType: 'merge',
        patch: { metadata: { annotations } },
      },
      kubeletName,
    )
    this.done += 1
  }

  private signal(component: string, payload: unknown): void {
    if (this.world.isDown(component)) return
    this.done += 1
    this.world.signal(component, payload)
  }
}

function isSame(a: Planned, b: Planned): boolean {
  return a.component === b.component && a.controller === b.controller && a.key === b.key
}

function isUnderWay(world: World): boolean {
  const { seats, clockMs } = world.inside()
  const dueMs = world.nextEventMs()
  return (
    seats.some(({ pending }) => pending.length > 0) || (dueMs !== undefined && dueMs <= clockMs)
  )
}

/**
 * Every write but those of leases, by time: what two machines do in one millisecond has no order.
 * And every Event once, when it was first recorded: who looks more often says the same more often,
 * and `kubectl describe` counts it.
 */
export function storyOf(world: World): readonly string[] {
  const writes = world.store
    .changesAfter(0)
    .filter(({ kind }) => kind !== 'Lease')
    .map(change => {
      const { atMs, writer, kind, key } = change
      return `${atMs} ${writer} ${kind} ${key} ${withoutVersions(changedText(change))}`
    })
  const events = new Map<string, string>()
  for (const entry of world.traceFrom(0)) {
    if (entry.type !== 'event') continue
    const { atMs, kind, key, uid, source, reason, message } = entry
    const text = `${source} ${kind} ${key} ${uid} ${reason} ${message}`
    if (!events.has(text)) events.set(text, `${atMs} ${text}`)
  }
  return [...writes, ...events.values()].sort()
}

/**
 * Without versions, which count leases too, and without the time of what triggered a slice: it
 * tells which look came first, in Kubernetes too.
 */
export function withoutVersions(text: string): string {
  return text
    .replaceAll(/"?resourceVersion"?:?"\d+"/g, '')
    .replaceAll(/"endpoints.kubernetes.io\/last-change-trigger-time":"[^"]*"/g, '')
}
