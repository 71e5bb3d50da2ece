import { expect, it } from 'vitest'
import type { PodSpec } from '../../kube/generated/types.ts'
import { decodeConfiguration } from '../configuration.ts'
import type { Profile } from '../profile.ts'
import { attempt, hintContext, node, pod, scoresOf, verdicts } from '../plugin-testing.ts'
import { nodeAffinity } from './node-affinity.ts'

const nodes = [node('n1', { disk: 'ssd', gen: '3' }), node('n2', { disk: 'hdd' }), node('n3')]
const mismatch = "node(s) didn't match Pod's node affinity/selector"

const required = (...nodeSelectorTerms: readonly object[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  },
})
const expression = (key: string, operator: string, ...values: readonly string[]) => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }],
})

it.each([
  { name: 'nothing asked', spec: {}, want: ['n1', 'n2', 'n3'] },
  { name: 'nodeSelector', spec: { nodeSelector: { disk: 'ssd' } }, want: ['n1'] },
  { name: 'In', spec: required(expression('disk', 'In', 'ssd', 'hdd')), want: ['n1', 'n2'] },
  { name: 'NotIn', spec: required(expression('disk', 'NotIn', 'ssd')), want: ['n2', 'n3'] },
  { name: 'Exists', spec: required(expression('disk', 'Exists')), want: ['n1', 'n2'] },
  { name: 'DoesNotExist', spec: required(expression('disk', 'DoesNotExist')), want: ['n3'] },
  { name: 'Gt', spec: required(expression('gen', 'Gt', '2')), want: ['n1'] },
  { name: 'an empty term', spec: required({}), want: [] },
  {
    name: 'either of two terms',
    spec: required(expression('gen', 'Exists'), expression('disk', 'In', 'hdd')),
    want: ['n1', 'n2'],
  },
])('$name: $want', ({ spec, want }) => {
  const result = verdicts(nodeAffinity, { nodes, pod: pod('p', spec) })
  const fitting = Object.keys(result).filter(name => result[name] === 'fits')
  expect(fitting).toEqual(want)
  const others = Object.values(result).filter(reason => reason !== 'fits')
  expect(new Set(others)).toEqual(new Set(others.length > 0 ? [mismatch] : []))
})

const named = (...values: readonly string[]) => ({
  matchFields: [{ key: 'metadata.name', operator: 'In', values }],
})

it.each([
  { name: 'one name', spec: required(named('n2')), want: ['n2'] },
  { name: 'two terms', spec: required(named('n3'), named('n1')), want: ['n1', 'n3'] },
  {
    name: 'a term without a name',
    spec: required(named('n1'), expression('disk', 'Exists')),
    want: undefined,
  },
])('restricts the nodes to look at: $name', ({ spec, want }) => {
  const given = pod('p', spec)
  const { cycle } = attempt({ nodes })
  expect(nodeAffinity.preFilter(cycle, given).nodeNames).toEqual(want)
})

it('follows the affinity that the profile adds', () => {
  const addedAffinity = required(expression('disk', 'In', 'hdd')).affinity?.nodeAffinity
  const pluginConfig = [{ name: 'NodeAffinity', args: { addedAffinity } }]
  const [profile] = decodeConfiguration({ profiles: [{ pluginConfig }] }).profiles
  expect(verdicts(nodeAffinity, { nodes, pod: pod('p'), profile: profile as Profile })).toEqual({
    n1: "node(s) didn't match scheduler-enforced node affinity",
    n2: 'fits',
    n3: "node(s) didn't match scheduler-enforced node affinity",
  })
})

it('adds the weights of preferred terms and scales to the highest', () => {
  const preferred = [
    { weight: 20, preference: expression('disk', 'Exists') },
    { weight: 60, preference: expression('gen', 'Exists') },
  ]
  const affinity = {
    nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred },
  }
  // n1: 20 + 60, n2: 20, n3: none; 100 * 20 / 80 = 25
  expect(scoresOf(nodeAffinity, { nodes, pod: pod('p', { affinity }) })).toEqual({
    raw: [80, 20, 0],
    norm: [100, 25, 0],
  })
})

it.each([
  { name: 'a node with the label came', value: 'Exists', after: 'n1', want: 'Queue' },
  { name: 'a node without it came', value: 'Exists', after: 'n3', want: 'Skip' },
  { name: 'a node with it changed', value: 'Exists', before: 'n2', after: 'n1', want: 'Skip' },
  { name: 'a node got it', value: 'Exists', before: 'n3', after: 'n1', want: 'Queue' },
  { name: 'what is asked cannot be read', value: 'Gt', after: 'n1', want: 'Queue' },
])('after a change of a node: $name: $want', ({ value, before, after, want }) => {
  const asking = pod('p', required(expression('disk', value, ...(value === 'Gt' ? ['two'] : []))))
  const named = (name?: string) => nodes.find(({ metadata }) => metadata.name === name)
  const [rule] = nodeAffinity.requeueOn
  const event = { oldObject: named(before), newObject: named(after) }
  expect(rule?.hint(asking, event, hintContext())).toBe(want)
})
