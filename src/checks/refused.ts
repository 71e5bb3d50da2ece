// Requests that the API server refused: objects that were rejected, evictions that never passed.

import type { Check, Observation, Refusal, Verdict } from './verdict.ts'

function verdictOf(verdict: Verdict['verdict'], refusal: Refusal): Verdict {
  const { object, atMs, reason, message, attempts } = refusal
  return { verdict, object, atMs, reason, message, n: attempts, open: true }
}

function refusalsOf({ refusals }: Observation, what: Refusal['what']): readonly Refusal[] {
  return refusals.filter(refusal => refusal.what === what)
}

export const rejected = {
  name: 'rejected',
  doc: 'An object that the API server does not accept: its exact answer.',
  verdicts: ['rejected'],
  judge: observation => refusalsOf(observation, 'apply').map(r => verdictOf('rejected', r)),
} satisfies Check

export const drainStuck = {
  name: 'drain-stuck',
  doc: 'An eviction that was refused until the drain gave up.',
  verdicts: ['drain-stuck'],
  judge: observation => refusalsOf(observation, 'evict').map(r => verdictOf('drain-stuck', r)),
} satisfies Check
