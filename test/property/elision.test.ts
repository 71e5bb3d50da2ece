// What the twin leaves out changes nothing: the same small world, edits and faults, once as it runs
// and once with everything done that is left out, ends the same, by the same writes at the same
// times, with the same events and verdicts.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertNever } from '../../src/base/assert.ts'
import { judge } from '../../src/checks/registry.ts'
import { createCluster, epochMsDefault, request } from '../../src/cluster/cluster.ts'
import { type Controller, done, type Watch } from '../../src/controllers/framework.ts'
import { controllersWith } from '../../src/controllers/registry.ts'
import { component } from '../../src/controllers/runtime.ts'
import type { World } from '../../src/engine/world.ts'
import { faults } from '../../src/faults/registry.ts'
import { gatesOf } from '../../src/kube/feature-gates.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { nodeFromPool } from '../../src/nodes/node-object.ts'
import { type Crew, Materialised, storyOf, withoutVersions } from './materialised.ts'

const namespace = 'default'
const pool = { name: 'n', count: 3, cpu: '2', memory: '8Gi' }

interface App {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job'
  readonly replicas: number
  readonly cpu: string
  readonly delaySeconds: number
  readonly budget: boolean
  readonly service: boolean
  readonly scaled: boolean
}

const app: fc.Arbitrary<App> = fc.record({
  kind: fc.constantFrom('Deployment', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job'),
  replicas: fc.integer({ min: 1, max: 3 }),
  cpu: fc.constantFrom('100m', '900m', '1500m'),
  delaySeconds: fc.constantFrom(0, 7),
  budget: fc.boolean(),
  service: fc.boolean(),
  scaled: fc.boolean(),
})

/** What somebody does, and how long after the last thing. */
interface Act {
  readonly afterMs: number
  readonly what: 'restart' | 'scale' | 'delete-pod' | 'remove' | 'strike' | 'heal'
  readonly number: number
}

const act: fc.Arbitrary<Act> = fc.record({
  afterMs: fc.integer({ min: 0, max: 90_000 }),
  what: fc.constantFrom('restart', 'scale', 'delete-pod', 'remove', 'strike', 'strike', 'heal'),
  number: fc.nat({ max: 1000 }),
})

/** Not node-delete: endpoints of a node that is gone wait for another reason to be looked at. */
const faultNames = [
  'controller-manager-outage',
  'cordon',
  'network-partition',
  'node-loss',
  'node-reboot',
  'scheduler-outage',
] as const

function objectsOf(each: App, index: number): readonly KubeObject[] {
  const { kind, replicas, cpu, delaySeconds, budget, service, scaled } = each
  const name = `app-${index}`
  const metadata = { name, namespace }
  const labels = { app: name }
  const selector = { matchLabels: labels }
  const readinessProbe = { httpGet: { port: 80 }, initialDelaySeconds: delaySeconds }
  const container = { name: 'c', image: 'i', resources: { requests: { cpu } } }
  const isJob = kind === 'Job'
  const spec = isJob
    ? { parallelism: replicas, completions: replicas, ttlSecondsAfterFinished: 30 }
    : {
        selector,
        ...(kind !== 'DaemonSet' && { replicas, minReadySeconds: delaySeconds }),
        ...(kind === 'StatefulSet' && { serviceName: name }),
      }
  const podSpec = {
    containers: [{ ...container, ...(!isJob && { readinessProbe }) }],
    ...(isJob && { restartPolicy: 'Never' }),
  }
  const template = { metadata: { labels }, spec: podSpec }
  const maxReplicas = replicas + 1
  const target = { apiVersion: 'apps/v1', kind, name }
  return [
    {
      apiVersion: isJob ? 'batch/v1' : 'apps/v1',
      kind,
      metadata,
      spec: { ...spec, template },
    },
    ...(service
      ? [{ apiVersion: 'v1', kind: 'Service', metadata, spec: servicesSpec(labels) }]
      : []),
    ...(budget
      ? [
          {
            apiVersion: 'policy/v1',
            kind: 'PodDisruptionBudget',
            metadata,
            spec: { selector, minAvailable: 1 },
          },
        ]
      : []),
    ...(scaled && kind === 'Deployment'
      ? [
          {
            apiVersion: 'autoscaling/v2',
            kind: 'HorizontalPodAutoscaler',
            metadata,
            spec: { scaleTargetRef: target, minReplicas: maxReplicas, maxReplicas },
          },
        ]
      : []),
  ] as unknown as readonly KubeObject[]
}

function servicesSpec(labels: object): object {
  return { selector: labels, ports: [{ port: 80 }] }
}

/** Applies an act; the same in equal worlds. */
function doIt(world: World, { what, number }: Act): void {
  const kind = ['Deployment', 'StatefulSet', 'DaemonSet'][number % 3] as string
  const workload = pick(world.store.list(kind), number)
  switch (what) {
    case 'restart': {
      const annotations = { at: String(world.nowMs) }
      patch(world, workload, { spec: { template: { metadata: { annotations } } } })
      return
    }
    case 'scale':
      if (kind !== 'DaemonSet') patch(world, workload, { spec: { replicas: number % 4 } })
      return
    case 'delete-pod':
      remove(world, pick(world.store.list('Pod', namespace), number))
      return
    case 'remove':
      remove(world, workload)
      return
    case 'strike':
      strike(world, number)
      return
    case 'heal':
      healAll(world)
      return
    default:
      assertNever(what)
  }
}

function strike(world: World, number: number): void {
  const name = faultNames[number % faultNames.length] as string
  const fault = faults.get(name)
  const node = pick(world.store.list('Node'), number)?.metadata.name ?? ''
  const args = fault?.args.includes('node') === true ? { node } : {}
  if (fault?.canApply(world, args).ok === true) fault.apply(world, args)
}

/** Everything that lasts is over. */
function healAll(world: World): void {
  for (const name of ['controller-manager-outage', 'scheduler-outage']) {
    const fault = faults.get(name)
    const down = name.startsWith('scheduler') ? 'default-scheduler' : 'kube-controller-manager'
    if (world.isDown(down) && !world.isComingBack(down)) fault?.recover(world, {})
  }
  for (const { metadata } of world.store.list('Node')) {
    faults.get('node-loss')?.recover(world, { node: metadata.name ?? '' })
  }
}

function pick(objects: readonly KubeObject[], number: number): KubeObject | undefined {
  return objects[number % Math.max(1, objects.length)]
}

function patch(world: World, object: KubeObject | undefined, body: object): void {
  if (object === undefined) return
  request(world, { verb: 'patch', target: targetOf(object), patchType: 'merge', patch: body })
}

function remove(world: World, object: KubeObject | undefined): void {
  if (object !== undefined) request(world, { verb: 'delete', target: targetOf(object) })
}

function targetOf({ kind, metadata: { name = '' } }: KubeObject): {
  kind: string
  namespace: string
  name: string
} {
  return { kind, namespace, name }
}

interface Story {
  readonly writes: readonly string[]
  readonly objects: readonly string[]
  readonly verdicts: readonly string[]
  readonly steps: number
}

interface Script {
  readonly apps: readonly App[]
  readonly acts: readonly Act[]
  readonly kubernetes: string
}

const lastMs = 420_000

function live({ apps, acts, kubernetes }: Script, isMaterialised: boolean, more?: Crew): Story {
  const version = { nowMs: epochMsDefault, kubeletVersion: `v${kubernetes}.0`, ordinal: 1 }
  const nodes = [0, 1, 2].map(index => nodeFromPool(pool, index, version))
  const programs = more === undefined ? [] : [component(more)]
  const world = createCluster({ kubernetes, nodes, programs })
  const crews = [{ name: 'kube-controller-manager', controllers: controllersOf(kubernetes) }]
  const all = new Materialised(world, more === undefined ? crews : [...crews, more])
  const wait = (ms: number): void => {
    if (isMaterialised) all.runTo(world.nowMs + ms)
    else world.runFor(ms)
  }
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: namespace, namespace },
  }
  const objects = apps.flatMap(objectsOf)
  for (const object of [account, ...objects]) request(world, { verb: 'create', object })
  wait(40_000)
  const startMs = world.nowMs
  for (const each of acts) {
    wait(each.afterMs)
    doIt(world, each)
  }
  wait(lastMs)
  const { revision: startRevision } = world.store
  const endMs = world.nowMs
  const seen = { world, startMs, startRevision, endMs, quiet: true, refusals: [] }
  if (isMaterialised) expect(all.done).toBeGreaterThan(300)
  return {
    writes: storyOf(world),
    objects: world.store
      .kinds()
      .filter(kind => kind !== 'Lease')
      .flatMap(kind =>
        world.store.list(kind).map(object => withoutVersions(JSON.stringify(object))),
      ),
    verdicts: judge(seen).map(verdict => JSON.stringify(verdict)),
    steps: world.steps,
  }
}

