import { expect, it } from 'vitest'
import { relaxBudget } from './relax-budget.ts'
import { cause, proposed } from './testing.ts'

it('lets one pod go in place of keeping a number', () => {
  const causes = [cause('budget-allows-none', { budget: 'web', expectedPods: 1 })]
  const object = { kind: 'PodDisruptionBudget', namespace: 'shop', name: 'web' }
  expect(proposed(relaxBudget, { causes })).toMatchObject([
    {
      cost: 'nobody serves while the pod moves',
      fields: [
        { object, path: 'spec.minAvailable', value: null },
        { object, path: 'spec.maxUnavailable', value: 1 },
      ],
    },
  ])
})

it('knows no help where another cause holds the pod', () => {
  expect(proposed(relaxBudget, { causes: [cause('pod-warning')] })).toBeUndefined()
})
