import { describe, expect, it } from 'vitest'
import { SchedulerCache } from '../cache.ts'
import { decodeConfiguration, defaultProfile } from '../configuration.ts'
import { type EngineRequest, type SchedulingEngine, specification } from '../engine.ts'
import type { Pod } from '../framework.ts'
import { listersOf, node, pod } from '../plugin-testing.ts'
import type { Placed, ScheduleOutcome } from '../schedule-pod.ts'
import { FastEngine } from './engine.ts'
import { touchesKept } from './node-columns.ts'

function cacheOf(count: number): SchedulerCache {
  const cache = new SchedulerCache()
  for (let index = 0; index < count; index += 1) cache.setNode(node(`n${index}`))
  return cache
}

/** What an engine keeps for a profile it keeps by the object. */
const usual = defaultProfile()

function request(cache: SchedulerCache, more: Partial<EngineRequest> = {}): EngineRequest {
  return {
    profile: usual,
    cache,
    listers: listersOf([]),
    nominator: { nodeNames: () => [], nominatedPods: () => [] },
    choices: { tie: ({ heapPick }) => heapPick, preemptionOffset: () => 0 },
    nextStartNodeIndex: 0,
    ...more,
  }
}

function placed(outcome: ScheduleOutcome): Placed {
  if (outcome.type !== 'placed') throw new Error(`expected a node, got ${outcome.type}`)
  return outcome
}

const bigCpu = (name: string, cpu: string): Pod =>
  pod(name, { containers: [{ name: 'app', resources: { requests: { cpu } } }] })

function onNode(one: Pod, nodeName: string): Pod {
  return { ...one, spec: { containers: [], ...one.spec, nodeName } }
}

describe('windows of several workers', () => {
  type IsFull = (index: number) => boolean
  interface Windowed {
    readonly isFull?: IsFull
    readonly parallelism?: number
  }
  const everySeventh: IsFull = index => index % 7 === 0
  const crowded = (isFull: IsFull): SchedulerCache => {
    const cache = cacheOf(300)
    for (let index = 0; index < 300; index += 1) {
      if (isFull(index)) cache.assume(onNode(bigCpu(`full${index}`, '4'), `n${index}`))
    }
    return cache
  }
  const decide = (
    engine: SchedulingEngine,
    window: number,
    { isFull = everySeventh, parallelism = 16 }: Windowed = {},
  ): Placed => {
    const choices = { tie: () => 0, preemptionOffset: () => 0, window: () => window }
    const profile = { ...defaultProfile(), parallelism }
    const more = { choices, profile, nextStartNodeIndex: 40, keepRaw: true }
    return placed(engine.schedule(bigCpu('p', '1'), request(crowded(isFull), more)))
  }
  const seenBy = (engine: SchedulingEngine, window: number, given?: Windowed): object => {
    const { node: name, trace, scoring, nextStartNodeIndex: next } = decide(engine, window, given)
    const feasible = trace.feasible.map(each => each.name)
    const rejected = [...trace.diagnosis.explicit.keys()].sort()
    return { name, feasible, rejected, window: trace.window, totals: scoring?.totals, next }
  }

  it.each([0, 1, 2, 5])('window %i is the same in both engines', window => {
    expect(seenBy(new FastEngine(), window)).toEqual(seenBy(specification, window))
  })

  // 144 nodes from n40 on are one worker's window; at the same pace 16 look at 9 of each 17.
  it.each([
    { name: 'every node fits in that of one worker alone', isFull: (at: number) => at >= 190 },
    { name: 'every node fits in the other window alone', isFull: (at: number) => at === 52 },
  ])('both engines see the same where $name', ({ isFull }) => {
    expect(seenBy(new FastEngine(), 1, { isFull })).toEqual(seenBy(specification, 1, { isFull }))
  })

  it('another window looks at other nodes, as many as are wanted', () => {
    const one = decide(specification, 0).trace.feasible.map(({ name }) => name)
    const many = decide(specification, 1).trace.feasible.map(({ name }) => name)
    expect(many).toHaveLength(one.length)
    expect(new Set(many)).not.toEqual(new Set(one))
  })

  it('a scheduler with one worker has one window only', () => {
    const names = (window: number): string[] =>
      decide(new FastEngine(), window, { parallelism: 1 }).trace.feasible.map(({ name }) => name)
    expect(names(3)).toEqual(names(0))
  })
})

