import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { withAssumedZones, zoneLabel } from './zones.ts'

const pool = { name: 'n', count: 3, cpu: '4', memory: '8Gi' }

function app(spec: object): KubeObject {
  const metadata = { name: 'a' }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template: { spec } } }
}

function spread(whenUnsatisfiable: string, topologyKey = zoneLabel): KubeObject {
  return app({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable }] })
}

describe('withAssumedZones', () => {
  const cases = [
    { name: 'nobody asks for zones', objects: [app({})], pools: [pool], want: undefined },
    {
      name: 'a hard spread over zones',
      objects: [spread('DoNotSchedule')],
      pools: [pool],
      want: ['a', 'b', 'c'],
    },
    {
      name: 'a soft spread is content without',
      objects: [spread('ScheduleAnyway')],
      pools: [pool],
      want: undefined,
    },
    {
      name: 'a hard spread over hosts is another matter',
      objects: [spread('DoNotSchedule', 'kubernetes.io/hostname')],
      pools: [pool],
      want: undefined,
    },
    {
      name: 'zones that its user gave stay',
      objects: [spread('DoNotSchedule')],
      pools: [{ ...pool, zones: ['x'] }],
      want: ['x'],
    },
  ]
  it.each(cases)('$name', ({ objects, pools, want }) => {
    expect(withAssumedZones(pools, objects).pools[0]?.zones).toEqual(want)
  })

  it('survives templates that are null', () => {
    const objects = [app({}), { ...app({}), spec: { template: null } }, { ...app({}), spec: null }]
    expect(withAssumedZones([pool], objects).assumed).toBe(0)
  })
})
