import { describe, expect, it } from 'vitest'
import type { DaemonSet, Node, Pod, Taint } from '../../kube/generated/types.ts'
import { formatTime } from '../../kube/time.ts'
import { FakeCluster } from '../testing.ts'
import { daemonSet as controller } from './daemon-set.ts'
import { daemonPodTolerations, placementOn, targetNode } from './placement.ts'

type Spec = NonNullable<DaemonSet['spec']>

const rolling = (rollingUpdate: object) => ({ type: 'RollingUpdate', rollingUpdate })

function daemonSet(spec: Partial<Spec> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'ns' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: {
        metadata: { labels: { app: 'agent' } },
        spec: { containers: [{ name: 'main', image: 'app:1' }] },
      },
      updateStrategy: rolling({ maxUnavailable: 1, maxSurge: 0 }),
      revisionHistoryLimit: 10,
      ...spec,
    },
  }
}

function node(name: string, taints: readonly Taint[] = []): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: { taints },
  }
}

function cluster(spec: Partial<Spec>, ...nodes: Node[]): FakeCluster {
  const fake = new FakeCluster(controller)
  for (const each of nodes) fake.add(each)
  fake.add(daemonSet(spec))
  fake.settle()
  return fake
}

/** Takes away the pods that are being deleted, as their kubelets would. */
function reap(fake: FakeCluster): void {
  for (const { metadata } of fake.list<Pod>('Pod')) {
    if (metadata.deletionTimestamp !== undefined) fake.remove('Pod', `ns/${metadata.name}`)
  }
  fake.settle()
}

/** Runs every new pod on its node, ready from now on. */
function runAll(fake: FakeCluster): void {
  for (const pod of fake.list<Pod>('Pod')) {
    if (pod.status?.phase === 'Running') continue
    const lastTransitionTime = formatTime(fake.nowMs)
    fake.change<Pod>('Pod', `ns/${pod.metadata.name}`, before => ({
      ...before,
      spec: { ...(before.spec ?? { containers: [] }), nodeName: targetNode(before) ?? '' },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }],
      },
    }))
  }
  fake.nowMs += 1000
  fake.settle()
  reap(fake)
}

function setImage(fake: FakeCluster, image: string): void {
  fake.change<DaemonSet>('DaemonSet', 'ns/agent', before => ({
    ...before,
    metadata: { ...before.metadata, generation: (before.metadata.generation ?? 0) + 1 },
    spec: {
      ...(before.spec as Spec),
      template: {
        metadata: { labels: { app: 'agent' } },
        spec: { containers: [{ name: 'main', image }] },
      },
    },
  }))
  fake.takeTrace()
  fake.settle()
  reap(fake)
}

function images(fake: FakeCluster): string[] {
  return fake
    .list<Pod>('Pod')
    .map(pod => `${targetNode(pod)}:${pod.spec?.containers[0]?.image}`)
    .sort()
}

