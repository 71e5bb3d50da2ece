import { expect, it } from 'vitest'
import { secondReplica } from './second-replica.ts'
import { cause, proposed, webRef } from './testing.ts'

it.each([cause('single-replica'), cause('budget-allows-none', { expectedPods: 1 })])(
  'runs two for $code',
  each => {
    const fields = [{ object: webRef, path: 'spec.replicas', value: 2 }]
    expect(proposed(secondReplica, { causes: [each] })).toMatchObject([{ fields }])
  },
)

it('does not double a StatefulSet, nor what runs twice already', () => {
  const object = { ...webRef, kind: 'StatefulSet' }
  expect(proposed(secondReplica, { causes: [cause('single-replica')], object })).toEqual([])
  const two = cause('budget-allows-none', { expectedPods: 2 })
  expect(proposed(secondReplica, { causes: [two] })).toBeUndefined()
})