describe('the fast engine', () => {
  it('decides about plain pods without asking the specification', () => {
    const engine = new FastEngine()
    const outcome = placed(engine.schedule(pod('p'), request(cacheOf(3))))
    expect(outcome).toMatchObject({ node: 'n0', isPlain: true, nextStartNodeIndex: 0 })
    expect(engine.counts).toEqual({ decisions: 1, fallbacks: new Map() })
  })

  it('says why a pod fits nowhere, with the text of every rejection', () => {
    const outcome = new FastEngine().schedule(bigCpu('p', '9'), request(cacheOf(3)))
    expect(outcome.type === 'unfit' && outcome.message).toBe(
      '0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, ' +
        'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    )
  })

  it('leaves a profile with an order of its own to the specification, and counts it', () => {
    const enabled = [{ name: 'InterPodAffinity' }]
    const plugins = { filter: { enabled } }
    const { profiles } = decodeConfiguration({ profiles: [{ plugins }] })
    const [profile = defaultProfile()] = profiles
    const engine = new FastEngine()
    expect(placed(engine.schedule(pod('p'), request(cacheOf(3), { profile }))).node).toBe('n0')
    expect(engine.counts.fallbacks).toEqual(new Map([['profile', 1]]))
  })

  it('follows a cache, and any fork of it, whichever asks next', () => {
    const engine = new FastEngine()
    const cache = cacheOf(2)
    const fork = cache.fork()
    fork.removeNode('n0')
    const nodeIn = (one: SchedulerCache): string =>
      placed(engine.schedule(bigCpu('p', '3'), request(one))).node
    expect(nodeIn(cache)).toBe('n0')
    expect(nodeIn(fork)).toBe('n1')
    const taken = bigCpu('taken', '3')
    cache.assume({ ...taken, spec: { containers: [], ...taken.spec, nodeName: 'n0' } })
    expect(nodeIn(cache)).toBe('n1')
    expect(nodeIn(cache.fork())).toBe('n1')
    expect(nodeIn(fork)).toBe('n1')
  })

  it('refuses to tell about a decision once the next one was taken', () => {
    const engine = new FastEngine()
    const cache = cacheOf(3)
    const first = placed(engine.schedule(pod('p'), request(cache)))
    engine.schedule(pod('q'), request(cache))
    expect(() => first.scoring).toThrow(/read before the next/)
  })

  it('tells everything later when it was asked to keep it', () => {
    const engine = new FastEngine()
    const cache = cacheOf(3)
    const first = placed(engine.schedule(pod('p'), request(cache, { keepRaw: true })))
    engine.schedule(pod('q'), request(cache))
    expect(first.scoring?.totals).toHaveLength(3)
    expect(first.trace.feasible.map(({ name }) => name)).toEqual(['n0', 'n1', 'n2'])
  })

  it('notices a change that lies further back than the nodes it remembers', () => {
    const engine = new FastEngine()
    const cache = cacheOf(3)
    const taken = onNode(bigCpu('taken', '3'), 'n0')
    expect(placed(engine.schedule(bigCpu('p', '2'), request(cache))).node).toBe('n0')
    cache.assume(taken)
    const passing = onNode(pod('passing'), 'n2')
    const other = pod('q')
    for (let touches = 0; touches <= touchesKept; touches += 1) {
      if (touches % 2 === 0) cache.assume(passing)
      else cache.removePod(passing.metadata.uid ?? '')
      engine.schedule(other, request(cache))
    }
    expect(placed(engine.schedule(bigCpu('p', '2'), request(cache))).node).toBe('n1')
  })

  it('knows that nothing fits until a pod goes, a node comes or a node goes', () => {
    const engine = new FastEngine()
    const cache = cacheOf(2)
    const ask = (): string => {
      const outcome = engine.schedule(bigCpu('p', '3'), request(cache))
      if (outcome.type === 'placed') return outcome.node
      return outcome.type === 'unfit' ? (outcome.message.split('.')[0] ?? '') : outcome.type
    }
    cache.assume(onNode(bigCpu('a', '3'), 'n0'))
    const b = onNode(bigCpu('b', '2'), 'n1')
    cache.assume(b)
    expect([ask(), ask()]).toEqual(Array(2).fill('0/2 nodes are available: 2 Insufficient cpu'))
    cache.removePod(b.metadata.uid ?? '')
    expect(ask()).toBe('n1')
    cache.assume(b)
    expect(ask()).toBe('0/2 nodes are available: 2 Insufficient cpu')
    cache.setNode({ ...node('n2'), spec: { unschedulable: true } })
    expect(ask()).toBe('0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu')
    cache.removeNode('n0')
    expect(ask()).toBe('0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable')
    cache.setNode(node('n2'))
    expect(ask()).toBe('n2')
  })
})
