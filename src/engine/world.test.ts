import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSchedule, scheduleText } from './schedule.ts'
import { type Draw, Tally, toyOptions, toyWorld } from './testing.ts'
import { World } from './world.ts'

const epoch = toyOptions.epochMs
const end = { untilMs: epoch + 10_000 }
const schedule = (seed: number) => ({ seed, mode: 'random' as const, overrides: new Map() })

function digestOf(draw?: Draw): string {
  const world = toyWorld({}, draw)
  world.run(end)
  return world.digest()
}

describe('World', () => {
  it('gives the same digest for the same seed, and another for another seed', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), seed => {
        const digests = [seed, seed, seed + 1].map(s => {
          const world = toyWorld({ schedule: schedule(s) })
          world.run(end)
          return world.digest()
        })
        expect(digests[0]).toBe(digests[1])
        expect(digests[0]).not.toBe(digests[2])
      }),
      { numRuns: 30 },
    )
  })

  it('catches a planted Math.random by comparing two runs', () => {
    const planted: Draw = () => Math.floor(Math.random() * 1000)
    expect(digestOf(planted)).not.toBe(digestOf(planted))
  })

  it('catches a planted Date by comparing two runs', () => {
    let last = 0
    const planted: Draw = () => {
      while (Date.now() === last) {
        // Wait for the wall clock to move, as it does between two real runs.
      }
      last = Date.now()
      return last % 1000
    }
    expect(digestOf(planted)).not.toBe(digestOf(planted))
  })

  it('continues after a fork exactly as an uninterrupted run', () => {
    fc.assert(
      fc.property(fc.nat({ max: 400 }), fc.nat({ max: 1000 }), (pauseMs, seed) => {
        const whole = toyWorld({ schedule: schedule(seed) })
        whole.run(end)
        const parent = toyWorld({ schedule: schedule(seed) })
        parent.run({ untilMs: epoch + pauseMs })
        const child = parent.fork()
        child.run(end)
        expect(child.digest()).toBe(whole.digest())
        parent.run(end)
        expect(parent.digest()).toBe(whole.digest())
      }),
      { numRuns: 40 },
    )
  })

  it('a fork under another schedule moves as a fresh run under it', () => {
    const pct = (seed: number) => ({
      ...schedule(seed),
      mode: 'pct' as const,
      windowMs: 5,
      priorities: { depth: 3, steps: 100 },
    })
    const run = (first: number): string => {
      const world = toyWorld({ schedule: schedule(1) }).fork(pct(first))
      world.run({ untilMs: epoch })
      world.choose('next-move', 2, world.opening(epoch + 10)?.moves)
      const fork = world.fork(pct(9))
      fork.run(end)
      return JSON.stringify(fork.store.changesAfter(0))
    }
    expect(run(2)).toBe(run(3))
  })

  it('never leaks from a fork into its parent', () => {
    fc.assert(
      fc.property(fc.nat({ max: 300 }), pauseMs => {
        const parent = toyWorld()
        parent.run({ untilMs: epoch + pauseMs })
        const before = parent.digest()
        const objects = parent.store.list('ConfigMap')
        const seen = (parent.stateOf('ada') as Tally).seen
        const child = parent.fork()
        child.setLatency('bob', 50)
        child.submit({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'leak' } }, 'test')
        child.run(end)
        expect(parent.digest()).toBe(before)
        expect(parent.store.list('ConfigMap')).toEqual(objects)
        expect((parent.stateOf('ada') as Tally).seen).toBe(seen)
      }),
      { numRuns: 40 },
    )
  })

  it('shows a lagging component the cluster as it was, key by key and as a list', () => {
    const world = toyWorld({ latencyMs: 0, latencies: { bob: 20 } })
    let checked = 0
    for (let at = 1; at < 150; at += 1) {
      world.run({ untilMs: epoch + at })
      const notes = world.traceFrom(0).filter(e => e.type === 'note' && e.source === 'bob')
      const last = notes.at(-1)
      if (last?.type !== 'note' || last.atMs !== world.nowMs) continue
      const cached = (last.data as { cached: number }).cached
      const known = new Set(
        world.store
          .changesAfter(0)
          .filter(change => change.atMs <= world.nowMs - 20)
          .map(change => change.key),
      )
      expect(cached).toBe(known.size)
      checked += 1
    }
    expect(checked).toBeGreaterThan(10)
  })

  it('stops at the bound on steps and says who was still busy', () => {
    const outcome = toyWorld().run({ ...end, stepsMax: 5 })
    expect(outcome.reason).toBe('steps')
    expect(outcome.pending.length).toBeGreaterThan(0)
  })

  it('replays a run from its schedule string', () => {
    const first = toyWorld({ schedule: schedule(42) })
    first.run(end)
    const parsed = parseSchedule(first.scheduleText())
    if (!parsed.ok) throw new Error('the printed schedule must parse')
    const again = toyWorld({ schedule: parsed.value })
    again.run(end)
    expect(again.digest()).toBe(first.digest())
  })
})

describe('schedule strings', () => {
  it('survive a round trip with overrides', () => {
    const text = 'st2.9.r.3-1.12-0'
    const parsed = parseSchedule(text)
    expect(parsed.ok && scheduleText(parsed.value)).toBe(text)
  })

  it.each(['', 'st2', 'st1.1.d', 'st2.x.d', 'st2.1.q', 'st2.1.d.4', 'st2.1.d.4-'])(
    'are refused with a Problem when malformed: %j',
    text => {
      const parsed = parseSchedule(text)
      expect(parsed.ok).toBe(false)
      expect(parsed.problems[0]?.code).toBe('ST0201')
    },
  )
})

describe('standing events', () => {
  const calendar = (): World =>
    World.create(
      {
        actors: [
          {
            name: 'clock',
            watches: [],
            start: turn => {
              turn.wakeAfter(500, 'date', true)
              turn.wakeAfter(800, 'work')
              turn.wakeAfter(2000, 'date', true)
              return new Tally(0)
            },
            deliver: () => undefined,
            wake: (turn, _state, payload) => turn.note('woken', payload),
          },
        ],
        indexes: [],
        serve: () => undefined,
      },
      toyOptions,
    )
  const woken = (world: World): readonly unknown[] =>
    world
      .traceFrom(0)
      .flatMap(entry => (entry.type === 'note' ? [[entry.atMs - epoch, entry.data]] : []))

  it('happen in their turn, but nothing waits for them', () => {
    const world = calendar()
    expect(world.run(end).reason).toBe('quiescent')
    expect(woken(world)).toEqual([
      [500, 'date'],
      [800, 'work'],
    ])
    expect(world.nowMs).toBe(epoch + 800)
  })

  it('happen when time is to pass', () => {
    const world = calendar()
    world.run(end)
    const child = world.fork()
    expect(child.runFor(5000).reason).toBe('quiescent')
    expect(woken(child).at(-1)).toEqual([2000, 'date'])
    expect(woken(world)).toHaveLength(2)
  })
})
