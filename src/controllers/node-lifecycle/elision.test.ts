import { describe, expect, it } from 'vitest'
import { drawBelow } from '../../base/prng.ts'
import type { Node, Taint } from '../../kube/generated/types.ts'
import { leaseFor, leaseNamespace } from '../../kube/node-heartbeat.ts'
import { formatTime } from '../../kube/time.ts'
import { FakeCluster } from '../testing.ts'
import { nodeLifecycle } from './node-lifecycle.ts'

const controller = nodeLifecycle()
const everyMs = 10_000
const lengthMs = 10 * 60 * 1000

function node(name: string, zone: string, nowMs: number): Node {
  const time = formatTime(nowMs)
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
    spec: {},
    status: {
      conditions: [
        { type: 'Ready', status: 'True', lastHeartbeatTime: time, lastTransitionTime: time },
      ],
    },
  }
}

interface Turn {
  readonly atMs: number
  readonly node: string
}

/** Nodes fall silent and come back at times that `seed` decides. */
function script(seed: number): readonly Turn[] {
  const turns = Array.from({ length: 8 }, (_, index) => ({
    atMs: drawBelow(lengthMs - 100_000, seed, 'time', index),
    node: `n${drawBelow(5, seed, 'node', index)}`,
  }))
  return turns.sort((a, b) => a.atMs - b.atMs)
}

/** Runs a script; `wakesMs` are further times at which the controller looks without being asked. */
function play(turns: readonly Turn[], wakesMs: readonly number[]): readonly string[] {
  const fake = new FakeCluster(controller)
  const startMs = fake.nowMs
  // The fake knows no patch of taints.
  fake.intercept = request => {
    if (request.verb !== 'patch' || request.target.kind !== 'Node') return undefined
    const { spec } = request.patch as {
      readonly spec: { readonly taints: readonly Taint[] | null }
    }
    const taints = spec.taints ?? []
    fake.trace.push(`taint ${request.target.name} ${taints.map(t => t.effect).join(' ')}`)
    const object = fake.change<Node>('Node', request.target.name, before => ({
      ...before,
      spec: { ...before.spec, taints },
    }))
    return { ok: true, code: 200, object }
  }
  const lines: string[] = []
  const timers: { atMs: number; key: string }[] = wakesMs.map(atMs => ({ atMs, key: 'loops' }))
  const collect = (): void => {
    for (const { key, delayMs } of fake.later.splice(0)) {
      timers.push({ atMs: fake.nowMs - startMs + delayMs, key })
    }
    for (const line of fake.takeTrace()) lines.push(`${fake.nowMs - startMs} ${line}`)
  }
  const settle = (): void => {
    fake.settle()
    collect()
  }
  fake.reconcile(controller, 'start')
  const since = new Map<string, number>()
  for (let index = 0; index < 5; index += 1) {
    const name = `n${index}`
    fake.add(node(name, index < 3 ? 'a' : 'b', fake.nowMs))
    fake.add(leaseFor({ name }, { fromMs: fake.nowMs + index * 777, everyMs }))
    since.set(name, fake.nowMs + index * 777)
  }
  settle()
  const silent = new Set<string>()
  const turn = (name: string): void => {
    const key = `${leaseNamespace}/${name}`
    const fromMs = since.get(name) ?? 0
    const returns = silent.has(name)
    if (returns) silent.delete(name)
    else silent.add(name)
    const beat = returns
      ? { fromMs: fake.nowMs, everyMs }
      : { fromMs, everyMs, untilMs: fake.nowMs }
    since.set(name, beat.fromMs)
    const { annotations = {} } = leaseFor({ name }, beat).metadata
    fake.change('Lease', key, before => ({
      ...before,
      metadata: { ...before.metadata, annotations },
    }))
    if (!returns) return
    const { status } = node(name, '', fake.nowMs)
    fake.change<Node>('Node', name, before => ({ ...before, ...(status && { status }) }))
  }
  let next = 0
  for (;;) {
    timers.sort((a, b) => a.atMs - b.atMs)
    const timer = timers[0]
    const change = turns[next]
    if (change !== undefined && (timer === undefined || change.atMs < timer.atMs)) {
      fake.nowMs = startMs + change.atMs
      turn(change.node)
      next += 1
    } else {
      if (timer === undefined || timer.atMs > lengthMs) return lines
      timers.shift()
      fake.nowMs = startMs + timer.atMs
      const { requeueAfterMs } = fake.reconcile(controller, timer.key)
      if (requeueAfterMs !== undefined) {
        timers.push({ atMs: timer.atMs + requeueAfterMs, key: timer.key })
      }
    }
    settle()
  }
}

describe('skipped ticks of the node monitor', () => {
  // On and between the ticks of 5 s; steps of 100 ms give the same, but take long.
  const everyTick = Array.from({ length: lengthMs / 2500 }, (_, index) => index * 2500)

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('change nothing: script %i', seed => {
    const turns = script(seed)
    const elided = play(turns, [])
    expect(elided).toEqual(play(turns, everyTick))
    expect(elided.length).toBeGreaterThan(10)
  })
})
