import { describe, expect, it } from 'vitest'
import { differences } from './compare.ts'
import { deviationsIn } from './deviations.ts'
import { resultText } from './report.ts'
import { Tally } from './tally.ts'

const table = `
| what | family | upstream | twin | reason |
|---|---|---|---|---|
| schedules | \`vectors/cron\`, \`vectors/hpa/mixed\` | a | b | c |
`

function tally(): Tally {
  const options = { differencesMax: 1, deviations: deviationsIn(table) }
  return new Tally('vectors', 'folder', options)
}

describe('a tally of cases', () => {
  it('counts what differs, keeps the first differences and shows their places', () => {
    const counted = tally()
    expect(counted.compare({ family: 'a', id: 'a/1' }, { x: [1, 2] }, { x: [1, 2] })).toBe(true)
    expect(counted.compare({ family: 'a', id: 'a/2' }, { x: [1, 2] }, { x: [1, 3] })).toBe(false)
    expect(counted.compare({ family: 'b', id: 'b/1' }, { x: 1 }, {})).toBe(false)
    const result = counted.result()
    expect(result).toMatchObject({ cases: 3, checked: 3, mismatches: 2, skipped: 0 })
    expect(result.differences).toEqual([
      { family: 'a', id: 'a/2', paths: [{ path: 'x[1]', want: '2', got: '3' }] },
    ])
    expect(resultText(result)).toContain('… and 1 more that differ')
  })

  it('skips a case without answer only when a deviation covers its family', () => {
    const counted = tally()
    for (const family of ['cron/next', 'hpa/mixed', 'hpa/resource']) {
      counted.cannotRun({ family, id: family }, 'not implemented')
    }
    expect(counted.result()).toMatchObject({ cases: 3, checked: 1, mismatches: 1, skipped: 2 })
  })
})

describe('comparing JSON', () => {
  const cases = [
    { name: 'a key with undefined is absent', want: { a: 1 }, got: { a: 1, b: undefined } },
    { name: 'order of keys does not matter', want: { a: 1, b: 2 }, got: { b: 2, a: 1 } },
  ]
  it.each(cases)('$name', ({ want, got }) => expect(differences(want, got)).toEqual([]))

  it('tells null from absent and arrays from objects', () => {
    expect(differences({ a: null }, {})).toHaveLength(1)
    expect(differences({ a: [] }, { a: {} })).toHaveLength(1)
    expect(differences([], [undefined])).toHaveLength(0)
    expect(differences([1], [])).toHaveLength(1)
  })
})
