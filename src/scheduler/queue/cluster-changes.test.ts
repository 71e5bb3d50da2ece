import { describe, expect, it } from 'vitest'
import { actions, type Node, type Pod } from '../framework.ts'
import { node, pod } from '../plugin-testing.ts'
import { nodeChanges, podChanges } from './cluster-changes.ts'
import { matchesEvent, withTaintUpdates } from './queue-profile.ts'

function requesting(cpu: string): Pod {
  return pod('a', { containers: [{ name: 'app', resources: { requests: { cpu } } }] })
}

describe('what a changed pod means', () => {
  const labelled = { ...pod('a'), metadata: { ...pod('a').metadata, labels: { tier: 'web' } } }
  const claims = { resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: 'a-gpu-x' }] }
  const cases = [
    { name: 'labels', after: labelled, want: [actions.updatePodLabel] },
    {
      name: 'less cpu',
      before: requesting('2'),
      after: requesting('1500m'),
      want: [actions.updatePodScaleDown],
    },
    { name: 'more cpu', before: requesting('1'), after: requesting('2'), want: [actions.update] },
    {
      name: 'the same amount',
      before: requesting('1'),
      after: requesting('1000m'),
      want: [actions.update],
    },
    {
      name: 'the last gate',
      before: pod('a', { schedulingGates: [{ name: 'g' }] }),
      want: [actions.updatePodSchedulingGatesEliminated],
    },
    {
      name: 'one of two gates',
      before: pod('a', { schedulingGates: [{ name: 'g' }, { name: 'h' }] }),
      after: pod('a', { schedulingGates: [{ name: 'h' }] }),
      want: [actions.update],
    },
    {
      name: 'a toleration',
      after: pod('a', { tolerations: [{ key: 'k', operator: 'Exists' }] }),
      want: [actions.updatePodToleration],
    },
    {
      name: 'the name of a generated claim',
      after: { ...pod('a'), status: claims },
      want: [actions.updatePodGeneratedResourceClaim],
    },
  ]
  it.each(cases)('$name', ({ before = pod('a'), after = pod('a'), want }) => {
    expect(podChanges(before, after).map(event => event.actions)).toEqual(want)
  })

  it('names whether the pod still waits', () => {
    const [waiting] = podChanges(pod('a'), labelled)
    const bound = pod('a', { nodeName: 'n1' })
    const [assigned] = podChanges(bound, bound)
    expect([waiting?.resource, assigned?.resource]).toEqual(['UnschedulablePod', 'AssignedPod'])
  })
})

describe('what a changed node means', () => {
  const plain = node('n1')
  const ready = (status: string, lastHeartbeatTime: string): Node => ({
    ...plain,
    status: { ...plain.status, conditions: [{ type: 'Ready', status, lastHeartbeatTime }] },
  })
  const taints = [{ key: 'k', effect: 'NoSchedule' }]
  const cases = [
    { name: 'nothing', before: plain, after: { ...plain }, want: [] },
    {
      name: 'cordoned',
      before: plain,
      after: { ...plain, spec: { unschedulable: true } },
      want: [],
    },
    {
      name: 'uncordoned',
      before: { ...plain, spec: { unschedulable: true } },
      after: plain,
      want: [actions.updateNodeTaint],
    },
    {
      name: 'tainted',
      before: plain,
      after: { ...plain, spec: { taints } },
      want: [actions.updateNodeTaint],
    },
    {
      name: 'larger',
      before: plain,
      after: { ...plain, status: { allocatable: { cpu: '8', memory: '16Gi', pods: '110' } } },
      want: [actions.updateNodeAllocatable],
    },
    {
      name: 'of the same size in other units',
      before: plain,
      after: { ...plain, status: { allocatable: { cpu: '4000m', memory: '16Gi', pods: '110' } } },
      want: [],
    },
    {
      name: 'relabelled',
      before: plain,
      after: node('n1', { zone: 'a' }),
      want: [actions.updateNodeLabel],
    },
    { name: 'a heartbeat', before: ready('True', '1'), after: ready('True', '2'), want: [] },
    {
      name: 'not ready',
      before: ready('True', '1'),
      after: ready('Unknown', '1'),
      want: [actions.updateNodeCondition],
    },
  ]
  it.each(cases)('$name', ({ before, after, want }) => {
    expect(nodeChanges(before, after).map(event => event.actions)).toEqual(want)
  })
})

describe('which registered events cover an incoming one', () => {
  const registered = { resource: 'Pod', actions: actions.update } as const
  const cases = [
    {
      name: 'a more specific one',
      registered,
      incoming: ['AssignedPod', actions.updatePodLabel],
      want: true,
    },
    {
      name: 'a general one by a specific rule',
      registered: { ...registered, actions: actions.updatePodLabel },
      incoming: ['AssignedPod', actions.update],
      want: false,
    },
    {
      name: 'another resource',
      registered,
      incoming: ['Node', actions.updateNodeLabel],
      want: false,
    },
    {
      name: 'a wildcard event by a plain rule',
      registered,
      incoming: ['*', actions.all],
      want: false,
    },
    {
      name: 'anything by a wildcard rule',
      registered: { resource: '*', actions: actions.all },
      incoming: ['Node', actions.add],
      want: true,
    },
  ] as const
  it.each(cases)('$name', ({ registered: rule, incoming: [resource, action], want }) => {
    expect(matchesEvent(rule, { resource, actions: action })).toBe(want)
  })

  it('taint updates are added for plugins that only asked for new nodes', () => {
    const add = { resource: 'Node', actions: actions.add } as const
    const both = { resource: 'Node', actions: actions.add | actions.updateNodeTaint } as const
    const hints = [
      { plugin: 'A', event: add },
      { plugin: 'B', event: both },
    ]
    expect(withTaintUpdates(hints).slice(2)).toEqual([
      { plugin: 'A', event: { resource: 'Node', actions: actions.updateNodeTaint } },
    ])
  })
})
