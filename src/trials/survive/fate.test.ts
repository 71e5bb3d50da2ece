import { describe, expect, it } from 'vitest'
import { common, endpointSpans, fateOf } from './fate.ts'
import type { PodLife } from '../../checks/verdict.ts'

const span = (fromMs: number, toMs: number) => ({ fromMs, toMs })
const ever = Infinity

describe('fateOf', () => {
  const window = span(10_000, 100_000)
  const table = [
    {
      name: 'all serve on',
      given: [[span(0, ever)], [span(0, ever)]],
      want: { down: [0, false], degraded: [0, false] },
    },
    {
      name: 'one of two is away for 20 s',
      given: [[span(0, ever)], [span(0, 30_000), span(50_000, ever)]],
      want: { down: [0, false], degraded: [20, false] },
    },
    {
      name: 'the only one is replaced after 40 s',
      given: [[span(0, 10_000)], [span(50_000, ever)]],
      want: { down: [40, false], degraded: [50, true] },
    },
    {
      name: 'nobody comes back',
      given: [[span(0, 10_000)], [span(0, 10_000)]],
      want: { down: [90, true], degraded: [0, false] },
    },
    {
      name: 'what was before the loss does not count',
      given: [[span(5000, ever)], [span(9000, ever)]],
      want: { down: [0, false], degraded: [0, false] },
    },
  ]
  it.each(table)('$name', ({ given, want }) => {
    const { down, degraded } = fateOf({ serving: given, stale: [], full: 2, window })
    expect({
      down: [down.seconds, down.open],
      degraded: [degraded.seconds, degraded.open],
    }).toEqual(want)
  })

  it('dead endpoints that are listed at the same time count once', () => {
    const stale = [[span(10_000, 50_000)], [span(20_000, 60_000)]]
    expect(fateOf({ serving: [], stale, full: 1, window }).stale).toEqual({
      seconds: 50,
      open: false,
    })
  })
})

it('two lists of spans have in common what holds in both', () => {
  const a = [span(0, 10), span(20, ever)]
  expect(common(a, [span(5, 25), span(30, 40)])).toEqual([span(5, 10), span(20, 25), span(30, 40)])
})

it('an endpoint works while it is listed and its pod serves; an address without a pod always', () => {
  const life = new Map([['u', { serving: [span(0, 10)] } as unknown as PodLife]])
  const listed = new Map([
    ['u', [span(5, 20)]],
    ['10.0.0.1', [span(0, 20)]],
  ])
  expect(endpointSpans(listed, life)).toEqual({
    serving: [[span(5, 10)], [span(0, 20)]],
    stale: [[span(10, 20)], []],
  })
})
