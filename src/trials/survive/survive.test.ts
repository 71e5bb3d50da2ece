import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { install } from '../install.ts'
import type { Platform } from '../platform.ts'
import { survive, type Survival, type SurviveRow } from './survive.ts'

const meta = (name: string) => ({ name, namespace: 'default' })

interface App {
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet'
  readonly replicas?: number
  readonly image?: string
  /** Pods may not share a node. */
  readonly apart?: boolean
}

function app(name: string, { kind = 'Deployment', replicas = 1, image = 'i', apart }: App = {}) {
  const labels = { app: name }
  const term = { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' }
  const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] }
  const spec = {
    containers: [{ name: 'c', image }],
    ...(apart === true && { affinity: { podAntiAffinity } }),
  }
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: meta(name),
    spec: {
      ...(kind !== 'DaemonSet' && { replicas }),
      ...(kind === 'StatefulSet' && { serviceName: name }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  } as KubeObject
}

function service(name: string): KubeObject {
  const spec = { selector: { app: name }, ports: [{ port: 80 }] }
  return { apiVersion: 'v1', kind: 'Service', metadata: meta(name), spec }
}

function platform(objects: readonly KubeObject[], zones?: readonly string[]): Platform {
  const pool = { name: 'n', count: 3, cpu: '4', memory: '8Gi', ...(zones && { zones }) }
  const nowhere = { file: '' }
  return {
    kubernetes: '1.36',
    pools: [pool],
    objects: objects.map(object => ({
      object,
      locate: () => nowhere,
      range: () => undefined,
    })),
  }
}

function survived(objects: readonly KubeObject[], zones?: readonly string[]): Survival {
  return survive(install(platform(objects, zones)))
}

function rowOf({ rows }: Survival, name: string): SurviveRow {
  return rows.find(({ object }) => object.name === name) as SurviveRow
}

/** The fates in which somebody notices something, worst first. */
function hurt(row: SurviveRow) {
  return row.fates
    .filter(({ down, degraded }) => down.seconds > 0 || degraded.seconds > 0)
    .sort((a, b) => b.down.seconds - a.down.seconds)
}

describe('a Service of one replica', () => {
  const survival = survived([app('web'), service('web')])
  const [worst, ...others] = hurt(rowOf(survival, 'web'))

  it('is down for grace period, toleration and start, for the loss of its node alone', () => {
    // 50 s from the last renewal (up to 10 s ago, noticed within 5 s), 300 s, 1 s to start.
    expect(worst?.down.seconds).toBeGreaterThan(340)
    expect(worst?.down.seconds).toBeLessThan(357)
    expect(worst).toMatchObject({ down: { open: false }, degraded: { seconds: 0, open: false } })
    expect(others).toEqual([])
  })

  it('lists the dead endpoint as ready until the node turns NotReady', () => {
    expect(worst?.stale.seconds).toBeGreaterThan(39)
    expect(worst?.stale.seconds).toBeLessThan(57)
  })

  it('tells its story', () => {
    const row = rowOf(survival, 'web')
    const story = survival.story(row, (worst as NonNullable<typeof worst>).strike)
    const node = worst?.strike.name ?? ''
    expect(story.map(({ text }) => text.replace(/n-\d/, 'N'))).toEqual([
      'N lost',
      'NotReady',
      'evicted',
      'bound to N',
      'ready',
    ])
    expect(story[0]).toEqual({ at: 0, text: `${node} lost` })
    expect(story.at(-1)?.at).toBeCloseTo(worst?.down.seconds ?? 0, 1)
  })
})

it('with a second replica on another node it is degraded, never down', () => {
  const survival = survived([app('web', { replicas: 2, apart: true }), service('web')])
  const fates = hurt(rowOf(survival, 'web'))
  // The other node that holds one fares alike.
  expect(fates.flatMap(({ strike }) => [strike.name, ...strike.alike])).toHaveLength(2)
  for (const { down, degraded } of fates) {
    expect(down.seconds).toBe(0)
    expect(degraded.seconds).toBeGreaterThan(340)
  }
})

it('a StatefulSet is not replaced, and its store loses the quorum with a second member', () => {
  const survival = survived([app('db', { kind: 'StatefulSet', replicas: 3, image: 'etcd:3' })])
  const row = rowOf(survival, 'db')
  expect(row.object.kind).toBe('StatefulSet')
  expect(row.fates).toHaveLength(1)
  for (const { quorum, degraded, down } of row.fates) {
    expect(quorum).toMatchObject({ needed: 2, members: 3, least: 2, lost: { seconds: 0 } })
    expect(degraded.open).toBe(true)
    expect(down.seconds).toBe(0)
  }
})

it('members on one node are lost together', () => {
  const objects = [app('db', { kind: 'StatefulSet', replicas: 3, image: 'etcd:3' })]
  const base = { ...platform(objects), pools: [{ name: 'n', count: 2, cpu: '4', memory: '8Gi' }] }
  const row = rowOf(survive(install(base)), 'db')
  const lost = row.fates.filter(({ quorum }) => quorum?.lost.open === true)
  expect(lost).toHaveLength(1)
  expect(lost[0]?.quorum?.least).toBe(1)
})

it('a daemon is missed on no other node', () => {
  const survival = survived([app('agent', { kind: 'DaemonSet' })])
  expect(hurt(rowOf(survival, 'agent'))).toEqual([])
})

it('zones are struck where they are known', () => {
  const survival = survived([app('web', { replicas: 3, apart: true })], ['a', 'b', 'a'])
  const zones = survival.strikes.filter(({ kind }) => kind === 'zone')
  expect(zones.map(({ name, nodes }) => [name, nodes])).toEqual([
    ['a', ['n-1', 'n-3']],
    ['b', ['n-2']],
  ])
  const row = rowOf(survival, 'web')
  const zoneA = row.fates.find(({ strike }) => strike.kind === 'zone' && strike.name === 'a')
  expect(zoneA).toMatchObject({ down: { seconds: 0 }, degraded: { open: true } })
})

it('nodes that fare alike are struck once', () => {
  const survival = survived([app('web', { replicas: 3, apart: true })])
  expect(survival.strikes).toMatchObject([{ name: 'n-1', alike: ['n-2', 'n-3'] }])
})

it('a Service that nobody answers for is named, and is no row', () => {
  const survival = survived([service('nobody')])
  expect(survival.unready).toEqual([{ kind: 'Service', namespace: 'default', name: 'nobody' }])
  expect(survival.rows).toEqual([])
})

it('on one node nothing is struck, and it says why', () => {
  const one = {
    ...platform([app('web')]),
    pools: [{ name: 'n', count: 1, cpu: '4', memory: '8Gi' }],
  }
  const survival = survive(install(one))
  expect(survival).toMatchObject({
    strikes: [],
    rows: [],
    skipped: expect.stringContaining('only one node') as unknown,
  })
})

it('tells after each loss how many are done', () => {
  const told: string[] = []
  const onStruck = (done: number, all: number): void => {
    told.push(`${done} of ${all}`)
  }
  const { strikes } = survive(install(platform([])), { onStruck })
  expect(told).toEqual(strikes.map((_, index) => `${index + 1} of ${strikes.length}`))
  expect(told.length).toBeGreaterThan(0)
})
