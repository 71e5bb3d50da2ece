import { describe, expect, it } from 'vitest'
import { controlPlaneTopic, leadersTopic } from '../checks/control-plane.ts'
import { faults } from '../faults/registry.ts'
import type { Fault } from '../faults/fault.ts'
import type { Node } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { loseMachines, regainMachines, settleAfterLoss } from './control-plane.ts'
import { install } from './install.ts'
import { loseNode, loseZone } from './nodes.ts'
import type { Platform } from './platform.ts'
import type { PoolSpec } from './spec.ts'
import { strikeNow } from './strike.ts'
import { survive } from './survive/survive.ts'
import { upgrade } from './upgrade.ts'
import { Voyage } from './voyage.ts'

const labels = { app: 'web' }
const web: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { nodeSelector: { pool: 'agent' }, containers: [{ name: 'c', image: 'i' }] },
    },
  },
}

const role = (name: string) => ({ [`node-role.kubernetes.io/${name}`]: 'true' })
const voting = { ...role('control-plane'), ...role('etcd') }

function platform(server: Partial<PoolSpec>): Platform {
  const pools = [
    { name: 'server', count: 1, cpu: '4', memory: '8Gi', ...server },
    { name: 'agent', count: 2, cpu: '4', memory: '8Gi', labels: { pool: 'agent' } },
  ]
  const objects = [{ object: web, locate: () => ({ file: '' }), range: () => undefined }]
  return { kubernetes: '1.36', pools, objects }
}

function lostServer(server: Partial<PoolSpec>) {
  const { runs } = loseNode.run(install(platform(server)))
  const verdicts = runs.flatMap(run => run.verdicts)
  return verdicts.filter(({ object }) => object.kind === 'ControlPlane')
}

describe('the loss of a host that only runs etcd', () => {
  const lost = (etcdHosts: readonly string[]) => {
    const { runs } = loseNode.run(install({ ...platform({ count: 2 }), etcdHosts }))
    const own = runs.filter(({ subject }) => subject?.startsWith('host '))
    return own.map(({ subject, verdicts }) => ({
      subject,
      verdicts: verdicts.map(({ verdict, object }) => `${verdict} ${object.kind}`),
    }))
  }

  it.each([
    { name: 'of one takes the API server along', hosts: ['e1'], want: ['down ControlPlane'] },
    { name: 'of two', hosts: ['e1', 'e2'], want: ['quorum-lost ControlPlane'] },
    { name: 'of three is survived', hosts: ['e1', 'e2', 'e3'], want: [] },
  ])('$name', ({ hosts, want }) => {
    expect(lost(hosts)).toEqual([{ subject: 'host e1', verdicts: want }])
  })

  it('is not tried where there is none', () => {
    expect(lost([])).toEqual([])
  })
})

describe('the loss of one server', () => {
  it('of two with etcd loses the quorum', () => {
    const [verdict, ...others] = lostServer({ count: 2, labels: voting })
    expect(verdict).toMatchObject({ verdict: 'quorum-lost', n: 1, of: 2, open: true })
    expect(verdict?.message).toMatch(
      /^1 of 2 servers is left, 2 are needed: the API server is down/,
    )
    expect(others).toEqual([])
  })

  it('of three is survived', () => {
    expect(lostServer({ count: 3, labels: voting })).toEqual([])
  })

  it('that is the only one with an API server takes it along, though votes are enough', () => {
    const base = platform({ labels: voting })
    const pools = [
      ...base.pools,
      { ...base.pools[0], name: 'voter', labels: role('etcd'), count: 2 },
    ]
    const { runs } = loseNode.run(install({ ...base, pools: pools as PoolSpec[] }))
    const verdicts = runs.flatMap(run => run.verdicts)
    expect(verdicts.filter(({ object }) => object.kind === 'ControlPlane')).toMatchObject([
      { verdict: 'down', n: 0, of: 1, open: true },
    ])
  })

  it('that is alone takes the API server with it', () => {
    expect(lostServer({ labels: role('control-plane') })).toMatchObject([
      { verdict: 'down', n: 0, of: 1, open: true },
    ])
  })

  it('of two with a database elsewhere is survived', () => {
    expect(lostServer({ count: 2, labels: role('control-plane') })).toEqual([])
  })

  it('matters to nobody where somebody else runs the control plane', () => {
    expect(lostServer({ count: 2 })).toEqual([])
  })
})

