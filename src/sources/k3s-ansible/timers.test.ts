import { describe, expect, it } from 'vitest'
import type { Member } from './nodes.ts'
import { gateSettingsOf, timersOf } from './timers.ts'

function server(args: Readonly<Record<string, string>>): Member {
  const given = Object.entries(args).map(([name, value]) => ({ name, value }))
  return { role: 'server', arguments: given } as unknown as Member
}

describe('timers among the arguments of servers', () => {
  const cases = [
    { name: 'nothing said', given: {}, want: {} },
    {
      name: 'a default of the API server',
      given: { 'kube-apiserver-arg': 'default-not-ready-toleration-seconds=20' },
      want: { timers: { notReadyTolerationSeconds: 20 } },
    },
    {
      name: 'both, and the grace period under either name of its flag',
      given: {
        'kube-apiserver-arg':
          'default-not-ready-toleration-seconds=20,default-unreachable-toleration-seconds=30',
        'kube-controller-arg': 'node-monitor-grace-period=16s',
      },
      want: {
        timers: {
          nodeMonitorGraceMs: 16_000,
          notReadyTolerationSeconds: 20,
          unreachableTolerationSeconds: 30,
        },
      },
    },
    {
      name: 'what is no number or duration counts for nothing',
      given: {
        'kube-apiserver-arg': 'default-not-ready-toleration-seconds=soon',
        'kube-controller-manager-arg': 'node-monitor-grace-period=20',
      },
      want: {},
    },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(timersOf([server(given)])).toEqual(want)
  })

  it('of agents say nothing', () => {
    const agent = { ...server({ 'kube-controller-arg': 'node-monitor-grace-period=16s' }) }
    expect(timersOf([{ ...agent, role: 'agent' }])).toEqual({})
  })
})

describe('feature gates among the arguments of servers', () => {
  it.each([
    { name: 'none', given: {}, want: {} },
    {
      name: 'of two components, known ones',
      given: {
        'kube-apiserver-arg': 'feature-gates=MaxUnavailableStatefulSet=true,APIServerTracing=true',
        'kube-controller-manager-arg': 'feature-gates=HPAConfigurableTolerance=False',
      },
      want: { featureGates: { MaxUnavailableStatefulSet: true, HPAConfigurableTolerance: false } },
    },
  ])('$name', ({ given, want }) => {
    expect(gateSettingsOf([server(given)])).toEqual(want)
  })
})
