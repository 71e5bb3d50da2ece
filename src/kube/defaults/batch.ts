// Defaults of jobs and cron jobs. Upstream: pkg/apis/batch/v1/defaults.go, v1.36.3.

import type { CronJob, Job, JobSpec } from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { withTemplateLabels } from './apps.ts'
import { templateDefaults } from './pod.ts'
import { eachOf, withAbsent, withChanged, withUnset } from './setting.ts'

const int32Max = 2_147_483_647

function failurePolicyDefaults(spec: JobSpec): JobSpec {
  return withChanged(spec, 'podFailurePolicy', policy =>
    withChanged(
      policy,
      'rules',
      eachOf(rule =>
        withChanged(
          rule,
          'onPodConditions',
          eachOf(pattern => withUnset(pattern, { status: 'True' })),
        ),
      ),
    ),
  )
}

function jobSpecDefaults(spec: JobSpec): JobSpec {
  const both = (spec.completions ?? null) === null && (spec.parallelism ?? null) === null
  const counted = both ? withAbsent(spec, { completions: 1 }) : spec
  const set = withAbsent(counted, {
    parallelism: 1,
    backoffLimit: (spec.backoffLimitPerIndex ?? null) === null ? 6 : int32Max,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy:
      (spec.podFailurePolicy ?? null) === null ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  })
  return withChanged(failurePolicyDefaults(set), 'template', templateDefaults)
}

export function jobDefaults(object: KubeObject): KubeObject {
  const job = withChanged(object as Job, 'spec', jobSpecDefaults)
  return withTemplateLabels(job, job.spec?.template.metadata?.labels)
}

/** The job template of a cron job gets the defaults of its pods, not those of jobs. */
export function cronJobDefaults(object: KubeObject): KubeObject {
  return withChanged(object as CronJob, 'spec', spec => {
    const set = withAbsent(withUnset(spec, { concurrencyPolicy: 'Allow' }), {
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    })
    return withChanged(set, 'jobTemplate', template =>
      withChanged(withAbsent(template, { metadata: {} }), 'spec', job =>
        withChanged(failurePolicyDefaults(job), 'template', templateDefaults),
      ),
    )
  })
}
