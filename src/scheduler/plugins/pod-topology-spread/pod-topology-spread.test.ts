import { expect, it } from 'vitest'
import type { TopologySpreadConstraint } from '../../../kube/generated/types.ts'
import { attempt, node, object, pod, scoresOf, verdicts } from '../../plugin-testing.ts'
import { withoutPod, podInfoOf } from '../../node-info.ts'
import { podTopologySpread } from './pod-topology-spread.ts'

const zone = 'topology.kubernetes.io/zone'
const skewed = "node(s) didn't match pod topology spread constraints"
const unlabelled = `${skewed} (missing required label)`
const nodes = [node('n1', { [zone]: 'a' }), node('n2', { [zone]: 'b' }), node('n3')]
const labels = { app: 'web' }

const running = (name: string, nodeName: string, more = labels) =>
  pod(name, { nodeName }, { metadata: { name, namespace: 'default', uid: name, labels: more } })

const spread = (constraint: Partial<TopologySpreadConstraint>) =>
  pod(
    'p',
    {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: zone,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: labels },
          ...constraint,
        },
      ],
    },
    { metadata: { name: 'p', namespace: 'default', uid: 'p', labels } },
  )

it.each([
  // a: 1 + 1 - 0 = 2 > 1
  { name: 'one pod in a', pods: ['n1'], more: {}, want: [skewed, 'fits', unlabelled] },
  { name: 'one pod in each', pods: ['n1', 'n2'], more: {}, want: ['fits', 'fits', unlabelled] },
  { name: 'skew 2', pods: ['n1'], more: { maxSkew: 2 }, want: ['fits', 'fits', unlabelled] },
  // Fewer than 3 domains: the minimum is 0, so 1 + 1 - 0 = 2 > 1
  {
    name: 'three domains wanted',
    pods: ['n1', 'n2'],
    more: { minDomains: 3 },
    want: [skewed, skewed, unlabelled],
  },
  {
    name: 'a preference only',
    pods: ['n1'],
    more: { whenUnsatisfiable: 'ScheduleAnyway' },
    want: ['fits', 'fits', 'fits'],
  },
])('$name: $want', ({ pods, more, want }) => {
  const existing = pods.map((nodeName, index) => running(`old${index}`, nodeName))
  const given = { nodes, pods: existing, pod: spread(more) }
  expect(Object.values(verdicts(podTopologySpread, given))).toEqual(want)
})

it('does not count pods of other namespaces, other labels, or that are terminating', () => {
  const metadata = { name: 'x', namespace: 'other', uid: 'x', labels }
  const ending = { ...metadata, namespace: 'default', deletionTimestamp: '2026-01-01T00:00:00Z' }
  const pods = [
    pod('x', { nodeName: 'n1' }, { metadata }),
    running('y', 'n1', { app: 'db' }),
    pod('z', { nodeName: 'n1' }, { metadata: { ...ending, uid: 'z' } }),
  ]
  const given = { nodes, pods, pod: spread({}) }
  expect(verdicts(podTopologySpread, given)['n1']).toBe('fits')
})

it('matchLabelKeys count only pods with the same value as the pod', () => {
  const pods = [running('old', 'n1', { app: 'web', rev: '1' } as typeof labels)]
  const given = { nodes, pods, pod: spread({ matchLabelKeys: ['app', 'rev'] }) }
  expect(verdicts(podTopologySpread, given)['n1']).toBe(skewed)
})

it('fits again when preemption takes the pod away', () => {
  const given = spread({})
  const { cycle, nodes: infos } = attempt({ nodes, pods: [running('old', 'n1')] })
  podTopologySpread.preFilter(cycle, given, infos)
  const [first] = infos
  if (first === undefined) throw new Error('no node')
  expect(podTopologySpread.filter(cycle, given, first).code).toBe('Unschedulable')
  const trial = cycle.clone()
  const without = withoutPod(first, 'old') ?? first
  podTopologySpread.removePod(trial, given, podInfoOf(running('old', 'n1')), without)
  expect(podTopologySpread.filter(trial, given, without).code).toBe('Success')
  expect(podTopologySpread.filter(cycle, given, first).code).toBe('Unschedulable')
})

it('spreads pods of a service over hosts and zones by default', () => {
  const service = object('Service', 'web', {
    metadata: { namespace: 'default' },
    spec: { selector: labels },
  })
  const given = pod('p', {}, { metadata: { name: 'p', namespace: 'default', uid: 'p', labels } })
  const pods = [running('old', 'n1')]
  const scores = scoresOf(podTopologySpread, { nodes, pods, pod: given, objects: [service] })
  // hosts: log(3 + 2) for n1; zones: two with a label and one without: log(3 + 2); plus 2 + 4
  const crowded = Math.round(Math.log(5) + 2 + Math.log(5) + 4)
  expect(scores?.raw).toEqual([crowded, 6, 2])
  // 100 * (9 + 2 - score) / 9
  expect(scores?.norm).toEqual([22, 55, 100])
  expect(scoresOf(podTopologySpread, { nodes, pods, pod: given })).toBeUndefined()
})