it('without an API server nothing is rescheduled, and what runs elsewhere runs on', () => {
  const given = platform({ count: 1, labels: { ...voting, pool: 'agent' }, zones: ['a'] })
  const pools = given.pools.map((pool, index) => (index === 0 ? pool : { ...pool, zones: ['b'] }))
  const base = install({ ...given, pools })
  const home = base.world.store.list('Pod')[0]?.spec as { nodeName: string }
  const { runs } = loseZone.run(base)
  const zone = home.nodeName.startsWith('server') ? 'a' : 'b'
  const run = runs.find(each => each.zone === 'a')
  const down = run?.verdicts.filter(({ object }) => object.name === 'web')
  expect(down?.length).toBe(zone === 'a' ? 1 : 0)
  expect(down?.every(({ open }) => open === true)).toBe(true)
  const taints = run?.observation.world.store
    .list('Node')
    .flatMap(({ spec }) => (spec as { taints?: object[] } | undefined)?.taints ?? [])
  expect(taints).toEqual([])
})

it('survive has a row for the API server', () => {
  const { rows } = survive(install(platform({ count: 2, labels: voting })))
  const row = rows.find(({ object }) => object.kind === 'ControlPlane')
  const byStrike = row?.fates.map(({ strike, down, quorum }) => [
    strike.name.split('-')[0],
    down.open,
    quorum?.least,
  ])
  expect(byStrike).toContainEqual(['server', true, 1])
  expect(byStrike).toContainEqual(['agent', false, 2])
})

it('an upgrade in place of the only server takes the API server away for as long, and goes on', () => {
  const base = install(platform({ labels: voting }))
  const [run] = upgrade.run(base).runs
  const { world } = run?.observation ?? {}
  expect(run?.verdicts.filter(({ object }) => object.kind === 'ControlPlane')).toEqual([])
  const outages = (world?.traceFrom(0) ?? []).filter(
    entry => entry.type === 'note' && entry.topic === controlPlaneTopic,
  )
  expect(outages).toHaveLength(1)
  const closed = world?.store.list('Node').filter(({ spec }) => {
    return (spec as { unschedulable?: boolean } | undefined)?.unschedulable === true
  })
  expect(closed).toEqual([])
  const ready = world?.store.list('Pod').map(({ metadata }) => metadata.deletionTimestamp)
  expect(ready).toEqual([undefined])
})

describe('the machine of those that lead', () => {
  it('is lost: a node is noticed later than when another server is', () => {
    const base = install(platform({ count: 3, labels: voting }))
    const noticed = (node: string): number => {
      const voyage = new Voyage(base.world.fork())
      const startMs = voyage.world.nowMs
      strikeNow(voyage, faults.get('node-loss') as Fault, { args: { node } })
      settleAfterLoss(voyage)
      const { store } = voyage.world
      for (let index = 0; index < store.logLength('Node'); index += 1) {
        const { atMs, key, after } = store.logAt('Node', index)
        const ready = (after as Node | undefined)?.status?.conditions?.find(
          ({ type }) => type === 'Ready',
        )
        if (atMs > startMs && key === node && ready?.status === 'Unknown') return atMs - startMs
      }
      return Number.NaN
    }
    const [leader, other] = [noticed('server-3'), noticed('server-2')]
    // 15 s of the lease, up to 4.4 s until the next look; the grace period begins anew.
    expect(leader - other).toBeGreaterThan(8000)
    expect(leader).toBeLessThan(50_000 + 15_000 + 4400 + 5000 + 1000)
  })

  it('comes back: those that took over go on to lead', () => {
    const voyage = new Voyage(install(platform({ count: 3, labels: voting })).world.fork())
    const takeovers = (): readonly string[] =>
      voyage.world
        .traceFrom(0)
        .flatMap(entry =>
          entry.type === 'note' && entry.topic === leadersTopic ? [entry.source] : [],
        )
    loseMachines(voyage, ['server-3'])
    regainMachines(voyage, ['server-3'])
    voyage.wait(60_000)
    loseMachines(voyage, ['server-3'])
    regainMachines(voyage, ['server-3'])
    expect(takeovers()).toEqual(['server-3'])
    loseMachines(voyage, ['server-2'])
    expect(takeovers()).toEqual(['server-3', 'server-2'])
  })
})
