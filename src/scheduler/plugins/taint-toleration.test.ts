import { expect, it } from 'vitest'
import { node, pod, scoresOf, verdicts } from '../plugin-testing.ts'
import { taintToleration } from './taint-toleration.ts'

const tainted = (name: string, ...effects: readonly string[]) => ({
  ...node(name),
  spec: { taints: effects.map((effect, index) => ({ key: `k${index}`, value: 'v', effect })) },
})
const untolerated = 'node(s) had untolerated taint(s)'

it.each([
  { name: 'no taint', effects: [], tolerations: [], want: 'fits' },
  { name: 'NoSchedule', effects: ['NoSchedule'], tolerations: [], want: untolerated },
  { name: 'NoExecute', effects: ['NoExecute'], tolerations: [], want: untolerated },
  { name: 'PreferNoSchedule', effects: ['PreferNoSchedule'], tolerations: [], want: 'fits' },
  {
    name: 'tolerated by key and value',
    effects: ['NoSchedule'],
    tolerations: [{ key: 'k0', value: 'v' }],
    want: 'fits',
  },
  {
    name: 'tolerated with another value',
    effects: ['NoSchedule'],
    tolerations: [{ key: 'k0', value: 'w' }],
    want: untolerated,
  },
  {
    name: 'tolerated for another effect',
    effects: ['NoSchedule'],
    tolerations: [{ key: 'k0', operator: 'Exists', effect: 'NoExecute' }],
    want: untolerated,
  },
  {
    name: 'one of two tolerated',
    effects: ['NoSchedule', 'NoExecute'],
    tolerations: [{ key: 'k1', operator: 'Exists' }],
    want: untolerated,
  },
  {
    name: 'everything tolerated',
    effects: ['NoSchedule', 'NoExecute'],
    tolerations: [{ operator: 'Exists' }],
    want: 'fits',
  },
])('$name: $want', ({ effects, tolerations, want }) => {
  const given = { nodes: [tainted('n1', ...effects)], pod: pod('p', { tolerations }) }
  expect(verdicts(taintToleration, given)).toEqual({ n1: want })
})

it('scores 100 without, and less for each untolerated PreferNoSchedule taint', () => {
  const soft = 'PreferNoSchedule'
  const nodes = [tainted('n1'), tainted('n2', soft), tainted('n3', soft, soft)]
  // 100 - 100 * taints / 2
  expect(scoresOf(taintToleration, { nodes, pod: pod('p') })?.norm).toEqual([100, 50, 0])
})

it('looks again when a taint that kept the pod off is gone', () => {
  const [rule] = taintToleration.requeueOn
  const [off, open] = [tainted('n1', 'NoSchedule'), tainted('n1')]
  const hint = (oldObject: typeof off | undefined, newObject: typeof off) =>
    rule?.hint(pod('p'), { oldObject, newObject })
  expect(hint(off, open)).toBe('Queue')
  expect(hint(open, open)).toBe('Skip')
  expect(hint(undefined, off)).toBe('Skip')
})
