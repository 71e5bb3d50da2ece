import { describe, expect, it } from 'vitest'
import { canonicalQuantity, parseQuantity, quantityOf, quantityText } from './quantity.ts'
import { addQuantities, compareQuantities, milliValueOf, valueOf } from './quantity-math.ts'

describe('quantities', () => {
  const cases = [
    { given: '1500m', text: '1500m', value: 2, milli: 1500 },
    { given: '1.5Gi', text: '1536Mi', value: 1_610_612_736, milli: 1_610_612_736_000 },
    { given: 0.5, text: '500m', value: 1, milli: 500 },
    { given: '0.1m', text: '100u', value: 1, milli: 1 },
    { given: '12e6', text: '12e6', value: 12_000_000, milli: 12_000_000_000 },
    { given: '1024', text: '1024', value: 1024, milli: 1_024_000 },
    { given: '-1.5', text: '-1500m', value: -2, milli: -1500 },
  ]
  for (const { given, text, value, milli } of cases) {
    it(`${given} is written ${text} and rounds away from zero`, () => {
      const quantity = quantityOf(given)
      expect([quantityText(quantity), valueOf(quantity), milliValueOf(quantity)]).toEqual([
        text,
        value,
        milli,
      ])
    })
  }

  it('adds at the finer scale and takes the format of the first that is not zero', () => {
    const sum = addQuantities(quantityOf('0'), addQuantities(quantityOf('1Gi'), quantityOf('500m')))
    expect(quantityText(sum)).toBe('1073741824500m')
    expect(compareQuantities(sum, quantityOf('1Gi'))).toBe(1)
  })

  it('an exponent that would only exhaust memory is refused, a tiny one is one nano', () => {
    expect(parseQuantity('1e999999999').ok).toBe(false)
    expect(canonicalQuantity('1e-999999999')).toBe('1e-9')
  })
})
