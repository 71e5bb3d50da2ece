import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { decodeConfiguration } from '../configuration.ts'
import type { Pod } from '../framework.ts'
import { attempt, hintContext, node, object, pod } from '../plugin-testing.ts'
import type { Profile } from '../profile.ts'
import { schedulePod } from '../schedule-pod.ts'
import { defaultPreemption } from './default-preemption.ts'

const { reasons } = defaultPreemption

/** A pod on a node that takes `cpu` and started at second `started`. */
function running(name: string, nodeName: string, fields: Partial<Running> = {}): Pod {
  const { cpu = '3', priority = 0, started = 0, labels = {} } = fields
  const containers = [{ name: 'app', resources: { requests: { cpu } } }]
  const startTime = `2026-01-01T00:00:${String(started).padStart(2, '0')}Z`
  const metadata = { name, namespace: 'default', uid: `uid-${name}`, labels }
  return pod(name, { containers, priority, nodeName }, { metadata, status: { startTime } })
}

interface Running {
  readonly cpu: string
  readonly priority: number
  readonly started: number
  readonly labels: Readonly<Record<string, string>>
}

function wanting(cpu: string, more: Partial<Pod['spec']> = {}, status: Pod['status'] = {}): Pod {
  const containers = [{ name: 'app', resources: { requests: { cpu } } }]
  return pod('vip', { containers, priority: 1000, ...more }, { status })
}

function budget(
  name: string,
  disruptionsAllowed: number,
  labels: Record<string, string>,
): KubeObject {
  return object('PodDisruptionBudget', name, {
    metadata: { namespace: 'default' },
    spec: { selector: { matchLabels: labels } },
    status: { disruptionsAllowed },
  })
}

interface Given {
  readonly vip?: Pod
  readonly pods: readonly Pod[]
  readonly objects?: readonly KubeObject[]
}

/** What preemption answers on nodes n1, n2, n3 of four cores each. */
function preempted({ vip = wanting('3'), pods, objects = [] }: Given) {
  const nodes = ['n1', 'n2', 'n3'].map(name => node(name))
  const { cycle, profile } = attempt({ nodes, pods, objects })
  const { handle } = cycle
  const { snapshot, listers, nominator, choices } = handle
  const outcome = schedulePod(vip, {
    profile,
    snapshot,
    listers,
    nominator,
    choices,
    nextStartNodeIndex: 0,
  })
  if (outcome.type !== 'unfit') throw new Error(`outcome is ${outcome.type}`)
  const { status, nominate, preemption } = outcome.postFilter ?? {}
  return {
    message: outcome.message,
    code: status?.code,
    nominate,
    victims: preemption?.victims.map(({ metadata }) => metadata.name),
    tied: preemption?.tied,
    cleared: preemption?.clearedNominations.map(({ metadata }) => metadata.name),
    violations: preemption?.numPDBViolations,
  }
}

describe('which node is chosen', () => {
  const cases = [
    {
      name: 'the one whose victims break no budget, even if they are more important',
      given: {
        pods: [
          running('a', 'n1', { labels: { app: 'kept' } }),
          running('b', 'n2', { priority: 5, labels: { app: 'kept' } }),
          running('c', 'n3', { priority: 9 }),
        ],
        objects: [budget('kept', 0, { app: 'kept' })],
      },
      want: { nominate: 'n3', victims: ['c'], violations: 0 },
    },
    {
      name: 'the one whose most important victim is least important',
      given: {
        pods: [
          running('a', 'n1', { priority: 3 }),
          running('b', 'n2', { priority: 2 }),
          running('c', 'n3', { priority: 4 }),
        ],
      },
      want: { nominate: 'n2', victims: ['b'] },
    },
    {
      name: 'the one with fewer victims of equal importance (their priorities are summed)',
      given: {
        pods: [
          running('a1', 'n1', { cpu: '2' }),
          running('a2', 'n1', { cpu: '2' }),
          running('b', 'n2'),
          running('c1', 'n3', { cpu: '2' }),
          running('c2', 'n3', { cpu: '2' }),
        ],
      },
      want: { nominate: 'n2', victims: ['b'], tied: ['n2'] },
    },
    {
      name: 'the one whose victims started last',
      given: {
        pods: [
          running('a', 'n1', { started: 10 }),
          running('b', 'n2', { started: 30 }),
          running('c', 'n3', { started: 20 }),
        ],
      },
      want: { nominate: 'n2', victims: ['b'], tied: ['n2'] },
    },
    {
      name: 'the first of equal ones, all of which are listed',
      given: {
        pods: [running('a', 'n1'), running('b', 'n2'), running('c', 'n3', { priority: 1 })],
      },
      want: { nominate: 'n1', victims: ['a'], tied: ['n1', 'n2'] },
    },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(preempted(given)).toMatchObject({ code: 'Success', ...want })
  })
})

