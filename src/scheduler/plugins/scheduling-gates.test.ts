import { expect, it } from 'vitest'
import { pod } from '../plugin-testing.ts'
import { schedulingGates } from './scheduling-gates.ts'

it.each([
  { name: 'no gates', gates: [], want: [] },
  { name: 'one gate', gates: ['a'], want: ['waiting for scheduling gates: [a]'] },
  { name: 'two gates', gates: ['a', 'b'], want: ['waiting for scheduling gates: [a b]'] },
])('$name: $want', ({ gates, want }) => {
  const given = pod('p', { schedulingGates: gates.map(name => ({ name })) })
  expect(schedulingGates.preEnqueue(given).reasons).toEqual(want)
})

it('looks again only when the gates of the pod itself are gone', () => {
  const [rule] = schedulingGates.requeueOn
  const changed = (name: string) => ({ oldObject: undefined, newObject: pod(name) })
  expect(rule?.hint(pod('p'), changed('p'))).toBe('Queue')
  expect(rule?.hint(pod('p'), changed('q'))).toBe('Skip')
})
