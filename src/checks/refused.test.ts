import { expect, it } from 'vitest'
import { drainStuck, rejected } from './refused.ts'
import { deployment, lifeWith, observed, workloadLife } from './testing.ts'
import type { Refusal } from './verdict.ts'

const refusal: Refusal = {
  atMs: 5000,
  what: 'apply',
  object: { kind: 'Pod', name: 'p' },
  code: 422,
  reason: 'Invalid',
  message: 'Pod "p" is invalid',
  attempts: 1,
}

it('an object that was refused is rejected with the exact answer', () => {
  expect(rejected.judge(observed({ refusals: [refusal] }), lifeWith({}))).toMatchObject([
    { verdict: 'rejected', reason: 'Invalid', message: refusal.message },
  ])
})

it('an eviction that was refused to the end is a stuck drain, with the number of attempts', () => {
  const refusals = [{ ...refusal, what: 'evict' as const, attempts: 7 }]
  const observation = observed({ refusals })
  expect(drainStuck.judge(observation, lifeWith({}))).toMatchObject([
    { verdict: 'drain-stuck', n: 7 },
  ])
  expect(rejected.judge(observation, lifeWith({}))).toEqual([])
})

it('a Deployment whose pods are refused says why itself', () => {
  const conditions = [
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' },
  ]
  const workloads = [workloadLife({ object: deployment({ conditions }) })]
  expect(rejected.judge(observed(), lifeWith({ workloads }))).toMatchObject([
    { verdict: 'rejected', reason: 'FailedCreate', message: 'exceeded quota' },
  ])
})

it('a Deployment that serves in full is not rejected, whatever it said before', () => {
  const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }]
  const steps = [{ atMs: 1000, serving: 2 }]
  const workloads = [workloadLife({ object: deployment({ conditions }), steps })]
  expect(rejected.judge(observed(), lifeWith({ workloads }))).toEqual([])
})
