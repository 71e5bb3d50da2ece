// Nodes that a trial does not strike because they fare alike: striking them gives the same table.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { KubeObject } from '../../src/kube/object.ts'
import { install } from '../../src/trials/install.ts'
import { survive, type StrikeFate, type SurviveRow } from '../../src/trials/survive/survive.ts'

interface Shape {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet'
  readonly replicas: number
  readonly spread: 'none' | 'apart' | 'hard' | 'soft'
  readonly cpu: string
  readonly pinned: boolean
  readonly served: boolean
  /** A Service for the first pod of a StatefulSet alone. */
  readonly announced: boolean
}

const shape: fc.Arbitrary<Shape> = fc.record({
  kind: fc.constantFrom('Deployment', 'Deployment', 'StatefulSet', 'DaemonSet'),
  replicas: fc.integer({ min: 1, max: 6 }),
  spread: fc.constantFrom('none', 'apart', 'hard', 'soft'),
  cpu: fc.constantFrom('100m', '700m', '1500m'),
  pinned: fc.boolean(),
  served: fc.boolean(),
  announced: fc.boolean(),
})

function placement(labels: object, { spread, pinned }: Shape): object {
  const topologyKey = 'kubernetes.io/hostname'
  const labelSelector = { matchLabels: labels }
  const whenUnsatisfiable = spread === 'hard' ? 'DoNotSchedule' : 'ScheduleAnyway'
  const apart = { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector, topologyKey }] }
  const values = ['n-1', 'n-2', 'n-4']
  const term = { matchExpressions: [{ key: topologyKey, operator: 'In', values }] }
  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
  }
  return {
    affinity: {
      ...(spread === 'apart' && { podAntiAffinity: apart }),
      ...(pinned && { nodeAffinity }),
    },
    ...((spread === 'hard' || spread === 'soft') && {
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable, labelSelector }],
    }),
  }
}

function objectsOf(shapes: readonly Shape[]): readonly KubeObject[] {
  return shapes.flatMap((each, index) => {
    const name = `app-${index}`
    const labels = { app: name }
    const metadata = { name, namespace: 'default' }
    const container = { name: 'c', image: 'i', resources: { requests: { cpu: each.cpu } } }
    const spec = {
      ...(each.kind !== 'DaemonSet' && { replicas: each.replicas }),
      ...(each.kind === 'StatefulSet' && { serviceName: name }),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [container], ...placement(labels, each) },
      },
    }
    const workload = { apiVersion: 'apps/v1', kind: each.kind, metadata, spec }
    const ports = [{ port: 80 }]
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports },
    }
    const first = { 'statefulset.kubernetes.io/pod-name': `${name}-0` }
    const announce = {
      ...service,
      metadata: { name: `${name}-0`, namespace: 'default' },
      spec: { selector: first, ports },
    }
    const objects = [
      workload,
      ...(each.served ? [service] : []),
      ...(each.announced && each.kind === 'StatefulSet' ? [announce] : []),
    ]
    return objects as unknown as readonly KubeObject[]
  })
}

function fateText({ strike: _, ...fate }: StrikeFate): string {
  return JSON.stringify(fate)
}

/** What every node does to a row, those that fare alike standing for each other. */
function byNode({ fates }: SurviveRow): Record<string, string> {
  const entries = fates.flatMap(fate => {
    const { name, alike, kind } = fate.strike
    return kind === 'zone' ? [] : [name, ...alike].map(node => [node, fateText(fate)])
  })
  return Object.fromEntries(entries) as Record<string, string>
}

it('a table with nodes left out and calm rows skipped says what the full table says', () => {
  let left = 0
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1, maxLength: 4 }), fc.boolean(), (shapes, zoned) => {
      const pool = {
        name: 'n',
        count: 5,
        cpu: '4',
        memory: '16Gi',
        ...(zoned && { zones: ['a', 'b'] }),
      }
      const objects = objectsOf(shapes).map(object => ({
        object,
        locate: () => ({ file: '' }),
        range: () => undefined,
      }))
      const base = install({ kubernetes: '1.36', pools: [pool], objects })
      const some = survive(base)
      const all = survive(base, { everything: true })
      left += all.strikes.length - some.strikes.length
      expect(some.rows.map(byNode)).toEqual(all.rows.map(byNode))
    }),
    { numRuns: 30, seed: 5 },
  )
  expect(left).toBeGreaterThan(25)
})
