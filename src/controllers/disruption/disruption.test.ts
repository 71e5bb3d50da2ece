import { describe, expect, it } from 'vitest'
import type {
  Deployment,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
} from '../../kube/generated/types.ts'
import type { OwnerReference } from '../../kube/object.ts'
import { FakeCluster } from '../testing.ts'
import { disruption } from './disruption.ts'

type Spec = NonNullable<PodDisruptionBudget['spec']>

const selector = { matchLabels: { app: 'web' } }

function ownedBy(kind: string, name: string, uid: string): OwnerReference {
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1'
  return { apiVersion, kind, name, uid, controller: true }
}

function pod(name: string, ready: boolean, owner?: OwnerReference): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'ns',
      labels: { app: 'web' },
      ...(owner && { ownerReferences: [owner] }),
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }
}

/** A Deployment of `replicas` with one pod for each entry of `ready`. */
function cluster(spec: Spec, replicas: number, ready: readonly boolean[]): FakeCluster {
  const fake = new FakeCluster(disruption)
  const template = {}
  const deployment = fake.add<Deployment>({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'ns' },
    spec: { replicas, selector, template },
  })
  const replicaSet = fake.add<ReplicaSet>({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: 'web-1',
      namespace: 'ns',
      ownerReferences: [ownedBy('Deployment', 'web', deployment.metadata.uid ?? '')],
    },
    // The Deployment's scale counts, not that of its ReplicaSets.
    spec: { replicas: 99, selector, template },
  })
  const owner = ownedBy('ReplicaSet', 'web-1', replicaSet.metadata.uid ?? '')
  ready.forEach((isReady, index) => fake.add(pod(`web-${index}`, isReady, owner)))
  const metadata = { name: 'budget', namespace: 'ns' }
  fake.add<PodDisruptionBudget>({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { selector, ...spec },
  })
  fake.settle()
  return fake
}

function budget(fake: FakeCluster): PodDisruptionBudget {
  return fake.get<PodDisruptionBudget>('PodDisruptionBudget', 'ns/budget') as PodDisruptionBudget
}

/** expected, desired, current, allowed. */
function counts(fake: FakeCluster): number[] {
  const { status } = budget(fake)
  const { expectedPods = -1, desiredHealthy = -1, currentHealthy = -1 } = status ?? {}
  return [expectedPods, desiredHealthy, currentHealthy, status?.disruptionsAllowed ?? -1]
}

describe('status of a budget', () => {
  const yes = true
  const cases = [
    {
      name: 'minAvailable 2 counts pods: 3 - 2 = 1',
      spec: { minAvailable: 2 },
      replicas: 3,
      ready: [yes, yes, yes],
      want: [3, 2, 3, 1],
    },
    {
      name: 'an unready pod is no spare: 2 - 2 = 0',
      spec: { minAvailable: 2 },
      replicas: 3,
      ready: [yes, yes, false],
      want: [3, 2, 2, 0],
    },
    {
      name: 'maxUnavailable 25% of 7 rounds up to 2: 7 - 2 = 5 must stay',
      spec: { maxUnavailable: '25%' },
      replicas: 7,
      ready: [yes, yes, yes, yes, yes, yes, yes],
      want: [7, 5, 7, 2],
    },
    {
      name: 'minAvailable 50% of 5 rounds up to 3',
      spec: { minAvailable: '50%' },
      replicas: 5,
      ready: [yes, yes, yes, yes],
      want: [5, 3, 4, 1],
    },
    {
      name: 'maxUnavailable 1 counts by the scale, so a missing pod uses it up',
      spec: { maxUnavailable: 1 },
      replicas: 3,
      ready: [yes, yes],
      want: [3, 2, 2, 0],
    },
    {
      name: 'without pods nothing is allowed',
      spec: { minAvailable: 0 },
      replicas: 0,
      ready: [],
      want: [0, 0, 0, 0],
    },
    {
      name: 'minAvailable above the number of pods allows nothing',
      spec: { minAvailable: 5 },
      replicas: 3,
      ready: [yes, yes, yes],
      want: [3, 5, 3, 0],
    },
  ]
  it.each(cases)('$name', ({ spec, replicas, ready, want }) => {
    expect(counts(cluster(spec, replicas, ready))).toEqual(want)
  })

  it('has a condition that says why', () => {
    const fake = cluster({ minAvailable: 2 }, 3, [true, true, true])
    expect(budget(fake).status?.conditions?.[0]).toMatchObject({
      type: 'DisruptionAllowed',
      status: 'True',
      reason: 'SufficientPods',
      observedGeneration: 1,
    })
  })

  it('fails safe when a pod belongs to something without a scale', () => {
    const fake = cluster({ maxUnavailable: 1 }, 1, [true])
    fake.takeTrace()
    fake.add(pod('one-shot', true, ownedBy('Job', 'once', 'uid-job')))
    fake.settle()
    expect(budget(fake).status?.disruptionsAllowed).toBe(0)
    expect(budget(fake).status?.conditions?.[0]).toMatchObject({
      reason: 'SyncFailed',
      message: 'jobs.batch does not implement the scale subresource',
    })
    expect(fake.takeTrace()).toContain(
      'Warning CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: ' +
        'jobs.batch does not implement the scale subresource',
    )
  })
})

