import { describe, expect, it } from 'vitest'
import { readShape } from './shape.ts'

function at(value: unknown, ...seconds: number[]): readonly (number | string)[] {
  const shape = readShape('spec.total', value)
  if (!shape.ok) return [shape.error]
  return seconds.map(second => Number(shape.value(second * 1000)))
}

describe('shapes of a load', () => {
  it('a quantity stays', () => {
    expect(at('1500m', 0, 3600)).toEqual([1500, 1500])
  })

  it('steps hold until the next', () => {
    const steps = [
      { after: '1m', value: '2' },
      { after: '10s', value: '1' },
    ]
    expect(at({ steps }, 0, 10, 59, 60)).toEqual([0, 1000, 1000, 2000])
  })

  it('rows of a table do, too', () => {
    expect(at({ csv: 'seconds,load\n0,100m\n30, 2\n' }, 0, 29, 30)).toEqual([100, 100, 2000])
  })

  it('a sine goes up, down and through its mean', () => {
    const sine = { mean: '10', amplitude: '4', period: '2m' }
    expect(at({ sine }, 0, 30, 60, 90, 120)).toEqual([10_000, 14_000, 10_000, 6000, 10_000])
  })

  it('never falls below nothing', () => {
    expect(at({ sine: { mean: '1', amplitude: '4', period: '4s' } }, 3)).toEqual([0])
  })

  const bad = [
    { given: 'much', want: 'spec.total: quantities must match the regular expression' },
    { given: { steps: 5 }, want: 'spec.total.steps: is no list' },
    { given: { steps: [{ after: 'soon', value: 1 }] }, want: 'spec.total.steps[0].after' },
    { given: { csv: 'a\nb,1' }, want: 'spec.total.csv line 1' },
    { given: { sine: { mean: 1, amplitude: 1, period: '0s' } }, want: 'period: is zero' },
    { given: {}, want: 'has none of steps, sine, csv' },
  ]

  it.each(bad)('says what is wrong with $given', ({ given, want }) => {
    expect(at(given)[0]).toContain(want)
  })
})