describe('which pods have to go', () => {
  const full = (name: string): Pod => running(`full-${name}`, name, { priority: 2000, cpu: '4' })
  const cases = [
    {
      name: 'only as many as needed, the less important ones first',
      given: {
        vip: wanting('2'),
        pods: [
          running('low', 'n1', { cpu: '2', priority: 1 }),
          running('high', 'n1', { cpu: '2', priority: 5 }),
          full('n2'),
          full('n3'),
        ],
      },
      want: { victims: ['low'] },
    },
    {
      name: 'the younger of equal ones',
      given: {
        vip: wanting('2'),
        pods: [
          running('young', 'n1', { cpu: '2', started: 30 }),
          running('old', 'n1', { cpu: '2', started: 5 }),
          full('n2'),
          full('n3'),
        ],
      },
      want: { victims: ['young'] },
    },
    {
      name: 'not those with a budget, as long as others suffice',
      given: {
        vip: wanting('2'),
        pods: [
          running('guarded', 'n1', { cpu: '2', priority: 1, labels: { app: 'kept' } }),
          running('free', 'n1', { cpu: '2', priority: 5 }),
          full('n2'),
          full('n3'),
        ],
        objects: [budget('kept', 0, { app: 'kept' })],
      },
      want: { victims: ['free'], violations: 0 },
    },
    {
      name: 'those with a budget when nothing else helps; they are counted',
      given: {
        vip: wanting('4'),
        pods: [
          running('guarded', 'n1', { cpu: '2', labels: { app: 'kept' } }),
          running('free', 'n1', { cpu: '2', priority: 5 }),
          full('n2'),
          full('n3'),
        ],
        objects: [budget('kept', 0, { app: 'kept' })],
      },
      want: { victims: ['free', 'guarded'], violations: 1 },
    },
    {
      name: 'any with a budget that has an empty selector: it covers nothing',
      given: {
        vip: wanting('4'),
        pods: [running('a', 'n1', { cpu: '2', labels: { app: 'x' } }), full('n2'), full('n3')],
        objects: [budget('all', 0, {})],
      },
      want: { victims: ['a'], violations: 0 },
    },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(preempted(given)).toMatchObject({ code: 'Success', nominate: 'n1', ...want })
  })
})

describe('when nothing is evicted', () => {
  const terminating = {
    ...running('leaving', 'n1'),
    metadata: {
      name: 'leaving',
      namespace: 'default',
      uid: 'uid-leaving',
      deletionTimestamp: '2026-01-01T00:00:30Z',
    },
    status: {
      conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }],
    },
  } as Pod
  const busy = ['n1', 'n2', 'n3'].map(name => running(`busy-${name}`, name))
  const cases = [
    {
      name: 'the pod never preempts',
      given: { vip: wanting('3', { preemptionPolicy: 'Never' }), pods: busy },
      want: { tail: reasons.neverPreempts, nominate: undefined },
    },
    {
      name: 'its victims are still terminating on the nominated node',
      given: {
        vip: wanting('3', {}, { nominatedNodeName: 'n1' }),
        pods: [terminating, ...busy.slice(1)],
      },
      want: { tail: reasons.victimTerminates, nominate: undefined },
    },
    {
      name: 'all pods are at least as important',
      given: { vip: wanting('3', { priority: 0 }), pods: busy },
      want: {
        tail: '0/3 nodes are available: 3 No preemption victims found for incoming pod.',
        nominate: '',
      },
    },
    {
      name: 'no node is large enough',
      given: { vip: wanting('9'), pods: busy },
      want: {
        tail: '0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
        nominate: '',
      },
    },
  ]
  it.each(cases)('$name', ({ given, want: { tail, nominate } }) => {
    const got = preempted(given)
    expect(got.message).toMatch(/^0\/3 nodes are available: 3 Insufficient cpu\. /)
    expect(got.message.endsWith(`no new claims to deallocate, preemption: ${tail}`)).toBe(true)
    expect(got).toMatchObject({ code: 'Unschedulable', nominate })
  })
})

it('a trial that breaks tells what each node said', () => {
  const plugins = { preFilter: { disabled: [{ name: 'VolumeBinding' }] } }
  const [profile] = decodeConfiguration({ profiles: [{ plugins }] }).profiles
  const pods = [running('p1', 'n1'), running('p2', 'n2')]
  const { cycle } = attempt({ nodes: [node('n1'), node('n2')], pods, profile: profile as Profile })
  const outcome = schedulePod(wanting('3'), {
    ...cycle.handle,
    profile: profile as Profile,
    nextStartNodeIndex: 0,
  })
  const { status, preemption } = (outcome.type === 'unfit' && outcome.postFilter) || {}
  expect(status?.code).toBe('Error')
  expect([...(preemption?.dryRunRejected ?? [])].map(([name, { code }]) => [name, code])).toEqual([
    ['n1', 'Error'],
    ['n2', 'Error'],
  ])
})

describe('pods nominated to the chosen node', () => {
  const waiting = pod('waiting', { priority: 1 }, { status: { nominatedNodeName: 'n1' } })
  const [full2, full3] = ['n2', 'n3'].map(name =>
    running(`full-${name}`, name, { priority: 2000 }),
  ) as [Pod, Pod]

  it('lose their nomination when they are less important', () => {
    const got = preempted({ pods: [running('a', 'n1'), full2, full3, waiting] })
    expect(got).toMatchObject({ nominate: 'n1', cleared: ['waiting'] })
  })

  it('keep it when every victim is on its way out already', () => {
    const leaving = running('a', 'n1')
    const deletionTimestamp = '2026-01-01T00:00:30Z'
    const gone = { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp } }
    expect(preempted({ pods: [gone, full2, full3, waiting] }).cleared).toEqual([])
  })
})

describe('the gate while evictions are being written', () => {
  const context = { ...hintContext(), isPreempting: (uid: string) => uid === 'uid-busy' }

  it('keeps the preemptor out and nobody else', () => {
    expect(defaultPreemption.preEnqueue(pod('busy'), context)).toMatchObject({
      code: 'UnschedulableAndUnresolvable',
      reasons: [reasons.isRunning],
    })
    expect(defaultPreemption.preEnqueue(pod('other'), context).code).toBe('Success')
  })

  it('is not lifted by deletions: the plugins that rejected the pod decide', () => {
    const [rule] = defaultPreemption.requeueOn
    expect(rule?.hint()).toBe('Skip')
  })
})
