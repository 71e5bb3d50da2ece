// Questions about a Job and its pods that several parts of the controller ask.
// Upstream: pkg/controller/job/{job_controller,indexed_job_utils,pod_failure_policy}.go, v1.36.3.

import type {
  ContainerStatus,
  Job,
  JobCondition,
  Pod,
  PodFailurePolicy,
} from '../../kube/generated/types.ts'

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking'
export const indexKey = 'batch.kubernetes.io/job-completion-index'
export const indexFailuresKey = 'batch.kubernetes.io/job-index-failure-count'
export const indexIgnoredFailuresKey = 'batch.kubernetes.io/job-index-ignored-failure-count'

export function conditionOf(
  conditions: readonly JobCondition[] | undefined,
  type: string,
): JobCondition | undefined {
  return conditions?.find(condition => condition.type === type)
}

/** Complete or Failed. */
export function isFinished(job: Job): boolean {
  const conditions = job.status?.conditions
  return ['Complete', 'Failed'].some(type => conditionOf(conditions, type)?.status === 'True')
}

export function isSuspended(job: Job): boolean {
  return job.spec?.suspend === true
}

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed'
}

export function hasLimitPerIndex(job: Job): boolean {
  return job.spec?.backoffLimitPerIndex !== undefined
}

/** Pods that are being deleted are replaced only once they have ended. */
export function replacesOnlyFailed(job: Job): boolean {
  return job.spec?.podReplacementPolicy === 'Failed' || job.spec?.podFailurePolicy !== undefined
}

export function isManagedElsewhere(job: Job): boolean {
  const manager = job.spec?.managedBy
  return manager !== undefined && manager !== 'kubernetes.io/job-controller'
}

export function hasFinalizer(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(trackingFinalizer) === true
}

/** Failed, or being deleted where that counts as a failure. */
export function isPodFailed(pod: Pod, job: Job): boolean {
  const phase = pod.status?.phase
  if (phase === 'Failed') return true
  if (replacesOnlyFailed(job)) return false
  return pod.metadata.deletionTimestamp !== undefined && phase !== 'Succeeded'
}

/** The completion index of a pod; undefined when it has none. */
export function completionIndex(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[indexKey] ?? ''
  return /^\d+$/.test(text) ? Number(text) : undefined
}

/** The index of a pod if it is one of the job's. */
export function validIndex(pod: Pod, job: Job): number | undefined {
  const index = completionIndex(pod)
  return index !== undefined && index < (job.spec?.completions ?? 0) ? index : undefined
}

function countAnnotation(pod: Pod, key: string): number {
  const text = pod.metadata.annotations?.[key] ?? ''
  return /^\d+$/.test(text) && Number(text) <= 0x7fffffff ? Number(text) : 0
}

export function indexFailures(pod: Pod): number {
  return countAnnotation(pod, indexFailuresKey)
}

export function indexIgnoredFailures(pod: Pod): number {
  return countAnnotation(pod, indexIgnoredFailuresKey)
}

/** What a pod failure policy says about a failed pod. */
export interface PolicyMatch {
  readonly action?: string
  readonly counts: boolean
  /** Set when the whole job fails. */
  readonly message?: string
}

export function matchFailurePolicy(policy: PodFailurePolicy | undefined, pod: Pod): PolicyMatch {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const why =
      rule.onExitCodes !== undefined
        ? exitCodeText(pod, rule.onExitCodes)
        : conditionText(pod, rule.onPodConditions ?? [])
    if (why === undefined) continue
    const { action } = rule
    const message = `${why} matching ${action} rule at index ${index}`
    if (action === 'FailJob') return { action, counts: true, message }
    return { action, counts: action !== 'Ignore' }
  }
  return { counts: true }
}

type ExitCodes = NonNullable<PodFailurePolicy['rules'][number]['onExitCodes']>
type ConditionPatterns = NonNullable<PodFailurePolicy['rules'][number]['onPodConditions']>

function exitCodeText(pod: Pod, requirement: ExitCodes): string | undefined {
  const { containerName, operator, values } = requirement
  const matches = ({ name, state }: ContainerStatus): boolean => {
    const code = state?.terminated?.exitCode
    if (code === undefined || code === 0) return false
    if (containerName !== undefined && containerName !== name) return false
    return operator === 'In'
      ? values.includes(code)
      : operator === 'NotIn' && !values.includes(code)
  }
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
  const found = containerStatuses.find(matches) ?? initContainerStatuses.find(matches)
  if (found === undefined) return undefined
  const code = found.state?.terminated?.exitCode ?? 0
  return `Container ${found.name} for pod ${podId(pod)} failed with exit code ${code}`
}

function conditionText(pod: Pod, patterns: ConditionPatterns): string | undefined {
  for (const { type, status } of pod.status?.conditions ?? []) {
    if (patterns.some(pattern => pattern.type === type && pattern.status === status)) {
      return `Pod ${podId(pod)} has condition ${type}`
    }
  }
  return undefined
}

function podId({ metadata }: Pod): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}