describe('daemonset controller', () => {
  it('starts one pod for each node, tied to it by name', () => {
    const fake = cluster({}, node('n1'), node('n2'))
    expect(images(fake)).toEqual(['n1:app:1', 'n2:app:1'])
    runAll(fake)
    expect(fake.get<DaemonSet>('DaemonSet', 'ns/agent')?.status).toMatchObject({
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      numberReady: 2,
      numberAvailable: 2,
      updatedNumberScheduled: 2,
      numberMisscheduled: 0,
      observedGeneration: 1,
    })
  })

  it('follows new nodes and labels', () => {
    const template = {
      metadata: { labels: { app: 'agent' } },
      spec: { containers: [{ name: 'main' }], nodeSelector: { agent: 'yes' } },
    }
    const fake = cluster({ template }, node('n1'))
    expect(fake.list('Pod')).toEqual([])
    fake.change<Node>('Node', 'n1', before => ({
      ...before,
      metadata: { ...before.metadata, labels: { agent: 'yes' } },
    }))
    fake.settle()
    expect(fake.list<Pod>('Pod').map(targetNode)).toEqual(['n1'])
  })

  it('deletes its pod from a node whose NoExecute taint it does not tolerate', () => {
    const fake = cluster({}, node('n1'))
    runAll(fake)
    fake.change<Node>('Node', 'n1', before => ({
      ...before,
      spec: { taints: [{ key: 'broken', effect: 'NoExecute' }] },
    }))
    fake.settle()
    reap(fake)
    expect(fake.list('Pod')).toEqual([])
  })

  it('replaces pods one by one, as far as maxUnavailable allows', () => {
    const fake = cluster({}, node('n1'), node('n2'), node('n3'))
    runAll(fake)
    setImage(fake, 'app:2')
    expect(images(fake)).toEqual(['n1:app:2', 'n2:app:1', 'n3:app:1'])
    runAll(fake)
    expect(images(fake)).toEqual(['n1:app:2', 'n2:app:2', 'n3:app:1'])
    runAll(fake)
    expect(images(fake)).toEqual(['n1:app:2', 'n2:app:2', 'n3:app:2'])
  })

  it('starts the new pod first with maxSurge', () => {
    const updateStrategy = rolling({ maxUnavailable: 0, maxSurge: 1 })
    const fake = cluster({ updateStrategy }, node('n1'), node('n2'))
    runAll(fake)
    setImage(fake, 'app:2')
    expect(images(fake)).toEqual(['n1:app:1', 'n1:app:2', 'n2:app:1'])
    runAll(fake)
    expect(images(fake)).toEqual(['n1:app:2', 'n2:app:1', 'n2:app:2'])
  })

  it('leaves old pods alone with OnDelete', () => {
    const fake = cluster({ updateStrategy: { type: 'OnDelete' } }, node('n1'))
    runAll(fake)
    setImage(fake, 'app:2')
    expect(images(fake)).toEqual(['n1:app:1'])
    fake.remove('Pod', `ns/${fake.list<Pod>('Pod')[0]?.metadata.name}`)
    fake.settle()
    expect(images(fake)).toEqual(['n1:app:2'])
  })

  it('goes back to an earlier revision under its name', () => {
    const fake = cluster({}, node('n1'))
    runAll(fake)
    setImage(fake, 'app:2')
    runAll(fake)
    setImage(fake, 'app:1')
    const revisions = fake.list('ControllerRevision').map(revision => revision['revision'])
    expect(revisions.sort()).toEqual([2, 3])
  })

  it('deletes a failed pod and tells, but backs off from a node that keeps failing', () => {
    const fake = cluster({}, node('n1'))
    const fail = (): void => {
      const [pod] = fake.list<Pod>('Pod')
      fake.change<Pod>('Pod', `ns/${pod?.metadata.name}`, before => ({
        ...before,
        status: { phase: 'Failed' },
      }))
      fake.takeTrace()
      fake.settle()
    }
    fail()
    expect(fake.takeTrace().slice(0, 3)).toEqual([
      'Warning FailedDaemonPod: Found failed daemon pod ns/agent-00001 on node n1, will try to kill it',
      'delete Pod agent-00001',
      'Normal SuccessfulDelete: Deleted pod: agent-00001',
    ])
    fail()
    expect(fake.takeTrace()).not.toContain('delete Pod agent-00002')
    expect(fake.later.at(-1)).toMatchObject({ key: 'ns/agent', delayMs: 1000 })
  })
})

describe('placementOn', () => {
  const taint = (key: string, effect: string): Taint => ({ key, effect })
  const cases = [
    { name: 'a plain node', given: [], want: [true, true] },
    {
      name: 'a cordoned node is fine: daemon pods tolerate that',
      given: [taint('node.kubernetes.io/unschedulable', 'NoSchedule')],
      want: [true, true],
    },
    {
      name: 'NoSchedule: stays but does not start',
      given: [taint('x', 'NoSchedule')],
      want: [false, true],
    },
    { name: 'NoExecute: has to go', given: [taint('x', 'NoExecute')], want: [false, false] },
    {
      name: 'PreferNoSchedule does not count',
      given: [taint('x', 'PreferNoSchedule')],
      want: [true, true],
    },
    {
      name: 'a silent node keeps its pods',
      given: [taint('node.kubernetes.io/unreachable', 'NoExecute')],
      want: [true, true],
    },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    const { shouldRun, shouldContinue } = placementOn(daemonSet())(node('n1', given))
    expect([shouldRun, shouldContinue]).toEqual(want)
  })
})

describe('daemonPodTolerations', () => {
  it('adds one more for the host network and keeps what is there', () => {
    const tolerations = [{ key: 'mine', operator: 'Exists' }]
    expect(daemonPodTolerations({ containers: [], tolerations })).toHaveLength(7)
    expect(daemonPodTolerations({ containers: [], hostNetwork: true })).toHaveLength(7)
  })
})
