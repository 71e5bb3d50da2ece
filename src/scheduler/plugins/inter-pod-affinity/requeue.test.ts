import { describe, expect, it } from 'vitest'
import type { PodAffinityTerm } from '../../../kube/generated/types.ts'
import { featuresOf, type SchedulerVersion } from '../../features.ts'
import type { Node, Pod, QueueingHint } from '../../framework.ts'
import { hintContext, node, pod } from '../../plugin-testing.ts'
import { requeueOn } from './requeue.ts'

const zone = 'topology.kubernetes.io/zone'
const term: PodAffinityTerm = {
  topologyKey: zone,
  labelSelector: { matchLabels: { app: 'db' } },
}
const required = { requiredDuringSchedulingIgnoredDuringExecution: [term] }
const wanting = pod('p', { affinity: { podAffinity: required } })
const refusing = pod('p', { affinity: { podAntiAffinity: required } })

const labelled = (app: string, nodeName = 'n1', spec: Partial<Pod['spec']> = {}): Pod => {
  const metadata = { name: 'other', namespace: 'default', uid: 'other', labels: { app } }
  return pod('other', { nodeName, ...spec }, { metadata })
}

interface Changed {
  readonly given: Pod
  readonly before: Pod | Node | undefined
  readonly after: Pod | Node | undefined
}

function hintOf(
  index: number,
  { given, before, after }: Changed,
  version: SchedulerVersion = '1.36',
): QueueingHint {
  const context = { ...hintContext(), features: featuresOf(version) }
  const event = { oldObject: before, newObject: after }
  return requeueOn[index]?.hint?.(given, event, context) ?? 'Queue'
}

describe('after a change of another pod', () => {
  const nominated = { ...labelled('db', ''), status: { nominatedNodeName: 'n1' } }
  const refuser = labelled('db', 'n1', {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: zone, labelSelector: {} }],
      },
    },
  })
  it.each([
    {
      name: 'a wanted pod came',
      given: wanting,
      before: undefined,
      after: labelled('db'),
      want: 'Queue',
    },
    {
      name: 'another pod came',
      given: wanting,
      before: undefined,
      after: labelled('x'),
      want: 'Skip',
    },
    {
      name: 'a wanted pod waits for a node itself',
      given: wanting,
      before: undefined,
      after: labelled('db', ''),
      want: 'Skip',
    },
    {
      name: 'a pod became wanted',
      given: wanting,
      before: labelled('x'),
      after: labelled('db'),
      want: 'Queue',
    },
    {
      name: 'a refused pod left',
      given: refusing,
      before: labelled('db'),
      after: undefined,
      want: 'Queue',
    },
    {
      name: 'a pod left that refused this one',
      given: pod('p'),
      before: refuser,
      after: undefined,
      want: 'Queue',
      earlier: 'Skip',
    },
    {
      name: 'a refused pod left before it was bound',
      given: refusing,
      before: nominated,
      after: undefined,
      want: 'Queue',
      earlier: 'Skip',
    },
    {
      name: 'a pod became harmless',
      given: refusing,
      before: labelled('db'),
      after: labelled('x'),
      want: 'Queue',
    },
    {
      name: 'another pod left',
      given: refusing,
      before: labelled('x'),
      after: undefined,
      want: 'Skip',
    },
    {
      name: 'its own labels changed',
      given: wanting,
      before: wanting,
      after: wanting,
      want: 'Queue',
      earlier: 'Skip',
    },
  ])('$name: $want', ({ want, earlier = want, ...changed }) => {
    expect(hintOf(0, changed)).toBe(want)
    expect(hintOf(0, changed, '1.35')).toBe(earlier)
  })
})

describe('after a change of a node', () => {
  const [bare, inA, inB] = [node('n1'), node('n1', { [zone]: 'a' }), node('n1', { [zone]: 'b' })]
  it.each([
    {
      name: 'wanted: a node without the label came',
      given: wanting,
      before: undefined,
      after: bare,
      want: 'Skip',
    },
    {
      name: 'wanted: a node with the label came',
      given: wanting,
      before: undefined,
      after: inA,
      want: 'Queue',
    },
    {
      name: 'wanted: a node got the label',
      given: wanting,
      before: bare,
      after: inA,
      want: 'Queue',
    },
    {
      name: 'wanted: a node lost the label',
      given: wanting,
      before: inA,
      after: bare,
      want: 'Skip',
    },
    {
      name: 'refused: any node came',
      given: refusing,
      before: undefined,
      after: bare,
      want: 'Queue',
    },
    {
      name: 'refused: a node lost the label',
      given: refusing,
      before: inA,
      after: bare,
      want: 'Queue',
    },
    {
      name: 'refused: a node got the label',
      given: refusing,
      before: bare,
      after: inA,
      want: 'Skip',
    },
    {
      name: 'refused: a node changed its zone',
      given: refusing,
      before: inA,
      after: inB,
      want: 'Queue',
    },
  ])('$name: $want', ({ want, ...changed }) => {
    expect(hintOf(1, changed)).toBe(want)
  })
})
