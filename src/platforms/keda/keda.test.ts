import { beforeEach, describe, expect, it } from 'vitest'
import type { HorizontalPodAutoscaler, Pod } from '../../kube/generated/types.ts'
import { quantityText } from '../../kube/quantity.ts'
import { ScaledObjectReconciler } from './reconciler.ts'
import { ScaleHandler } from './scale-handler.ts'
import type { ScaledObject, ScaledObjectSpec, Trigger } from './scaled-object.ts'
import type { KedaEvent, KedaOperatorWorld } from './world.ts'

const startMs = Date.parse('2026-01-01T00:00:00Z')

/** One Deployment of three, one ScaledObject, pods as given. */
class World implements KedaOperatorWorld {
  seconds = 0
  replicas = 3
  podCount: number | undefined = 0
  object: ScaledObject | undefined
  readonly events: KedaEvent[] = []
  readonly autoscalers = new Map<string, HorizontalPodAutoscaler>()

  nowMs(): number {
    return startMs + this.seconds * 1000
  }

  scale() {
    return { replicas: this.replicas, selector: 'app=web' }
  }

  setScale(_object: ScaledObject, replicas: number): undefined {
    this.replicas = replicas
  }

  autoscaler(_namespace: string, name: string) {
    return this.autoscalers.get(name)
  }

  pods(): readonly Pod[] | string {
    if (this.podCount === undefined) return 'no answer'
    return Array.from({ length: this.podCount }, () => ({ metadata: {} }) as Pod)
  }

  event(_object: ScaledObject, event: KedaEvent): void {
    this.events.push(event)
  }

  resource(apiVersion: string, kind: string) {
    if (apiVersion !== 'apps/v1') return `no matches for kind "${kind}" in version "${apiVersion}"`
    return { group: 'apps', version: 'v1', kind, resource: 'deployments' }
  }

  read(): ScaledObject | undefined {
    return this.object
  }

  write(object: ScaledObject): void {
    this.object = object
  }

  remove(): void {
    this.object = undefined
  }

  putAutoscaler(autoscaler: HorizontalPodAutoscaler): void {
    this.autoscalers.set(autoscaler.metadata.name ?? '', autoscaler)
  }

  removeAutoscaler(_namespace: string, name: string): void {
    this.autoscalers.delete(name)
  }
}

const workload: Trigger = {
  type: 'kubernetes-workload',
  name: 'q',
  metadata: { podSelector: 'app=queue', value: '2' },
}

let world: World
let handler: ScaleHandler
let reconciler: ScaledObjectReconciler

beforeEach(() => {
  world = new World()
  handler = new ScaleHandler(world)
  reconciler = new ScaledObjectReconciler(world, handler, { version: 'main' })
})

function create(spec: Partial<ScaledObjectSpec> = {}, annotations?: Record<string, string>) {
  world.object = {
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: 'u',
      generation: 1,
      creationTimestamp: new Date(startMs).toISOString(),
      ...(annotations && { annotations }),
    },
    spec: { scaleTargetRef: { name: 'web' }, triggers: [workload], ...spec },
  }
  const error = reconciler.reconcile('default', 'web')
  handler.poll()
  return error
}

function advance(seconds: number): void {
  const end = world.seconds + seconds
  for (;;) {
    const next = handler.nextMs()
    if (next === undefined || next > startMs + end * 1000) break
    world.seconds = (next - startMs) / 1000
    handler.poll()
  }
  world.seconds = end
}

function annotate(annotations: Record<string, string>): string | undefined {
  const object = world.object as ScaledObject
  world.object = { ...object, metadata: { ...object.metadata, annotations } }
  return reconciler.reconcile('default', 'web')
}

describe('KEDA', () => {
  it('makes an autoscaler and goes down to zero after the cooldown', () => {
    world.podCount = 1
    expect(create()).toBeUndefined()
    expect(world.autoscalers.get('keda-hpa-web')?.spec).toMatchObject({ minReplicas: 1 })
    advance(60)
    world.podCount = 0
    advance(300)
    expect(world.replicas).toBe(3)
    advance(60)
    expect(world.replicas).toBe(0)
    world.podCount = 4
    advance(30)
    expect(world.replicas).toBe(1)
    expect(world.events.at(-1)?.note).toMatch(/from 0 to 1, triggered by s0-workload-default/)
  })

  it('leaves the replica count of a paused target alone, and takes it up again', () => {
    create()
    expect(annotate({ 'autoscaling.keda.sh/paused-replicas': '5' })).toBeUndefined()
    expect([world.replicas, world.autoscalers.size]).toEqual([5, 0])
    expect(handler.nextMs()).toBeUndefined()
    annotate({})
    expect(world.autoscalers.size).toBe(1)
    expect(handler.nextMs()).toBeDefined()
  })

  it('stands in for a metric that fails too often', () => {
    create({ fallback: { failureThreshold: 1, replicas: 6 } })
    world.podCount = undefined
    advance(60)
    const answer = handler.metrics('default', 'web', 's0-workload-default')
    expect(answer.ok && answer.values.map(({ value }) => quantityText(value))).toEqual(['12'])
    const reasons = world.events.map(({ reason }) => reason)
    expect(reasons).toContain('ScaledObjectFallbackActivated')
  })

  it('scales by a formula', () => {
    world.podCount = 3
    create({ advanced: { scalingModifiers: { formula: 'q * 2', target: '4' } } })
    const answer = handler.metrics('default', 'web', 'composite-metric')
    expect(answer.ok && answer.values.map(({ value }) => quantityText(value))).toEqual(['6'])
  })

  it('says what is wrong with a ScaledObject', () => {
    const triggers = [{ ...workload, metadata: { podSelector: 'a=b' } }]
    expect(create({ triggers })).toMatch(/value must be a float greater than 0/)
    expect(world.object?.status?.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'False' })
    expect(create({ scaleTargetRef: { name: 'x', apiVersion: 'v9', kind: 'X' } })).toBe(
      'no matches for kind "X" in version "v9"',
    )
  })

  it('gives back the replicas when it goes', () => {
    create({ advanced: { restoreToOriginalReplicaCount: true } })
    world.replicas = 9
    const object = world.object as ScaledObject
    const deletionTimestamp = new Date(startMs).toISOString()
    world.object = { ...object, metadata: { ...object.metadata, deletionTimestamp } }
    reconciler.reconcile('default', 'web')
    expect([world.object, world.replicas]).toEqual([undefined, 3])
  })

  it('follows a cron trigger', () => {
    const metadata = {
      start: '0 8 * * *',
      end: '0 18 * * *',
      timezone: 'UTC',
      desiredReplicas: '4',
    }
    create({ triggers: [{ type: 'cron', metadata }] })
    const value = (): unknown => {
      const answer = handler.metrics('default', 'web', 's0-cron-UTC-08xxx-018xxx')
      return answer.ok && answer.values.map(each => quantityText(each.value))
    }
    expect(value()).toEqual(['0'])
    world.seconds = 9 * 3600
    expect(value()).toEqual(['4'])
  })
})
