import { describe, expect, it } from 'vitest'
import { type Batch, scheduleBatched, signatureOf } from './batching.ts'
import { SchedulerCache } from './cache.ts'
import { decodeConfiguration, defaultProfile } from './configuration.ts'
import { type EngineRequest, specification } from './engine.ts'
import { FastEngine } from './fast/engine.ts'
import type { Pod } from './framework.ts'
import { listersOf, node, pod } from './plugin-testing.ts'
import type { Profile } from './profile.ts'

const unspread = {
  pluginConfig: [{ name: 'PodTopologySpread', args: { defaultingType: 'List' } }],
}

function profileOf(profile: object, version: '1.34' | '1.35' | '1.36' = '1.36'): Profile {
  return decodeConfiguration({ profiles: [profile] }, version).profiles[0] as Profile
}

/** Takes a port of its node, so that one fits on each. */
const alone = (name: string, more: object = {}): Pod =>
  pod(name, {
    containers: [{ name: 'a', image: 'a:1', ports: [{ containerPort: 80, hostPort: 80 }] }],
    ...more,
  })

class Line {
  readonly cache = new SchedulerCache()
  readonly places: string[] = []
  private batch: Batch | undefined
  private cycle = 0
  private readonly engine = new FastEngine()

  constructor(count: number) {
    for (let index = 0; index < count; index += 1) this.cache.setNode(node(`n${index}`))
  }

  /** Decides and assumes; whether the scores of before were used. */
  place(given: Pod, { nowMs = 0, skipped = 0 } = {}): boolean {
    this.cycle += 1 + skipped
    const request: EngineRequest = {
      profile: profileOf(unspread),
      cache: this.cache,
      listers: listersOf([]),
      nominator: { nodeNames: () => [], nominatedPods: () => [] },
      choices: { tie: ({ heapPick }) => heapPick, preemptionOffset: () => 0 },
      nextStartNodeIndex: 0,
      keepRaw: true,
    }
    const attempt = { engine: this.engine, request, cycle: this.cycle, nowMs }
    const same = { ...attempt, engine: specification }
    const before = this.batch
    const { outcome, batch } = scheduleBatched(given, before, attempt)
    if (outcome.type !== 'placed') throw new Error(outcome.type)
    const other = scheduleBatched(given, before, same).outcome
    expect(other.type === 'placed' && other.node).toBe(outcome.node)
    this.batch = batch
    this.places.push(outcome.node)
    const isHinted = outcome.scoring === undefined
    this.cache.assume({ ...given, spec: { containers: [], ...given.spec, nodeName: outcome.node } })
    return isHinted
  }
}

describe('who batches', () => {
  it.each([
    { name: 'the default profile', profile: {}, want: false },
    { name: 'one without spreading by default', profile: unspread, want: true },
    {
      name: 'one that has disabled spreading',
      profile: { plugins: { multiPoint: { disabled: [{ name: 'PodTopologySpread' }] } } },
      want: true,
    },
  ])('$name: $want', ({ profile, want }) => {
    expect(profileOf(profile).batches).toBe(want)
    expect(profileOf(profile, '1.34').batches).toBe(false)
  })

  it('nobody with extenders', () => {
    const extenders = [{ urlPrefix: 'http://x', filterVerb: 'filter' }]
    const { profiles } = decodeConfiguration({ profiles: [unspread], extenders })
    expect(profiles[0]?.batches).toBe(false)
  })
})

describe('signatures', () => {
  const asked = { profile: profileOf(unspread), listers: listersOf([]) }
  it.each([
    { name: 'names do not count', a: alone('a'), b: alone('b'), same: true },
    { name: 'ports do', a: alone('a'), b: pod('b'), same: false },
    {
      name: 'ConfigMaps do not',
      a: alone('a'),
      b: alone('b', { volumes: [{ name: 'v', configMap: { name: 'c' } }] }),
      same: true,
    },
    {
      name: 'other volumes do',
      a: alone('a'),
      b: alone('b', { volumes: [{ name: 'v', emptyDir: {} }] }),
      same: false,
    },
  ])('$name', ({ a, b, same }) => {
    expect(signatureOf(a, asked) === signatureOf(b, asked)).toBe(same)
  })

  it.each([
    { name: 'spread constraints', spec: { topologySpreadConstraints: [{}] } },
    { name: 'affinity between pods', spec: { affinity: { podAntiAffinity: {} } } },
    { name: 'claims of devices', spec: { resourceClaims: [{ name: 'c' }] } },
  ])('pods with $name have none', ({ spec }) => {
    expect(signatureOf(alone('a', spec), asked)).toBeUndefined()
  })
})

describe('a row of equal pods', () => {
  it('goes down the heap of the first decision', () => {
    const line = new Line(4)
    const hinted = ['a', 'b', 'c', 'd'].map(name => line.place(alone(name)))
    expect(hinted).toEqual([false, true, true, true])
    // Equal totals: the root is n0, and each removal puts the last of the heap in its place.
    expect(line.places).toEqual(['n0', 'n3', 'n2', 'n1'])
  })

  it('is scored anew while the last node has room', () => {
    const line = new Line(4)
    line.place(pod('a'))
    expect(line.place(pod('b'))).toBe(false)
  })

  it('is scored anew after half a second, after another pod, and after a failed one', () => {
    const line = new Line(9)
    line.place(alone('a'))
    expect(line.place(alone('b'), { nowMs: 501 })).toBe(false)
    expect(line.place(alone('c'), { nowMs: 501 })).toBe(true)
    expect(line.place(pod('other'))).toBe(false)
    expect(line.place(alone('d'))).toBe(false)
    expect(line.place(alone('e'), { skipped: 1 })).toBe(false)
  })
})

it('the default profile is what the cluster autoscaler and others take', () => {
  expect(defaultProfile().batches).toBe(false)
})
