import { describe, expect, it } from 'vitest'
import { featuresOf } from '../../features.ts'
import type { Node, Pod, QueueingHint } from '../../framework.ts'
import { hintContext, node, pod } from '../../plugin-testing.ts'
import { requeueOn } from './requeue.ts'

const zone = 'topology.kubernetes.io/zone'
const spreading = pod('p', {
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: zone,
      whenUnsatisfiable: 'DoNotSchedule',
      nodeTaintsPolicy: 'Honor',
      labelSelector: { matchLabels: { app: 'web' } },
    },
  ],
})

const labelled = (app: string, nodeName = 'n1', namespace = 'default'): Pod => {
  const metadata = { name: 'other', namespace, uid: 'other', labels: { app } }
  return pod('other', { nodeName }, { metadata })
}

function hintOf(
  index: number,
  before?: Pod | Node,
  after?: Pod | Node,
  features = featuresOf('1.36'),
): QueueingHint {
  const event = { oldObject: before, newObject: after }
  return requeueOn[index]?.hint?.(spreading, event, { ...hintContext(), features }) ?? 'Queue'
}

describe('after a change of another pod', () => {
  const tolerant = pod('p', { ...spreading.spec, tolerations: [{ operator: 'Exists' }] })
  it.each([
    { name: 'a counted pod came', before: undefined, after: labelled('web'), want: 'Queue' },
    { name: 'another pod came', before: undefined, after: labelled('db'), want: 'Skip' },
    { name: 'a counted pod left', before: labelled('web'), after: undefined, want: 'Queue' },
    { name: 'a pod became counted', before: labelled('db'), after: labelled('web'), want: 'Queue' },
    {
      name: 'a counted pod changed otherwise',
      before: labelled('web'),
      after: labelled('web'),
      want: 'Skip',
    },
    {
      name: 'a pod without a node came',
      before: undefined,
      after: labelled('web', ''),
      want: 'Skip',
    },
    {
      name: 'a pod of another namespace',
      before: undefined,
      after: labelled('web', 'n1', 'x'),
      want: 'Skip',
    },
    { name: 'the pod itself tolerates more', before: spreading, after: tolerant, want: 'Queue' },
  ])('$name: $want', ({ before, after, want }) => {
    expect(hintOf(0, before, after)).toBe(want)
  })
})

it('a counted pod with a nomination counts from 1.36 on', () => {
  const nominated = { ...labelled('web', ''), status: { nominatedNodeName: 'n1' } }
  expect(hintOf(0, nominated, undefined)).toBe('Queue')
  expect(hintOf(0, nominated, undefined, featuresOf('1.35'))).toBe('Skip')
})

describe('after a change of a node', () => {
  const [bare, inA, inB] = [node('n1'), node('n1', { [zone]: 'a' }), node('n1', { [zone]: 'b' })]
  const tainted = { ...inA, spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }
  it.each([
    { name: 'a node with the label came', before: undefined, after: inA, want: 'Queue' },
    { name: 'a node without it came', before: undefined, after: bare, want: 'Skip' },
    { name: 'a node with the label left', before: inA, after: undefined, want: 'Queue' },
    { name: 'a node without it left', before: bare, after: undefined, want: 'Skip' },
    { name: 'a node got the label', before: bare, after: inA, want: 'Queue' },
    { name: 'a node changed its zone', before: inA, after: inB, want: 'Queue' },
    { name: 'a node lost a taint', before: tainted, after: inA, want: 'Queue' },
    { name: 'a node changed otherwise', before: inA, after: inA, want: 'Skip' },
  ])('$name: $want', ({ before, after, want }) => {
    expect(hintOf(1, before, after)).toBe(want)
  })
})
