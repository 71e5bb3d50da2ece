import { describe, expect, it } from 'vitest'
import type { Node, NodeCondition, Pod } from '../../kube/generated/types.ts'
import { leaseFor, type NodeHeartbeat } from '../../kube/node-heartbeat.ts'
import { formatTime } from '../../kube/time.ts'
import { FakeCluster } from '../testing.ts'
import { observed, silentAtMs } from './health.ts'
import { nodeLifecycle } from './node-lifecycle.ts'
import { noScheduleChange } from './taints.ts'
import { judgeDisruption, newZone, tokenAtMs, withRate, type Zones, zoneState } from './zones.ts'
import { nodeLifecycleDefaults as options } from './options.ts'

const t0 = 1_767_225_600_000

function ready(status: string, heartbeatMs = t0): NodeCondition {
  return { type: 'Ready', status, lastHeartbeatTime: formatTime(heartbeatMs) }
}

function node(name: string, condition: NodeCondition, spec: Node['spec'] = {}): Node {
  const labels = { 'topology.kubernetes.io/zone': 'a' }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec,
    status: { conditions: [condition] },
  }
}

describe('silentAtMs', () => {
  const health = { probeMs: 0, heartbeatTime: '', renewalMs: undefined }
  const beat = (untilMs?: number): NodeHeartbeat =>
    untilMs === undefined
      ? { fromMs: 3000, everyMs: 10_000 }
      : { fromMs: 3000, everyMs: 10_000, untilMs }
  const cases = [
    { name: 'never while the lease is renewed', given: beat(), want: undefined },
    { name: 'last renewal 13 s, noticed at 15 s, 50 s later', given: beat(20_000), want: 65_000 },
    {
      name: 'silence just before the next renewal: 42 s until noticed',
      given: beat(22_999),
      want: 65_000,
    },
    { name: 'silence just after a renewal: 52 s until noticed', given: beat(13_001), want: 65_000 },
    { name: 'without a lease the status alone counts', given: undefined, want: 50_000 },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(silentAtMs(health, given, 50_000, 0)).toBe(want)
  })
  it('is rounded up to the ticks of the controller: grace 12 s, started at 2.9 s', () => {
    expect(silentAtMs(health, { fromMs: 0, everyMs: 2000, untilMs: 5500 }, 12_000, 2900)).toBe(
      22_900,
    )
  })
})

describe('observed', () => {
  it('counts a renewal from the tick that would have noticed it, however late one looks', () => {
    const before = { probeMs: t0, heartbeatTime: formatTime(t0), renewalMs: t0 }
    const heartbeat = { fromMs: t0 + 3000, everyMs: 10_000, untilMs: t0 + 20_000 }
    const given = { before, node: node('n1', ready('True')), heartbeat, startMs: t0 }
    expect(observed({ ...given, nowMs: t0 + 60_000 }).probeMs).toBe(t0 + 15_000)
  })
  it('counts a posted status from the tick that sees it', () => {
    const before = { probeMs: t0, heartbeatTime: 'earlier', renewalMs: undefined }
    const given = { before, node: node('n1', ready('True')), heartbeat: undefined, startMs: t0 }
    expect(observed({ ...given, nowMs: t0 + 5000 }).probeMs).toBe(t0 + 5000)
  })
})

describe('zoneState', () => {
  const up = ready('True')
  const down = ready('Unknown')
  const cases = [
    { name: 'all ready', given: [up, up, up], want: 'Normal' },
    {
      name: 'two of three down is still normal: partial takes more than two',
      given: [down, down, up],
      want: 'Normal',
    },
    {
      name: 'three of five are 60 %',
      given: [down, down, down, up, up],
      want: 'PartialDisruption',
    },
    {
      name: 'three of six are 50 %, below 55 %',
      given: [down, down, down, up, up, up],
      want: 'Normal',
    },
    { name: 'nothing ready', given: [down], want: 'FullDisruption' },
    { name: 'no condition at all counts as not ready', given: [undefined], want: 'FullDisruption' },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(zoneState(given, options)).toBe(want)
  })
})