/** As `createCluster` chooses them. */
function controllersOf(kubernetes: string): readonly Controller[] {
  return controllersWith({ gates: gatesOf(Number(kubernetes.split('.')[1])) })
}

const script: fc.Arbitrary<Script> = fc.record({
  apps: fc.array(app, { minLength: 1, maxLength: 3 }),
  acts: fc.array(act, { maxLength: 4 }),
  kubernetes: fc.constantFrom('1.36', '1.36', '1.33'),
})

describe('what the twin leaves out', () => {
  it('changes nothing', () => {
    fc.assert(
      fc.property(script, given => {
        const { steps, ...left } = live(given, false)
        const { steps: more, ...all } = live(given, true)
        expect(all).toEqual(left)
        expect(more).toBeGreaterThan(steps)
      }),
      { numRuns: 12, seed: 7 },
    )
  }, 600_000)

  const given: Script = {
    apps: [
      {
        kind: 'Deployment',
        replicas: 2,
        cpu: '100m',
        delaySeconds: 0,
        budget: false,
        service: false,
        scaled: false,
      },
    ],
    acts: [{ afterMs: 0, what: 'scale', number: 3 }],
    kubernetes: '1.36',
  }

  it.each([
    { name: 'is found out when a controller is not told of what it reads', told: false },
    { name: 'is nothing when the controller is told', told: true },
  ])('$name', ({ told }) => {
    const crew = { name: 'counter', controllers: [podCounter(told)] }
    const left = live(given, false, crew).writes
    const all = live(given, true, crew).writes
    if (told) expect(all).toEqual(left)
    else expect(all).not.toEqual(left)
  })
})

/** Notes at each namespace how many pods it has. */
function podCounter(isTold: boolean): Controller {
  const pods: Watch = { kind: 'Pod', keys: ({ key }) => [key.slice(0, key.indexOf('/'))] }
  return {
    name: 'pod-counter',
    doc: 'Counts the pods of a namespace.',
    watches: [{ kind: 'Namespace', keys: ({ key }) => [key] }, ...(isTold ? [pods] : [])],
    *reconcile(key, api) {
      const found = yield* api.get('Namespace', key)
      const annotations = { pods: String((yield* api.list('Pod', key)).length) }
      if (found === undefined || found.metadata.annotations?.['pods'] === annotations.pods) {
        return done
      }
      yield* api.patch(found, 'merge', { metadata: { annotations } })
      return done
    },
  }
}
