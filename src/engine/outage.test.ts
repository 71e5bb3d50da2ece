import { describe, expect, it } from 'vitest'
import { type Tally, toyOptions, toyWorld } from './testing.ts'
import type { World } from './world.ts'

const epoch = toyOptions.epochMs
const seenBy = (world: World, name: string): number => (world.stateOf(name) as Tally).seen

function notesOf(world: World, name: string): number {
  return world.traceFrom(0).filter(e => e.type === 'note' && e.source === name).length
}

/** Ada writes, bob is down from 20 to 120 ms, and the run goes on to its end. */
function outage(mode: 'held' | 'stopped'): { before: World; during: World; after: World } {
  const world = toyWorld()
  world.run({ untilMs: epoch + 20 })
  const before = world.fork()
  world.takeDown('bob', mode)
  world.run({ untilMs: epoch + 120 })
  const during = world.fork()
  world.bringUp('bob')
  world.run({ untilMs: epoch + 10_000 })
  return { before, during, after: world }
}

describe.each(['held', 'stopped'] as const)('a component that is %s', mode => {
  it('does nothing and learns nothing while it is down, and others go on', () => {
    const { before, during } = outage(mode)
    expect(notesOf(during, 'bob')).toBe(notesOf(before, 'bob'))
    expect(notesOf(during, 'ada')).toBeGreaterThan(notesOf(before, 'ada'))
    expect(during.isDown('bob')).toBe(true)
    expect(during.isDown('ada')).toBe(false)
  })

  it('learns of everything afterwards and is up to date', () => {
    const { after } = outage(mode)
    const last = after.traceFrom(0).findLast(e => e.type === 'note' && e.source === 'bob')
    const cached = last?.type === 'note' ? (last.data as { cached: number }).cached : 0
    expect(cached).toBe(after.store.list('ConfigMap').length)
    expect(after.isDown('bob')).toBe(false)
  })

  it('gives the same run in a fork taken while it was down', () => {
    const { during, after } = outage(mode)
    const fork = during.fork()
    fork.bringUp('bob')
    fork.run({ untilMs: epoch + 10_000 })
    expect(fork.digest()).toBe(after.digest())
    expect(during.isDown('bob')).toBe(true)
  })
})

it('a component that was held remembers, one that was stopped starts with what it lists', () => {
  const held = outage('held')
  expect(seenBy(held.after, 'bob')).toBe(held.after.store.logLength('ConfigMap'))
  const stopped = outage('stopped')
  expect(seenBy(stopped.after, 'bob')).toBeLessThan(stopped.after.store.logLength('ConfigMap'))
})

it('wakes that came due are not lost for a component that was held', () => {
  const hops = (world: World): number =>
    world.store.changesAfter(0).filter(({ writer }) => writer === 'bob').length
  const undisturbed = toyWorld()
  undisturbed.run({ untilMs: epoch + 10_000 })
  expect(hops(outage('held').after)).toBe(hops(undisturbed))
})

it('a name without an actor is only marked', () => {
  const world = toyWorld()
  world.takeDown('kube-apiserver', 'stopped')
  expect(world.isDown('kube-apiserver')).toBe(true)
  world.bringUp('kube-apiserver')
  expect(world.isDown('kube-apiserver')).toBe(false)
})

it('a component may be told to come back later, anew or as it was', () => {
  for (const anew of [true, false]) {
    const world = toyWorld()
    world.run({ untilMs: epoch + 20 })
    world.takeDown('bob', 'held')
    world.run({ untilMs: epoch + 120 })
    const notes = notesOf(world, 'bob')
    world.bringUp('bob', { anew, afterMs: 50 })
    expect(world.isComingBack('bob')).toBe(true)
    const fork = world.fork()
    world.run({ untilMs: epoch + 169 })
    expect([world.isDown('bob'), notesOf(world, 'bob')]).toEqual([true, notes])
    world.run({ untilMs: epoch + 10_000 })
    fork.run({ untilMs: epoch + 10_000 })
    expect([world.isDown('bob'), world.isComingBack('bob')]).toEqual([false, false])
    expect(fork.digest()).toBe(world.digest())
    const all = world.store.logLength('ConfigMap')
    if (anew) expect(seenBy(world, 'bob')).toBeLessThan(all)
    else expect(seenBy(world, 'bob')).toBe(all)
  }
})

it('what a component missed is not lost when it goes down again before it is back', () => {
  const world = toyWorld()
  world.run({ untilMs: epoch + 20 })
  world.takeDown('bob', 'held')
  world.run({ untilMs: epoch + 60 })
  world.bringUp('bob', { afterMs: 50 })
  world.takeDown('bob', 'held')
  world.run({ untilMs: epoch + 200 })
  expect(world.isDown('bob')).toBe(true)
  world.bringUp('bob')
  const before = notesOf(world, 'bob')
  world.run({ untilMs: epoch + 10_000 })
  expect(world.store.changesAfter(0).filter(({ writer }) => writer === 'bob')).toHaveLength(40)
  expect(notesOf(world, 'bob')).toBeGreaterThan(before)
})

it('one that is brought up while it comes back is back once', () => {
  const world = toyWorld()
  world.run({ untilMs: epoch + 20 })
  world.takeDown('bob', 'held')
  world.bringUp('bob', { afterMs: 50 })
  world.bringUp('bob')
  expect([world.isDown('bob'), world.isComingBack('bob')]).toEqual([false, false])
  world.run({ untilMs: epoch + 10_000 })
  expect(world.isDown('bob')).toBe(false)
})

it('one that was about to start has nothing to go on with when it is held meanwhile', () => {
  const world = toyWorld()
  world.run({ untilMs: epoch + 20 })
  world.takeDown('bob', 'stopped')
  world.bringUp('bob', { afterMs: 50 })
  world.takeDown('bob', 'held')
  world.run({ untilMs: epoch + 120 })
  world.bringUp('bob')
  world.run({ untilMs: epoch + 10_000 })
  expect(seenBy(world, 'bob')).toBeLessThan(world.store.logLength('ConfigMap'))
})
