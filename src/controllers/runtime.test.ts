// How the work queues of a component behave in time.

import { describe, expect, it } from 'vitest'
import { defaultSchedule } from '../engine/schedule.ts'
import { World } from '../engine/world.ts'
import { type Controller, done, type ReconcileResult } from './framework.ts'
import { component } from './runtime.ts'

/** A World with one controller on ConfigMaps whose reconciles answer what `results` gives. */
function worldWith(
  results: (attempt: number) => ReconcileResult,
  extra: Partial<Controller> = {},
): { world: World; times: number[] } {
  const times: number[] = []
  const controller: Controller = {
    name: 'probe',
    doc: 'Notes when it runs.',
    watches: [{ kind: 'ConfigMap', keys: ({ key }) => [key] }],
    *reconcile(_key, api) {
      times.push(yield* api.now())
      return results(times.length)
    },
    ...extra,
  }
  const world = World.create(
    {
      actors: [component({ name: 'manager', controllers: [controller] })],
      indexes: [],
      serve: () => undefined,
    },
    { epochMs: 0, schedule: defaultSchedule, latencyMs: 1 },
  )
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'n' } }
  world.write('ConfigMap', 'n/a', object, 'user')
  return { world, times }
}

describe('a work queue', () => {
  it('backs off 5, 10, 20 ms and starts over after a success', () => {
    const { world, times } = worldWith(attempt => (attempt <= 3 ? { error: 'no' } : done))
    world.run({ untilMs: 1000 })
    expect(times).toEqual([1, 6, 16, 36])
    world.write('ConfigMap', 'n/a', undefined, 'user')
    world.run({ untilMs: 2000 })
    // The clock stood still at rest, so the change is seen one latency after the last run.
    expect(times).toEqual([1, 6, 16, 36, 37])
  })

  it('keeps only the earliest time that a key waits for', () => {
    const delays = [500, 800]
    const { world, times } = worldWith(attempt => {
      const requeueAfterMs = delays[attempt - 1]
      return requeueAfterMs === undefined ? done : { requeueAfterMs }
    })
    world.run({ untilMs: 100 })
    world.write('ConfigMap', 'n/a', undefined, 'user')
    world.run({ untilMs: 5000 })
    // The second run at 101 asks for 901, but 501 stands; the third asks for nothing.
    expect(times).toEqual([1, 101, 501])
  })

  it.each([
    { name: 'waits until the cache shows its own writes', ownWrites: ['Pod'], want: [4, 10] },
    { name: 'does not wait for kinds it does not name', ownWrites: ['Secret'], want: [4, 5] },
  ])('$name', ({ ownWrites, want }) => {
    const times: number[] = []
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', resourceVersion: '2' } }
    const controller: Controller = {
      name: 'probe',
      doc: 'Creates a pod, looks again 1 ms later, and would not see it yet.',
      watches: [
        { kind: 'ConfigMap', keys: ({ key }) => [key] },
        { kind: 'Pod', keys: () => [] },
      ],
      ownWrites,
      *reconcile(_key, api) {
        times.push(yield* api.now())
        if (times.length > 1) return done
        yield* api.create(pod)
        return { requeueAfterMs: 1 }
      },
    }
    const serve = (world: World) => {
      world.write('Pod', 'p', pod, 'probe')
      return { ok: true, code: 201, object: pod }
    }
    const actors = [component({ name: 'manager', controllers: [controller] })]
    const options = { epochMs: 0, schedule: defaultSchedule, latencyMs: 4 }
    const world = World.create({ actors, indexes: [], serve }, options)
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }
    world.write('ConfigMap', 'a', configMap, 'user')
    world.run({ untilMs: 100 })
    expect(times).toEqual(want)
  })

  it('gives a key up after as many failures as the controller allows', () => {
    const { world, times } = worldWith(() => ({ error: 'no' }), { retriesMax: 2 })
    world.run({ untilMs: 5000 })
    expect(times).toEqual([1, 6, 16])
  })

  it('lets a controller send 30 requests at once, and 20 a second after that', () => {
    const times: number[] = []
    const { world } = worldWith(() => done, {
      *reconcile(key, api) {
        times.push(yield* api.now())
        yield* api.getLive('ConfigMap', 'n', key)
        return times.length < 51 ? { requeueAfterMs: 1 } : done
      },
    })
    world.run({ untilMs: 10_000 })
    expect(times[30]).toBe(31)
    // Of the 51 requests 21 were too many; the first 30 ms gave a fraction of one back.
    expect(times[50]).toBeGreaterThan(950)
    expect(times[50]).toBeLessThan(1050)
  })
})

describe('late answers', () => {
  /** When a controller makes two updates of a ConfigMap and comes to its end. */
  function times(point: string, lateAnswers: readonly string[], ok = true): readonly number[] {
    const seen: number[] = []
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }
    const controller: Controller = {
      name: 'probe',
      doc: 'Notes when its answers come.',
      watches: [{ kind: 'ConfigMap', keys: ({ before, key }) => (before ? [] : [key]) }],
      *reconcile(_key, api) {
        for (let index = 0; index < 2; index += 1) {
          seen.push(yield* api.now())
          yield* api.update(object)
        }
        seen.push(yield* api.now())
        return done
      },
    }
    const schedule = { ...defaultSchedule, points: new Map([[point, 1]]) }
    const actors = [component({ name: 'manager', controllers: [controller], lateAnswers })]
    const code = { actors, indexes: [], serve: () => ({ ok, code: 200, object }) }
    const world = World.create(code, { epochMs: 0, schedule, latencyMs: 1 })
    world.write('ConfigMap', 'a', object, 'user')
    world.run({ untilMs: 100 })
    return seen
  }

  it('come when the schedule says, for accepted writes of the kinds named', () => {
    expect(times('late-update-configmap', ['ConfigMap'])).toEqual([1, 4, 7])
    expect(times('late-patch-configmap', ['ConfigMap'])).toEqual([1, 1, 1])
    expect(times('late-update-configmap', ['Secret'])).toEqual([1, 1, 1])
    expect(times('late-update-configmap', ['ConfigMap'], false)).toEqual([1, 1, 1])
    expect(times('late-update-configmap', [])).toEqual([1, 1, 1])
  })
})