describe('disrupted pods', () => {
  const evicted = (fake: FakeCluster) =>
    fake.change<PodDisruptionBudget>('PodDisruptionBudget', 'ns/budget', before => ({
      ...before,
      status: {
        ...(before.status ?? { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }),
        disruptionsAllowed: 0,
        disruptedPods: { 'web-0': '2026-01-01T00:00:00Z' },
      },
    }))

  it('do not count as healthy until two minutes have passed', () => {
    const fake = cluster({ minAvailable: 2 }, 3, [true, true, true])
    evicted(fake)
    fake.later.length = 0
    fake.settle()
    expect(counts(fake)).toEqual([3, 2, 2, 0])
    expect(fake.later.at(-1)).toEqual({
      controller: 'disruption-controller',
      key: 'ns/budget',
      delayMs: 120_001,
    })
    fake.nowMs += 120_001
    fake.takeTrace()
    fake.reconcile(disruption, 'ns/budget')
    expect(counts(fake)).toEqual([3, 2, 3, 1])
    expect(fake.takeTrace()[0]).toBe(
      "Warning NotDeleted: Pod was expected by PDB ns/ns to be deleted but it wasn't",
    )
  })

  it('leave the map when they are being deleted', () => {
    const fake = cluster({ minAvailable: 2 }, 3, [true, true, true])
    evicted(fake)
    fake.change<Pod>('Pod', 'ns/web-0', before => ({
      ...before,
      metadata: { ...before.metadata, deletionTimestamp: '2026-01-01T00:00:30Z' },
    }))
    fake.settle()
    expect(budget(fake).status?.disruptedPods).toBeUndefined()
    expect(counts(fake)).toEqual([3, 2, 2, 0])
  })
})

describe('several budgets on one pod', () => {
  it('are told of, and the first by name is kept up to date', () => {
    const fake = cluster({ minAvailable: 1 }, 1, [true])
    fake.add<PodDisruptionBudget>({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'other', namespace: 'ns' },
      spec: { selector, minAvailable: 0 },
    })
    fake.settle()
    fake.takeTrace()
    fake.change<Pod>('Pod', 'ns/web-0', before => ({
      ...pod('web-0', false),
      metadata: before.metadata,
    }))
    fake.settle()
    expect(fake.takeTrace()).toEqual([
      'Warning MultiplePodDisruptionBudgets: Pod "ns"/"web-0" matches multiple ' +
        'PodDisruptionBudgets.  Chose "budget" arbitrarily.',
      'update PodDisruptionBudget budget/status',
    ])
  })
})