describe('judgeDisruption', () => {
  const zones = (...states: ('Normal' | 'FullDisruption')[]): Zones =>
    Object.fromEntries(states.map((state, index) => [`z${index}`, { ...newZone(options), state }]))
  const look = (...up: boolean[]) =>
    new Map(up.map((isUp, index) => [`z${index}`, [ready(isUp ? 'True' : 'Unknown')]]))

  it('evicts at the normal rate from a zone that is down alone', () => {
    const verdict = judgeDisruption(zones('Normal', 'Normal'), look(false, true), options, 0)
    expect(verdict.zones['z0']).toMatchObject({
      state: 'FullDisruption',
      queue: { perSecond: 0.1 },
    })
    expect(verdict.entersMasterDisruption).toBe(false)
  })
  it('stops all evictions when every zone is down', () => {
    const verdict = judgeDisruption(zones('Normal', 'Normal'), look(false, false), options, 0)
    expect(verdict.entersMasterDisruption).toBe(true)
    expect(Object.values(verdict.zones).map(({ queue }) => queue.perSecond)).toEqual([0, 0])
  })
  it('gives every node a new grace period when the first zone is back', () => {
    const full = zones('FullDisruption', 'FullDisruption')
    const verdict = judgeDisruption(full, look(true, false), options, 0)
    expect(verdict.leavesMasterDisruption).toBe(true)
    expect(Object.values(verdict.zones).map(({ state }) => state)).toEqual([
      'Normal',
      'FullDisruption',
    ])
  })
})

describe('tokens', () => {
  const { queue } = newZone(options)
  it('come every 10 s', () => {
    expect(tokenAtMs(queue, 500)).toBe(500)
    expect(tokenAtMs({ ...queue, takenMs: 500 }, 600)).toBe(10_500)
    expect(tokenAtMs({ ...queue, takenMs: 500 }, 20_000)).toBe(20_000)
  })
  it('are never there at rate 0, and a new rate starts with an empty bucket after waiting', () => {
    const stopped = withRate(queue, 0, 0)
    expect(tokenAtMs(stopped, 5000)).toBeUndefined()
    expect(tokenAtMs(withRate(stopped, 0.1, 5000), 5000)).toBe(15_000)
  })
})

describe('noScheduleChange', () => {
  it('mirrors conditions and cordoning, and leaves other taints alone', () => {
    const taints = [
      { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
      { key: 'dedicated', effect: 'NoSchedule' },
    ]
    const change = noScheduleChange(node('n1', ready('Unknown'), { unschedulable: true, taints }))
    expect(change.add.map(({ key }) => key)).toEqual([
      'node.kubernetes.io/unreachable',
      'node.kubernetes.io/unschedulable',
    ])
    expect(change.remove.map(({ key }) => key)).toEqual(['node.kubernetes.io/not-ready'])
  })
})

describe('a node falls silent', () => {
  const controller = nodeLifecycle()
  const silent = { fromMs: t0, everyMs: 10_000, untilMs: t0 + 12_000 }

  function cluster(): FakeCluster {
    const fake = new FakeCluster(controller)
    fake.reconcile(controller, 'start')
    fake.add(node('n1', ready('True')))
    fake.add(node('n2', ready('True')))
    fake.add(leaseFor({ name: 'n1' }, silent))
    fake.add(leaseFor({ name: 'n2' }, { fromMs: t0, everyMs: 10_000 }))
    fake.add<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'ns' },
      spec: { nodeName: 'n1', containers: [] },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    })
    fake.settle()
    return fake
  }

  it('sleeps until the grace period is over, then marks node and pods', () => {
    const fake = cluster()
    expect(fake.reconcile(controller, 'loops')).toEqual({ requeueAfterMs: 60_000 })
    fake.nowMs = t0 + 60_000
    fake.takeTrace()
    // The renewal at 10 s was noticed at once; the taint comes with the next 100 ms.
    expect(fake.reconcile(controller, 'loops')).toEqual({ requeueAfterMs: 100 })
    expect(fake.takeTrace()).toEqual([
      'update Node n1/status',
      'Normal NodeNotReady: Node n1 status is now: NodeNotReady',
      'update Pod web/status',
      'Warning NodeNotReady: Node is not ready',
    ])
    const [condition] = fake.get<Node>('Node', 'n1')?.status?.conditions ?? []
    expect(condition).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    })
  })

  it('registers nodes on the first tick', () => {
    const fake = cluster()
    fake.takeTrace()
    fake.reconcile(controller, 'loops')
    expect(fake.takeTrace()).toEqual([
      'Normal RegisteredNode: Node n1 event: Registered Node n1 in Controller',
      'Normal RegisteredNode: Node n2 event: Registered Node n2 in Controller',
    ])
  })
})
