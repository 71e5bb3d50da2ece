import { expect, it } from 'vitest'
import type { Affinity, PodAffinityTerm } from '../../../kube/generated/types.ts'
import { node, object, pod, scoresOf, verdicts } from '../../plugin-testing.ts'
import { interPodAffinity } from './inter-pod-affinity.ts'

const zone = 'topology.kubernetes.io/zone'
const nodes = [node('n1', { [zone]: 'a' }), node('n2', { [zone]: 'b' }), node('n3')]
const noAffinity = "node(s) didn't match pod affinity rules"
const noAntiAffinity = "node(s) didn't match pod anti-affinity rules"
const refused = "node(s) didn't satisfy existing pods anti-affinity rules"

const near = (app: string, more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  topologyKey: zone,
  labelSelector: { matchLabels: { app } },
  ...more,
})

const attract = (term: PodAffinityTerm): Affinity => ({
  podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
})
const repel = (term: PodAffinityTerm): Affinity => ({
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
})

interface Options {
  readonly on?: string
  readonly affinity?: Affinity
  readonly namespace?: string
}

const labelled = (name: string, app: string, options: Options = {}) => {
  const { on, affinity, namespace = 'default' } = options
  const spec = { ...(on !== undefined && { nodeName: on }), ...(affinity && { affinity }) }
  return pod(name, spec, { metadata: { name, namespace, uid: name, labels: { app } } })
}

it.each([
  {
    name: 'wants a pod that runs in zone a',
    affinity: attract(near('db')),
    want: ['fits', noAffinity, noAffinity],
  },
  {
    name: 'wants a pod that runs nowhere',
    affinity: attract(near('cache')),
    want: [noAffinity, noAffinity, noAffinity],
  },
  {
    name: 'wants its own kind and is the first: any node with the label',
    affinity: attract(near('web')),
    want: ['fits', 'fits', noAffinity],
  },
  {
    name: 'refuses a pod that runs in zone a',
    affinity: repel(near('db')),
    want: [noAntiAffinity, 'fits', 'fits'],
  },
  {
    name: 'refuses it in another namespace',
    affinity: repel(near('db', { namespaces: ['other'] })),
    want: ['fits', 'fits', 'fits'],
  },
  {
    name: 'refuses it in every namespace',
    affinity: repel(near('db', { namespaceSelector: {} })),
    want: [noAntiAffinity, 'fits', 'fits'],
  },
])('$name: $want', ({ affinity, want }) => {
  const pods = [labelled('old', 'db', { on: 'n1' })]
  const given = { nodes, pods, pod: labelled('p', 'web', { affinity }) }
  expect(Object.values(verdicts(interPodAffinity, given))).toEqual(want)
})

it('a running pod keeps others out of its zone', () => {
  const pods = [labelled('old', 'db', { on: 'n1', affinity: repel(near('web')) })]
  const given = { nodes, pods, pod: labelled('p', 'web') }
  expect(Object.values(verdicts(interPodAffinity, given))).toEqual([refused, 'fits', 'fits'])
})

it('a namespace selector sees the labels of namespaces', () => {
  const namespaceSelector = { matchLabels: { team: 'x' } }
  const objects = [
    object('Namespace', 'other', { metadata: { labels: { team: 'x' } } }),
    object('Namespace', 'default', {}),
  ]
  const pods = [labelled('old', 'db', { on: 'n1', namespace: 'other' })]
  const affinity = repel(near('db', { namespaceSelector }))
  const given = { nodes, pods, objects, pod: labelled('p', 'web', { affinity }) }
  expect(verdicts(interPodAffinity, given)['n1']).toBe(noAntiAffinity)
})

it('adds weights of both directions and scales from lowest to highest', () => {
  const prefer = (weight: number, app: string) => [{ weight, podAffinityTerm: near(app) }]
  const incoming: Affinity = {
    podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: prefer(10, 'db') },
  }
  const existing: Affinity = {
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: prefer(30, 'web') },
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near('web')] },
  }
  const pods = [
    labelled('db', 'db', { on: 'n1' }),
    labelled('other', 'other', { on: 'n2', affinity: existing }),
  ]
  const given = { nodes, pods, pod: labelled('p', 'web', { affinity: incoming }) }
  // n2: -30 preferred away, +1 for the required affinity; 100 * (0 + 29) / 39 = 74
  expect(scoresOf(interPodAffinity, given)).toEqual({ raw: [10, -29, 0], norm: [100, 0, 74] })
})

it('skips scoring when nobody has an affinity', () => {
  expect(scoresOf(interPodAffinity, { nodes, pod: labelled('p', 'web') })).toBeUndefined()
})
