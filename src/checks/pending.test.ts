import { expect, it } from 'vitest'
import { pendingForever, pendingTransient } from './pending.ts'
import { lifeWith, observed, podLife } from './testing.ts'

const unschedulable = { message: '0/1 nodes are available: 1 Too many pods.', sinceMs: 1000 }

it('a pod without a node at the end is pending for ever, with the words of the scheduler', () => {
  const verdicts = pendingForever.judge(
    observed(),
    lifeWith({ pods: [podLife({ unschedulable })] }),
  )
  expect(verdicts).toMatchObject([
    { verdict: 'pending-forever', seconds: 59, message: unschedulable.message, open: true },
  ])
})

it('a pod that is bound, or being deleted, is not', () => {
  const pods = [podLife({ boundMs: 2000, node: 'n1' }), podLife({ markedMs: 2000 })]
  expect(pendingForever.judge(observed(), lifeWith({ pods }))).toEqual([])
})

it('a pod that was refused and bound later only waited', () => {
  const pods = [podLife({ unschedulable, boundMs: 4000, node: 'n1' }), podLife({ boundMs: 1001 })]
  const verdicts = pendingTransient.judge(observed(), lifeWith({ pods }))
  expect(verdicts).toMatchObject([{ verdict: 'pending-transient', seconds: 3 }])
})

it('a wait before the trial is not its fault', () => {
  const pods = [podLife({ unschedulable, boundMs: 4000 })]
  expect(pendingTransient.judge(observed({ startMs: 5000 }), lifeWith({ pods }))).toEqual([])
})
