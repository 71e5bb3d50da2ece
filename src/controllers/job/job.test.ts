import { describe, expect, it } from 'vitest'
import type { Job, Pod } from '../../kube/generated/types.ts'
import { formatTime } from '../../kube/time.ts'
import { FakeCluster, refusal } from '../testing.ts'
import { nextRecord, remainingMs } from './backoff.ts'
import { firstMissing, indexText, merged, parseIndexes } from './indexes.ts'
import { job as controller } from './job.ts'
import { matchFailurePolicy, trackingFinalizer } from './job-spec.ts'

type Spec = Partial<NonNullable<Job['spec']>>

const defaults: Spec = {
  backoffLimit: 6,
  completions: 1,
  parallelism: 1,
  completionMode: 'NonIndexed',
}

function cluster(spec: Spec): FakeCluster {
  const fake = new FakeCluster(controller)
  // The fake knows no patch of finalizers: this one takes the tracking finalizer off.
  fake.intercept = request => {
    if (request.verb !== 'patch' || request.target.kind !== 'Pod') return undefined
    const key = `${request.target.namespace}/${request.target.name}`
    const before = fake.get<Pod>('Pod', key)
    if (before === undefined)
      return refusal(404, 'NotFound', `pods "${request.target.name}" not found`)
    fake.trace.push(`release Pod ${request.target.name}`)
    const finalizers = before.metadata.finalizers?.filter(name => name !== trackingFinalizer) ?? []
    const after = { ...before, metadata: { ...before.metadata, finalizers } }
    return { ok: true, code: 200, object: fake.change<Pod>('Pod', key, () => after) }
  }
  fake.add<Job>({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'ns' },
    spec: {
      ...defaults,
      selector: { matchLabels: { job: 'work' } },
      template: {
        metadata: { labels: { job: 'work' } },
        spec: { containers: [{ name: 'main' }], restartPolicy: 'Never' },
      },
      ...spec,
    },
  })
  fake.settle()
  return fake
}

function finish(
  fake: FakeCluster,
  name: string,
  phase: 'Succeeded' | 'Failed',
  exitCode = 0,
): void {
  const terminated = { exitCode, finishedAt: formatTime(fake.nowMs) }
  fake.change<Pod>('Pod', `ns/${name}`, before => ({
    ...before,
    status: {
      phase,
      containerStatuses: [
        {
          name: 'main',
          image: '',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { terminated },
        },
      ],
    },
  }))
}

function sync(fake: FakeCluster, seconds = 0) {
  fake.nowMs += seconds * 1000
  const result = fake.reconcile(controller, 'ns/work')
  fake.settle()
  return result
}

function jobOf(fake: FakeCluster): Job {
  return fake.get<Job>('Job', 'ns/work') as Job
}

function conditions(fake: FakeCluster): string[] {
  return (jobOf(fake).status?.conditions ?? []).map(({ type, reason }) => `${type} ${reason}`)
}

function pods(fake: FakeCluster): string[] {
  return fake.list<Pod>('Pod').map(({ metadata }) => metadata.name ?? '')
}

