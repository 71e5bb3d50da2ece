import { describe, expect, it } from 'vitest'
import { decodeConfiguration, defaultProfile } from './configuration.ts'
import type { Node, Pod, SchedulerChoices, TiedNodes } from './framework.ts'
import { podInfoOf } from './node-info.ts'
import { listersOf, node, pod } from './plugin-testing.ts'
import type { Profile } from './profile.ts'
import { newNodeInfo, withPod } from './node-info.ts'
import {
  afterReserve,
  numFeasibleNodesToFind,
  type Placed,
  type ScheduleOutcome,
  schedulePod,
  type Unfit,
} from './schedule-pod.ts'
import { snapshotOf } from './snapshot.ts'
import { failed, unschedulable, withPlugin } from './status.ts'

interface Given {
  readonly nodes: readonly Node[]
  readonly pods?: readonly Pod[]
  readonly nominated?: Readonly<Record<string, readonly Pod[]>>
  readonly start?: number
  readonly profile?: Profile
  readonly tie?: SchedulerChoices['tie']
}

function decide(given: Pod, { nodes, pods = [], nominated = {}, ...rest }: Given): ScheduleOutcome {
  const infos = nodes.map(one =>
    pods
      .filter(({ spec }) => spec?.nodeName === one.metadata.name)
      .reduce(withPod, newNodeInfo(one)),
  )
  return schedulePod(given, {
    profile: rest.profile ?? defaultProfile(),
    snapshot: snapshotOf(infos),
    listers: listersOf([]),
    nominator: {
      nodeNames: () => Object.keys(nominated),
      nominatedPods: name => (nominated[name] ?? []).map(podInfoOf),
    },
    choices: { tie: rest.tie ?? (({ heapPick }) => heapPick), preemptionOffset: () => 0 },
    nextStartNodeIndex: rest.start ?? 0,
  })
}

const requesting = (name: string, cpu: string, more: Partial<Pod['spec']> = {}): Pod =>
  pod(name, { containers: [{ name: 'app', resources: { requests: { cpu } } }], ...more })

const many = (count: number): Node[] =>
  Array.from({ length: count }, (_, index) => node(`n${index}`))

const cordoned = (one: Node): Node => ({ ...one, spec: { unschedulable: true } })

describe('the walk over the nodes', () => {
  it('ends at the fitting node beyond the 100 wanted, which was evaluated but is dropped', () => {
    const outcome = decide(pod('p'), { nodes: many(150), start: 140 })
    expect(outcome.type === 'placed' && outcome.trace.window).toEqual({
      start: 140,
      evaluated: 101,
      next: 90,
    })
    expect(outcome.nextStartNodeIndex).toBe(90)
  })

  it('counts rejected nodes on the way to that node', () => {
    const nodes = many(150).map((one, index) => (index === 100 ? cordoned(one) : one))
    const outcome = decide(pod('p'), { nodes })
    expect(outcome.type === 'placed' && outcome.trace.window).toEqual({
      start: 0,
      evaluated: 102,
      next: 101,
    })
  })

  it.each([
    { nodes: 99, percentage: 0, want: 99 },
    { nodes: 100, percentage: 0, want: 100 },
    { nodes: 1000, percentage: 0, want: 420 },
    { nodes: 5000, percentage: 0, want: 500 },
    { nodes: 15_000, percentage: 0, want: 750 },
    { nodes: 1000, percentage: 70, want: 700 },
    { nodes: 1000, percentage: 1, want: 100 },
  ])('of $nodes nodes at $percentage % looks for $want', ({ nodes, percentage, want }) => {
    const profile = { ...defaultProfile(), percentageOfNodesToScore: percentage }
    expect(numFeasibleNodesToFind(profile, nodes)).toBe(want)
  })
})

