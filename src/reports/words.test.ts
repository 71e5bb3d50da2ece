import { expect, it } from 'vitest'
import { clockText, counted, objectText, secondsText } from './words.ts'

it.each([
  { seconds: 0, want: '00:00' },
  { seconds: 0.45, want: '00:00.4' },
  { seconds: 41, want: '00:41' },
  { seconds: 725, want: '12:05' },
  { seconds: 3_607.9, want: '1:00:07' },
])('$seconds s reads $want', ({ seconds, want }) => {
  expect(clockText(seconds)).toBe(want)
})

it('whole seconds have no decimals, others one', () => {
  expect([secondsText(346), secondsText(0.25)]).toEqual(['346 s', '0.3 s'])
})

it('counts in words', () => {
  expect([counted(1, 'node'), counted(0, 'node')]).toEqual(['1 node', '0 nodes'])
})

it('a cluster-scoped object has no namespace', () => {
  expect(objectText({ kind: 'Node', name: 'n1' })).toBe('Node n1')
})
