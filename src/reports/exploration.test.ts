import { describe, expect, it } from 'vitest'
import type { ExploredScenario, ExploreReport } from '../explain/explore.ts'
import { explorationText } from './exploration.ts'

const plain: ExploredScenario = {
  trial: 'restart',
  subject: 'Deployment shop/web',
  runs: 4,
  exhaustive: true,
  endStates: 1,
  outcomes: [],
}

function said(
  scenario: Partial<ExploredScenario>,
  bound: Partial<ExploreReport['bound']> = {},
): readonly string[] {
  const report: ExploreReport = {
    apiVersion: 'seatrial.dev/v1',
    kind: 'Exploration',
    seatrial: { version: '0' },
    kubernetes: 'v1.36',
    bound: {
      strategy: 'exhaustive',
      windowMs: 20,
      deviations: 1,
      runs: 200,
      states: 1000,
      memoryMiB: 64,
      stale: 0,
      crashes: 0,
      faults: [],
      interleave: false,
      depth: 3,
      seed: 1,
      ...bound,
    },
    scenarios: [{ ...plain, ...scenario }],
  }
  return explorationText(report).split('\n')
}

const states = { visited: 900, steps: 1500, depth: 40, bytes: 2 ** 20 }

describe('an exploration as text', () => {
  it('that visited every state says so, and its bound', () => {
    expect(said({ states })).toEqual([
      'holds   restart Deployment shop/web: 900 states (every one that can be reached), ' +
        '1500 steps, up to 40 deep, 1 MiB, 1 end state',
      '',
      'bound: window 20 ms, strategy exhaustive, at most 1000 states and 64 MiB each',
      '',
    ])
  })

  it.each([
    ['states', 'stopped at the bound on states'],
    ['memory', 'stopped at the bound on memory'],
    ['depth', 'some ways were longer than the bound'],
  ] as const)('that stopped by %s is unsure and says how far it came', (stoppedBy, text) => {
    const [line] = said({ exhaustive: false, states: { ...states, stoppedBy } })
    expect(line).toContain('unsure  restart')
    expect(line).toContain(`900 states (${text})`)
  })

  it('that never came to rest says who was still at work', () => {
    const unsettled = { schedules: 2, pending: ['default-scheduler', 'kubelet'] }
    expect(said({ exhaustive: false, unsettled }).slice(0, 2)).toEqual([
      'unsure  restart Deployment shop/web: 4 schedules, 1 end state',
      '  inconclusive: 2 schedules never came to rest; still at work: default-scheduler, kubelet',
    ])
  })

  it('names everything that the schedule could choose', () => {
    const faults = ['node-loss=n1']
    const asked = { strategy: 'pct', stale: 2, crashes: 2, faults, interleave: true }
    expect(said({}, asked)).toContain(
      'bound: window 20 ms, strategy pct, depth 3, at most 200 schedules each, caches up to ' +
        '2 changes behind, up to 2 crashes, others between any two requests, node-loss=n1 at any moment',
    )
  })
})