describe('the choice', () => {
  it('does not score when one node fits', () => {
    const outcome = decide(pod('p'), { nodes: [cordoned(node('n0')), node('n1')] })
    expect(outcome).toMatchObject({ type: 'placed', node: 'n1', scoring: undefined })
  })

  it('takes the root of the heap among ties, or what the caller says', () => {
    // Two empty nodes behind two with a pod: the heap brings up the last.
    const pods = [
      requesting('a', '1', { nodeName: 'n0' }),
      requesting('b', '1', { nodeName: 'n1' }),
    ]
    const given = { nodes: many(4), pods }
    expect(decide(requesting('p', '1'), given)).toMatchObject({ ties: [2, 3], node: 'n3' })
    const first = { ...given, tie: ({ first: index }: TiedNodes) => index }
    expect(decide(requesting('p', '1'), first)).toMatchObject({ node: 'n2' })
  })

  it('tries the nominated node alone first', () => {
    const given = pod('p', {}, { status: { nominatedNodeName: 'n1' } })
    const outcome = decide(given, { nodes: many(3) })
    expect(outcome).toMatchObject({ type: 'placed', node: 'n1', nextStartNodeIndex: 0 })
  })

  it('leaves room for nominated pods of equal priority, not for lower ones', () => {
    const nominee = (priority: number): Pod => requesting('other', '4', { priority })
    const wanting = requesting('p', '1', { priority: 5 })
    const given = { nodes: [node('n0')] }
    expect(decide(wanting, { ...given, nominated: { n0: [nominee(5)] } }).type).toBe('unfit')
    expect(decide(wanting, { ...given, nominated: { n0: [nominee(4)] } }).type).toBe('placed')
  })
})

describe('the message', () => {
  it('without nodes', () => {
    expect(decide(pod('p'), { nodes: [] })).toMatchObject({
      type: 'no-nodes',
      message: 'no nodes available to schedule pods',
    })
  })

  it('counts reasons and sorts them as text', () => {
    const nodes = [...many(10), ...['a', 'b'].map(name => cordoned(node(name)))]
    const outcome = decide(requesting('p', '5'), { nodes })
    expect(outcome).toMatchObject({
      message:
        '0/12 nodes are available: 10 Insufficient cpu, 2 node(s) were unschedulable. ' +
        'no new claims to deallocate, preemption: 0/12 nodes are available: ' +
        '12 Preemption is not helpful for scheduling.',
    })
  })

  it('names the plugins that left nodes out beforehand', () => {
    const named = {
      matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n0'] }],
    }
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [named] },
      },
    }
    const outcome = decide(requesting('p', '5', { affinity }), { nodes: many(3) })
    expect(outcome.type === 'unfit' && outcome.message).toContain(
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) " +
        '[NodeAffinity].',
    )
  })
})

it('follows weights and plugins of a configuration', () => {
  const score = { disabled: [{ name: '*' }], enabled: [{ name: 'TaintToleration', weight: 7 }] }
  const { profiles } = decodeConfiguration({ profiles: [{ plugins: { score } }] })
  const outcome = decide(pod('p'), { nodes: many(2), profile: profiles[0] as Profile })
  expect(outcome.type === 'placed' && outcome.scoring?.totals).toEqual([700, 700])
})

describe('after a node was chosen', () => {
  const placed = decide(pod('p'), { nodes: many(2) }) as Placed

  it('a rejected reservation reads as if the cluster had that node alone', () => {
    const status = withPlugin(unschedulable('taken meanwhile'), 'DynamicResources')
    const outcome = afterReserve(placed, status)
    expect(outcome).toMatchObject({
      type: 'unfit',
      message: '0/1 nodes are available: 1 taken meanwhile.',
      postFilter: { nominate: '' },
    })
    const { trace } = outcome as Unfit
    expect([...trace.diagnosis.unschedulablePlugins]).toEqual(['DynamicResources'])
  })

  it('a broken reservation is an error', () => {
    expect(afterReserve(placed, failed('no'))).toMatchObject({ type: 'error', message: 'no' })
  })
})
