import { expect, it } from 'vitest'
import { node, pod, verdicts } from '../plugin-testing.ts'
import { nodeUnschedulable } from './node-unschedulable.ts'

const cordoned = { ...node('n1'), spec: { unschedulable: true } }
const tolerant = pod('p', {
  tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }],
})

it.each([
  { name: 'an open node', on: node('n1'), given: pod('p'), want: 'fits' },
  {
    name: 'a cordoned node',
    on: cordoned,
    given: pod('p'),
    want: 'node(s) were unschedulable',
  },
  { name: 'a cordoned node and a tolerant pod', on: cordoned, given: tolerant, want: 'fits' },
])('$name: $want', ({ on, given, want }) => {
  expect(verdicts(nodeUnschedulable, { nodes: [on], pod: given })).toEqual({ n1: want })
})

it.each([
  { name: 'an open node came', before: undefined, after: node('n1'), want: 'Queue' },
  { name: 'a cordoned node came', before: undefined, after: cordoned, want: 'Skip' },
  { name: 'a node was uncordoned', before: cordoned, after: node('n1'), want: 'Queue' },
  { name: 'an open node changed', before: node('n1'), after: node('n1'), want: 'Skip' },
])('$name: $want', ({ before, after, want }) => {
  const [rule] = nodeUnschedulable.requeueOn
  expect(rule?.hint(pod('p'), { oldObject: before, newObject: after })).toBe(want)
})
