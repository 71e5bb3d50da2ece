import { describe, expect, it } from 'vitest'
import type { CronJob, CronJobSpec, Job } from '../../kube/generated/types.ts'
import { formatTime } from '../../kube/time.ts'
import { FakeCluster } from '../testing.ts'
import { cronJob } from './cron-job.ts'
import { rfc1123 } from './start.ts'

const jobTemplate = { spec: { template: {} } }

function cluster(spec: Partial<CronJobSpec> = {}): FakeCluster {
  const fake = new FakeCluster(cronJob)
  fake.add<CronJob>({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'ns' },
    spec: { schedule: '* * * * *', concurrencyPolicy: 'Allow', jobTemplate, ...spec },
  })
  fake.settle()
  fake.takeTrace()
  return fake
}

function passMinute(fake: FakeCluster): readonly string[] {
  fake.nowMs += 60_000
  fake.reconcile(cronJob, 'ns/tick')
  fake.settle()
  return fake.takeTrace()
}

const statusOf = (fake: FakeCluster): CronJob['status'] =>
  fake.get<CronJob>('CronJob', 'ns/tick')?.status

const finish = (fake: FakeCluster, name: string, type: string): void => {
  const at = formatTime(fake.nowMs)
  fake.change<Job>('Job', `ns/${name}`, job => ({
    ...job,
    status: {
      startTime: at,
      completionTime: at,
      conditions: [{ type, status: 'True' }],
    },
  }))
  fake.settle()
}

describe('CronJob', () => {
  it('waits for the next start, on the calendar', () => {
    const fake = cluster()
    expect(fake.reconcile(cronJob, 'ns/tick')).toEqual({ requeueAfterMs: 60_100, standing: true })
  })

  it('starts a Job named after its minute, and lists it', () => {
    const fake = cluster()
    const name = `tick-${fake.nowMs / 60_000 + 1}`
    const trace = passMinute(fake)
    expect(trace.join('\n')).toContain(`Created job ${name}`)
    expect(statusOf(fake)?.active?.map(each => each.name)).toEqual([name])
    expect(statusOf(fake)?.lastScheduleTime).toBe(formatTime(fake.nowMs))
  })

  it('takes a finished Job off the list and remembers the success', () => {
    const fake = cluster()
    passMinute(fake)
    const name = statusOf(fake)?.active?.[0]?.name ?? ''
    finish(fake, name, 'Complete')
    expect(statusOf(fake)?.active).toBeUndefined()
    expect(statusOf(fake)?.lastSuccessfulTime).toBe(formatTime(fake.nowMs))
    expect(fake.takeTrace().join('\n')).toContain(`Saw completed job: ${name}, condition: Complete`)
  })

  it('starts no second Job where that is forbidden', () => {
    const fake = cluster({ concurrencyPolicy: 'Forbid' })
    passMinute(fake)
    expect(passMinute(fake).join('\n')).toContain('JobAlreadyActive')
    expect(fake.list('Job')).toHaveLength(1)
  })

  it('replaces the Job that still runs', () => {
    const fake = cluster({ concurrencyPolicy: 'Replace' })
    passMinute(fake)
    passMinute(fake)
    expect(fake.list('Job')).toHaveLength(1)
    expect(statusOf(fake)?.active).toHaveLength(1)
  })

  it('keeps as many finished Jobs as the limit says, the youngest', () => {
    const fake = cluster({ successfulJobsHistoryLimit: 1 })
    for (let minute = 0; minute < 3; minute += 1) {
      passMinute(fake)
      finish(fake, statusOf(fake)?.active?.[0]?.name ?? '', 'Complete')
    }
    expect(fake.list('Job').map(({ metadata }) => metadata.name)).toEqual([
      `tick-${fake.nowMs / 60_000}`,
    ])
  })

  it('starts nothing while it is suspended', () => {
    const fake = cluster({ suspend: true })
    expect(passMinute(fake)).toEqual([])
  })

  it('tells of a start that came too late', () => {
    const fake = cluster({ schedule: '0 0 * * *', startingDeadlineSeconds: 30 })
    fake.nowMs += 86_400_000 + 31_000
    fake.reconcile(cronJob, 'ns/tick')
    expect(fake.list('Job')).toHaveLength(0)
  })

  it('writes the scheduled time in the zone of the schedule', () => {
    const fake = cluster({ schedule: '* * * * *', timeZone: 'America/St_Johns' })
    passMinute(fake)
    const [job] = fake.list<Job>('Job')
    expect(job?.metadata.annotations).toEqual({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2025-12-31T20:31:00-03:30',
    })
  })
})

it('names times as mail does', () => {
  expect(rfc1123(1_767_225_600_000)).toBe('Thu, 01 Jan 2026 00:00:00 +0000')
})
