import { expect, it } from 'vitest'
import { terminatingForever } from './terminating.ts'
import { lifeWith, observed, podLife } from './testing.ts'

it('a pod that was marked and never went is terminating for ever', () => {
  const pods = [podLife({ node: 'n1', markedMs: 20_000 })]
  expect(terminatingForever.judge(observed(), lifeWith({ pods }))).toMatchObject([
    { verdict: 'terminating-forever', node: 'n1', seconds: 40, open: true },
  ])
})

it('a pod that is gone, or that nobody deleted, is not', () => {
  const pods = [podLife({ markedMs: 20_000, goneMs: 21_000 }), podLife()]
  expect(terminatingForever.judge(observed(), lifeWith({ pods }))).toEqual([])
})
