// The status that one reconcile of a CronJob works on.

import type { CronJob, CronJobStatus, ObjectReference } from '../../kube/generated/types.ts'

/** Collected while the reconcile goes on, written at its end if anything changed. */
export interface CronJobDraft {
  /** As it was read; after a live read, as it is now. */
  cronJob: CronJob
  active: readonly ObjectReference[]
  lastScheduleTime: string | undefined
  lastSuccessfulTime: string | undefined
  changed: boolean
}

export function draftOf(cronJob: CronJob): CronJobDraft {
  const { active = [], lastScheduleTime, lastSuccessfulTime } = cronJob.status ?? {}
  return { cronJob, active, lastScheduleTime, lastSuccessfulTime, changed: false }
}

/** The CronJob with the status of the draft. */
export function drafted(draft: CronJobDraft): CronJob {
  const { cronJob, active, lastScheduleTime, lastSuccessfulTime } = draft
  const status: CronJobStatus = {
    ...(active.length > 0 && { active }),
    ...(lastScheduleTime !== undefined && { lastScheduleTime }),
    ...(lastSuccessfulTime !== undefined && { lastSuccessfulTime }),
  }
  return { ...cronJob, status }
}
