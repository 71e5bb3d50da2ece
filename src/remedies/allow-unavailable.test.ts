import { expect, it } from 'vitest'
import { allowUnavailable } from './allow-unavailable.ts'
import { cause, proposed, webRef } from './testing.ts'

it('lets one pod go, and says what that costs', () => {
  const causes = [cause('rollout-has-no-room', { unavailable: 0, replicas: 3 })]
  expect(proposed(allowUnavailable, { causes })).toMatchObject([
    {
      cost: 'one pod fewer serves while it rolls',
      fields: [{ object: webRef, path: 'spec.strategy.rollingUpdate.maxUnavailable', value: 1 }],
    },
  ])
})

it('of one replica nobody is left', () => {
  const causes = [cause('rollout-has-no-room', { unavailable: 0, replicas: 1 })]
  expect(proposed(allowUnavailable, { causes })?.[0]?.cost).toContain('nobody serves')
})

it('knows no help where a pod may go already', () => {
  const causes = [cause('rollout-has-no-room', { unavailable: 1, replicas: 4 })]
  expect(proposed(allowUnavailable, { causes })).toBeUndefined()
})
