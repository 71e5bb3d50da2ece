import { describe, expect, it } from 'vitest'
import { deletionOrder } from './deletion-order.ts'
import type { Container, Pod } from './generated/types.ts'
import { isPodAvailable } from './pod.ts'
import { qosClass } from './qos.ts'
import { amountsText, podRequests } from './resources.ts'
import { computeTemplateHash } from './template-hash.ts'
import { formatTime } from './time.ts'

const nowMs = Date.UTC(2025, 0, 1)

interface Given {
  readonly name: string
  readonly node?: string
  readonly readyForMs?: number
  readonly containers?: readonly Container[]
  readonly initContainers?: readonly Container[]
}

function pod({ name, node = 'n1', readyForMs, containers = [], initContainers = [] }: Given): Pod {
  const conditions =
    readyForMs === undefined
      ? []
      : [{ type: 'Ready', status: 'True', lastTransitionTime: formatTime(nowMs - readyForMs) }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name },
    spec: { nodeName: node, containers, initContainers },
    status: { phase: 'Running', conditions },
  }
}

function container(cpu: string, more: object = {}): Container {
  return { name: 'c', resources: { requests: { cpu } }, ...more }
}

describe('pods', () => {
  it('are available once they were ready for long enough', () => {
    const given = pod({ name: 'a', readyForMs: 10_000 })
    expect([9, 10, 11].map(seconds => isPodAvailable(given, seconds, nowMs))).toEqual([
      true,
      true,
      false,
    ])
    expect(isPodAvailable(pod({ name: 'b' }), 0, nowMs)).toBe(false)
  })

  it('go in the order: not ready, crowded node, ready for the shortest time', () => {
    const pods = [
      pod({ name: 'old', readyForMs: 1_000_000 }),
      pod({ name: 'young', readyForMs: 1000 }),
      pod({ name: 'crowded', node: 'n2', readyForMs: 1_000_000 }),
      pod({ name: 'unready' }),
    ]
    const others = ['x', 'y'].map(name => pod({ name, node: 'n2', readyForMs: 5000 }))
    const related = [pods[2] as Pod, ...others]
    expect(deletionOrder(pods, related, nowMs).map(({ metadata }) => metadata.name)).toEqual([
      'unready',
      'crowded',
      'young',
      'old',
    ])
  })

  it('need the larger of what runs together and of each init container with the sidecars before', () => {
    const given = pod({
      name: 'a',
      containers: [container('500m'), container('1')],
      initContainers: [container('250m', { restartPolicy: 'Always' }), container('2')],
    })
    // Together 500m + 1 + 250m = 1750m; the init container needs 2 + 250m.
    expect(amountsText(podRequests(given))).toEqual({ cpu: '2250m' })
  })

  type Amounts = Readonly<Record<string, string>>
  const resources = (requests: Amounts, limits: Amounts) => ({
    name: 'c',
    resources: { requests, limits },
  })
  const all = { cpu: '1', memory: '1Gi' }
  const classes = [
    { name: 'equal limits', containers: [resources(all, all)], want: 'Guaranteed' },
    { name: 'a missing limit', containers: [resources(all, { cpu: '1' })], want: 'Burstable' },
    { name: 'nothing', containers: [{ name: 'c' }], want: 'BestEffort' },
  ]
  for (const { name, containers, want } of classes) {
    it(`with ${name} are ${want}`, () =>
      expect(qosClass(pod({ name: 'a', containers }))).toBe(want))
  }

  it('get another template hash after a collision and the same one for the same template', () => {
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [] } }
    const hash = computeTemplateHash(template)
    expect(computeTemplateHash(template)).toBe(hash)
    expect(computeTemplateHash(structuredClone(template))).toBe(hash)
    expect(computeTemplateHash(template, 1)).not.toBe(hash)
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]+$/)
  })
})
