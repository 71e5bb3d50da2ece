import { describe, expect, it } from 'vitest'
import type { Node, Pod } from '../kube/generated/types.ts'
import {
  evictedStatus,
  evictionOrder,
  evictionText,
  type UsageOf,
  withPressure,
} from './pressure.ts'

interface Given {
  readonly requests?: Readonly<Record<string, string>>
  readonly priority?: number
  readonly phase?: string
  readonly deleted?: true
}

function pod(name: string, { requests, priority, phase, deleted }: Given = {}): Pod {
  const resources = requests === undefined ? {} : { resources: { requests } }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      ...(deleted === true && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    spec: {
      containers: [{ name: 'c', image: 'i', ...resources }],
      ...(priority !== undefined && { priority }),
    },
    status: { phase: phase ?? 'Running' },
  }
}

function orderOf(pods: readonly Pod[], pressure: 'MemoryPressure' | 'DiskPressure'): string {
  return evictionOrder(pods, pressure)
    .map(({ metadata }) => metadata.name)
    .join(' ')
}

const requests = { memory: '1Gi' }

describe('the order of evictions', () => {
  it.each([
    [
      'pods that request nothing of it come first, whatever their priority',
      [pod('asks', { requests, priority: -10 }), pod('greedy', { priority: 100 })],
      'greedy asks',
    ],
    [
      'then the lower priority',
      [pod('a', { requests, priority: 5 }), pod('b', { requests }), pod('c', { requests })],
      'b c a',
    ],
    [
      'critical pods, finished ones and those that are going stay',
      [
        pod('static', { priority: 2_000_000_000 }),
        pod('done', { phase: 'Succeeded' }),
        pod('going', { deleted: true }),
        pod('web'),
      ],
      'web',
    ],
  ])('%s', (_, pods, want) => {
    expect(orderOf(pods, 'MemoryPressure')).toBe(want)
  })

  it('for a full disk counts requests of ephemeral storage', () => {
    const pods = [
      pod('memory', { requests }),
      pod('disk', { requests: { 'ephemeral-storage': '1Gi' } }),
    ]
    expect(orderOf(pods, 'DiskPressure')).toBe('memory disk')
  })
})

it('an evicted pod has failed and says why', () => {
  const ready = { type: 'Ready', status: 'True' }
  const before: Pod = { ...pod('web'), status: { phase: 'Running', conditions: [ready] } }
  const status = evictedStatus(
    before,
    evictionText(before, 'MemoryPressure', () => undefined),
    0,
  )
  expect(status).toMatchObject({
    phase: 'Failed',
    reason: 'Evicted',
    message: 'The node was low on resource: memory. ',
  })
  expect(status.conditions?.map(({ type, status: is }) => `${type} ${is}`)).toEqual([
    'DisruptionTarget True',
    'Ready False',
  ])
})

it('a condition keeps the time of its last turn', () => {
  const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } }
  const short = withPressure(node, { pressure: 'DiskPressure', isShort: true, nowMs: 0 })
  const later = { ...node, status: { conditions: [...short] } }
  const still = withPressure(later, { pressure: 'DiskPressure', isShort: true, nowMs: 60_000 })
  expect(still[0]).toMatchObject({
    reason: 'KubeletHasDiskPressure',
    lastTransitionTime: '1970-01-01T00:00:00Z',
    lastHeartbeatTime: '1970-01-01T00:01:00Z',
  })
})

describe('with usage that is known', () => {
  const gibi = 1024n * 1024n * 1024n * 1000n
  const using =
    (usage: Readonly<Record<string, bigint>>): UsageOf =>
    ({ metadata: { name = '' } }) => {
      const milli = usage[name]
      return milli === undefined ? undefined : { milli, container: 'c' }
    }

  it.each([
    [
      'who uses more than it requests goes first, whatever its priority',
      [pod('modest', { requests, priority: -10 }), pod('greedy', { requests, priority: 100 })],
      { modest: gibi / 2n, greedy: gibi * 2n },
      'greedy modest',
    ],
    [
      'of two with one priority, who exceeds its request by more',
      [pod('a', { requests }), pod('b', { requests })],
      { a: gibi * 2n, b: gibi * 3n },
      'b a',
    ],
    [
      'among those that exceed it the lower priority, however little it exceeds',
      [pod('a', { requests, priority: 1 }), pod('b', { requests })],
      { a: gibi * 9n, b: gibi * 2n },
      'b a',
    ],
    [
      'a pod that requests nothing exceeds nothing while it uses nothing',
      [pod('idle'), pod('over', { requests, priority: 100 })],
      { idle: 0n, over: gibi * 2n },
      'over idle',
    ],
  ])('%s', (_, pods, usage, want) => {
    const order = evictionOrder(pods, 'MemoryPressure', using(usage))
    expect(order.map(({ metadata }) => metadata.name).join(' ')).toBe(want)
  })

  it('the message names the container that uses more than it requests', () => {
    const text = (milli: bigint): string =>
      evictionText(pod('a', { requests }), 'MemoryPressure', using({ a: milli }))
    const low = 'The node was low on resource: memory. '
    expect(text(gibi)).toBe(low)
    expect(text(gibi * 2n)).toBe(
      `${low}Container c was using 2Gi, request is 1Gi, has larger consumption of memory. `,
    )
    const few = evictionText(pod('a'), 'MemoryPressure', using({ a: 1_000_000n }))
    expect(few).toBe(
      `${low}Container c was using 1k, request is 0, has larger consumption of memory. `,
    )
  })
})
