import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { compileRules, type RuledSchema } from './schema-rules.ts'
import { occurrencesMax, type Sizes, type SizedSchema, sizesOf } from './schema-sizes.ts'

interface Recorded {
  readonly schema: RuledSchema & SizedSchema
  readonly isRoot: boolean
  readonly occurrencesMax: number
  readonly costs: readonly { readonly rule: number; readonly message: number }[]
}

const recorded = gunzipSync(readFileSync('corpus/rule-costs/estimates.jsonl.gz')).toString()
const cases = recorded
  .trimEnd()
  .split('\n')
  .map(line => JSON.parse(line) as Recorded)

function estimated({ schema, isRoot }: Recorded): Omit<Recorded, 'schema' | 'isRoot'> {
  const sizes = sizesOf(schema, isRoot) as Sizes
  const checks = compileRules(schema, schema['x-kubernetes-validations'] ?? [], isRoot) ?? []
  return {
    occurrencesMax: occurrencesMax(sizes),
    costs: checks.map(({ program, message }) => ({
      rule: program?.costMax(sizes) ?? 0,
      message: message?.costMax(sizes) ?? 0,
    })),
  }
}

/** The cost of one rule on `{ list: [{ texts: [...], n }] }`. */
function costOf(rule: string, limits: { readonly list?: number; readonly texts?: number } = {}) {
  const texts = { type: 'array', items: { type: 'string', maxLength: 5 }, maxItems: limits.texts }
  const item = { type: 'object', properties: { texts, n: { type: 'integer' } } }
  const list = { type: 'array', items: item, maxItems: limits.list }
  const schema = JSON.parse(JSON.stringify({ type: 'object', properties: { list } })) as SizedSchema
  const [check] = compileRules(schema, [{ rule }], false) ?? []
  return check?.program?.costMax(sizesOf(schema, false) as Sizes)
}

describe('the most that a rule can cost', () => {
  it('is what the API server says, for every recorded schema', () => {
    expect(cases.length).toBeGreaterThan(100)
    for (const each of cases) {
      const { occurrencesMax: times, costs } = each
      expect(estimated(each)).toEqual({ occurrencesMax: times, costs })
    }
  })

  it('grows with the limits of what it visits', () => {
    // self.list and the result: 2 + 1; a turn: the condition 2, the result so far 1, x.n > 0 3.
    expect(costOf('self.list.all(x, x.n > 0)', { list: 10 })).toBe(3 + 10 * 6)
    expect(costOf('self.list.all(x, x.n > 0)', { list: 100 })).toBe(3 + 100 * 6)
  })

  it('knows no text by a format that is none', () => {
    const format = 'constructor'
    const sizes = sizesOf({ type: 'string', format }, false)
    expect(sizes).toEqual(sizesOf({ type: 'string' }, false))
  })

  it('takes a list for one that was looked at later, as upstream does', () => {
    const rule = (field: string): string => `self.list.all(x, x.texts.all(y, ${field} == ${field}))`
    const own = costOf(rule('y'), { list: 10, texts: 50 })
    // x.n has no elements, and its path has taken the place of that of x.texts.
    expect(costOf(rule('x.n'), { list: 10, texts: 50 })).toBeLessThan(Number(own) / 10)
  })
})
