import { describe, expect, it } from 'vitest'
import { readyAfterStartMs, startedAfterStartMs } from './probes.ts'

describe('readyAfterStartMs', () => {
  const cases = [
    { name: 'no probe: ready at once', given: {}, want: 0 },
    { name: 'a probe without delay passes at once', given: { readinessProbe: {} }, want: 0 },
    {
      name: 'a delay is rounded up to whole periods: 5 s with period 10 s is 10 s',
      given: { readinessProbe: { initialDelaySeconds: 5 } },
      want: 10_000,
    },
    {
      name: 'a delay of one period passes on that tick',
      given: { readinessProbe: { initialDelaySeconds: 10 } },
      want: 10_000,
    },
    {
      name: 'three successes needed: two more periods',
      given: { readinessProbe: { successThreshold: 3, periodSeconds: 5 } },
      want: 10_000,
    },
    {
      name: 'a startup probe holds readiness back',
      given: {
        startupProbe: { initialDelaySeconds: 30 },
        readinessProbe: { initialDelaySeconds: 5 },
      },
      want: 30_000,
    },
    {
      name: 'the readiness delay counts from the start of the container: 30 + 10',
      given: {
        startupProbe: { initialDelaySeconds: 30 },
        readinessProbe: { initialDelaySeconds: 35 },
      },
      want: 40_000,
    },
  ] as const
  it.each(cases)('$name', ({ given, want }) => {
    expect(readyAfterStartMs({ name: 'main', ...given })).toBe(want)
  })
  it('a container counts as started without a startup probe', () => {
    expect(startedAfterStartMs({ name: 'main', readinessProbe: { initialDelaySeconds: 9 } })).toBe(
      0,
    )
  })
})