describe('job controller', () => {
  it('starts at most parallelism pods, with the tracking finalizer', () => {
    const fake = cluster({ completions: 5, parallelism: 2 })
    expect(fake.list<Pod>('Pod').map(({ metadata }) => metadata.finalizers)).toEqual([
      [trackingFinalizer],
      [trackingFinalizer],
    ])
    expect(jobOf(fake).status).toMatchObject({ active: 2, ready: 0, terminating: 0 })
  })

  it('completes: uids first, then finalizers, then counters', () => {
    const fake = cluster({})
    const [name = ''] = pods(fake)
    finish(fake, name, 'Succeeded')
    fake.takeTrace()
    sync(fake, 1)
    expect(fake.takeTrace()).toEqual([
      'update Job work/status',
      `release Pod ${name}`,
      'update Job work/status',
      'Normal Completed: Job completed',
    ])
    expect(conditions(fake)).toEqual([
      'SuccessCriteriaMet CompletionsReached',
      'Complete CompletionsReached',
    ])
    expect(jobOf(fake).status).toMatchObject({ succeeded: 1, uncountedTerminatedPods: {} })
    expect(jobOf(fake).status?.active).toBeUndefined()
  })

  it('waits 10 s before it replaces a failed pod, then 20 s', () => {
    const fake = cluster({})
    finish(fake, pods(fake)[0] ?? '', 'Failed', 1)
    expect(sync(fake, 1)).toEqual({ requeueAfterMs: 9000 })
    expect(pods(fake)).toHaveLength(1)
    sync(fake, 9)
    expect(pods(fake)).toHaveLength(2)
    finish(fake, pods(fake)[1] ?? '', 'Failed', 1)
    expect(sync(fake, 1)).toEqual({ requeueAfterMs: 19_000 })
  })

  it('fails at the backoff limit', () => {
    const fake = cluster({ backoffLimit: 0 })
    finish(fake, pods(fake)[0] ?? '', 'Failed', 1)
    fake.takeTrace()
    sync(fake, 1)
    expect(conditions(fake)).toEqual([
      'FailureTarget BackoffLimitExceeded',
      'Failed BackoffLimitExceeded',
    ])
    expect(fake.takeTrace().at(-1)).toBe(
      'Warning BackoffLimitExceeded: Job has reached the specified backoff limit',
    )
  })

  it('fails past its deadline and deletes what runs', () => {
    const fake = cluster({ activeDeadlineSeconds: 5 })
    fake.takeTrace()
    sync(fake, 5)
    expect(fake.takeTrace()).toContain(`Normal SuccessfulDelete: Deleted pod: ${'work-00001'}`)
    expect(conditions(fake)[0]).toBe('FailureTarget DeadlineExceeded')
  })

  it('deletes its pods while suspended and starts anew afterwards', () => {
    const fake = cluster({ completions: 2, parallelism: 2 })
    const suspend = (value: boolean): void => {
      fake.change<Job>('Job', 'ns/work', before => ({
        ...before,
        metadata: { ...before.metadata, generation: (before.metadata.generation ?? 0) + 1 },
        spec: { ...(before.spec as NonNullable<Job['spec']>), suspend: value },
      }))
      fake.settle()
    }
    suspend(true)
    expect(conditions(fake)).toEqual(['Suspended JobSuspended'])
    expect(jobOf(fake).status?.startTime).toBeUndefined()
    suspend(false)
    expect(conditions(fake)).toEqual(['Suspended JobResumed'])
    expect(jobOf(fake).status?.startTime).toBe(formatTime(fake.nowMs))
  })

  it('gives indexed pods their index as name, annotation, label and variable', () => {
    const fake = cluster({ completionMode: 'Indexed', completions: 2, parallelism: 2 })
    const all = fake.list<Pod>('Pod')
    expect(all.map(({ spec }) => spec?.hostname)).toEqual(['work-0', 'work-1'])
    expect(all[1]?.metadata.annotations?.['batch.kubernetes.io/job-completion-index']).toBe('1')
    expect(all[1]?.spec?.containers[0]?.env?.[0]?.name).toBe('JOB_COMPLETION_INDEX')
    finish(fake, all[1]?.metadata.name ?? '', 'Succeeded')
    sync(fake, 1)
    expect(jobOf(fake).status).toMatchObject({ completedIndexes: '1', succeeded: 1 })
  })
})

describe('indexes', () => {
  it('are written with dashes for runs of three and more, and read back', () => {
    const set = parseIndexes('1,3-5,7,8', 100)
    expect(indexText(set)).toBe('1,3-5,7,8')
    expect(indexText(merged(set, parseIndexes('2,6', 100)))).toBe('1-8')
  })
  it('beyond the completions do not count', () => {
    expect(indexText(parseIndexes('0-9', 5))).toBe('0-4')
  })
  it('missing ones are found in order', () => {
    expect(firstMissing(parseIndexes('0,2,3', 6), 10, 6)).toEqual([1, 4, 5])
    expect(firstMissing([], 2, 6)).toEqual([0, 1])
  })
})

describe('backoff', () => {
  const failedAt = (ms: number): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', creationTimestamp: formatTime(ms) },
  })
  it('doubles from 10 s to at most 10 min', () => {
    const wait = (failures: number) => remainingMs({ failures, lastFailureMs: 0 }, 0)
    expect([1, 2, 3, 7, 20].map(wait)).toEqual([10_000, 20_000, 40_000, 600_000, 600_000])
  })
  it('starts again after a success', () => {
    const before = { failures: 3, lastFailureMs: 1000 }
    expect(nextRecord(before, [failedAt(9000)], [failedAt(5000)])).toEqual({ failures: 0 })
    expect(nextRecord(before, [failedAt(5000)], [failedAt(9000)])).toEqual({
      failures: 1,
      lastFailureMs: 9000,
    })
  })
})

describe('matchFailurePolicy', () => {
  const failed = (exitCode: number, type = 'X'): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns' },
    status: {
      conditions: [{ type, status: 'True' }],
      containerStatuses: [
        {
          name: 'main',
          image: '',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode } },
        },
      ],
    },
  })
  const rules = [
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    { action: 'FailJob', onExitCodes: { operator: 'In', values: [3] } },
    { action: 'Count', onExitCodes: { operator: 'NotIn', values: [3] } },
  ]
  const cases = [
    {
      name: 'a disrupted pod is ignored',
      given: failed(3, 'DisruptionTarget'),
      want: { action: 'Ignore', counts: false },
    },
    {
      name: 'exit code 3 fails the job',
      given: failed(3),
      want: {
        action: 'FailJob',
        counts: true,
        message:
          'Container main for pod ns/p failed with exit code 3 matching FailJob rule at index 1',
      },
    },
    { name: 'another code counts', given: failed(4), want: { action: 'Count', counts: true } },
    { name: 'code 0 matches no rule', given: failed(0), want: { counts: true } },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(matchFailurePolicy({ rules }, given)).toEqual(want)
  })
})
