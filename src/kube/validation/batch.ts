// Jobs and cron jobs. Upstream: pkg/apis/batch/validation/validation.go, v1.36.3.

import { dns1123LabelErrors } from '../formats.ts'
import type {
  Container,
  CronJob,
  CronJobSpec,
  Job,
  JobSpec,
  PodFailurePolicyRule,
  PodSpec,
  PodTemplateSpec,
  SuccessPolicyRule,
} from '../generated/types.ts'
import { internalPodJson } from '../internal-pod.ts'
import { matches, selectorOf } from '../label-selector.ts'
import { timeZoneError, timeZoneOf } from '../cron/time-zone.ts'
import type { KubeObject } from '../object.ts'
import {
  checkKnown,
  checkLabelSelector,
  checkNonnegative,
  type Errors,
  immutableText,
  subdomainName,
} from './checks.ts'
import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  required,
  sortedMap,
} from './field-error.ts'
import { goTemplate } from './go-template.ts'
import { checkMeta } from './meta.ts'
import { checkSelected, checkTemplate } from './pod/template.ts'
import { sameValue } from './same.ts'
import { scheduleErrors } from './schedule.ts'
import { parseIndexes } from './indexes.ts'

const noTemplate: PodTemplateSpec = {}
const parallelismMax = 100_000

export function checkJob(errors: Errors, object: KubeObject): void {
  const job = object as Job
  const spec = job.spec ?? { template: noTemplate }
  checkMeta(errors, job.metadata, true, subdomainName)
  checkGeneratedSelector(errors, job, spec)
  checkFullSpec(errors, spec)
  checkIndexedName(errors, job, spec)
}

/** Pods of indexed jobs are named by job and index. */
function checkIndexedName(
  errors: Errors,
  { metadata: { name = '' } }: Job,
  { completionMode, completions = 0 }: JobSpec,
): void {
  if (completionMode !== 'Indexed' || completions <= 0) return
  const hostname = `${name}-${completions - 1}`
  if (dns1123LabelErrors(hostname).length === 0) return
  const detail = `will not able to create pod with invalid DNS label: ${hostname}`
  errors.push(invalid('metadata.name', name, detail))
}

function checkGeneratedSelector(errors: Errors, job: Job, spec: JobSpec): void {
  if (spec.manualSelector === true || spec.selector === undefined) return
  const { uid = '', name = '' } = job.metadata
  const expected = {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  }
  const labels = spec.template?.metadata?.labels
  for (const [key, value] of Object.entries(expected)) {
    const path = 'spec.template.metadata.labels'
    if (labels?.[key] === undefined) {
      errors.push(required(`${path}[${key}]`, `must be '${value}'`))
    } else if (labels[key] !== value) {
      errors.push(invalid(`${path}[${key}]`, sortedMap(labels), `must be '${value}'`))
    }
  }
  const selector = selectorOf(spec.selector)
  if (!selector.ok || matches(selector.value, expected)) return
  errors.push(invalid('spec.selector', spec.selector, '`selector` not auto-generated'))
}

function checkFullSpec(errors: Errors, spec: JobSpec): void {
  checkSpec(errors, 'spec', spec)
  if (spec.selector === undefined) errors.push(required('spec.selector', ''))
  else checkLabelSelector(errors, 'spec.selector', spec.selector)
  checkSelected(errors, 'spec.template', spec.template ?? noTemplate, spec.selector)
}

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const

function checkSpec(errors: Errors, path: string, spec: JobSpec): void {
  for (const key of counts) checkNonnegative(errors, `${path}.${key}`, spec[key])
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'))
  }
  const { managedBy } = spec
  if (managedBy !== undefined && !/^[^/]+\/.+$/.test(managedBy)) {
    const detail = 'must be a domain-prefixed path (such as "acme.io/foo")'
    errors.push(invalid(`${path}.managedBy`, managedBy, detail))
  }
  checkCompletionMode(errors, path, spec)
  checkPolicies(errors, path, spec)
  checkTemplate(errors, `${path}.template`, spec.template ?? noTemplate)
  checkRestartPolicy(errors, `${path}.template.spec.restartPolicy`, spec)
}

const modes = ['NonIndexed', 'Indexed']

function checkCompletionMode(errors: Errors, path: string, spec: JobSpec): void {
  const { completionMode, completions, parallelism, maxFailedIndexes } = spec
  checkKnown(errors, `${path}.completionMode`, completionMode, modes)
  if (completionMode === 'Indexed') {
    if (completions === undefined) {
      errors.push(required(`${path}.completions`, 'when completion mode is Indexed'))
    }
    if (parallelism !== undefined && parallelism > parallelismMax) {
      const detail = `must be less than or equal to ${parallelismMax} when completion mode is Indexed`
      errors.push(invalid(`${path}.parallelism`, parallelism, detail))
    }
    if (maxFailedIndexes === undefined || completions === undefined) return
    if (maxFailedIndexes <= completions) return
    const detail = 'must be less than or equal to completions'
    errors.push(invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, detail))
  } else if (completionMode === undefined || completionMode === 'NonIndexed') {
    for (const key of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      if (spec[key] === undefined) continue
      errors.push(invalid(`${path}.${key}`, spec[key], 'requires indexed completion mode'))
    }
  }
}

const replacements = ['Failed', 'TerminatingOrFailed']

function checkPolicies(errors: Errors, path: string, spec: JobSpec): void {
  const { podFailurePolicy, successPolicy, podReplacementPolicy } = spec
  podFailurePolicy?.rules?.forEach((rule, index) => {
    checkFailureRule(errors, `${path}.podFailurePolicy.rules[${index}]`, rule, spec)
  })
  if (successPolicy !== undefined) {
    const at = `${path}.successPolicy`
    const rules = successPolicy.rules ?? []
    if (spec.completionMode !== 'Indexed') {
      const shown = { Rules: rules.map(goSuccessRule) }
      errors.push(invalid(at, shown, 'requires indexed completion mode'))
    } else {
      if (rules.length === 0) {
        const detail = 'at least one rules must be specified when the successPolicy is specified'
        errors.push(required(`${at}.rules`, detail))
      }
      rules.forEach((rule, index) => checkSuccessRule(errors, `${at}.rules[${index}]`, rule, spec))
    }
  }
  if (podReplacementPolicy === undefined) return
  const at = `${path}.podReplacementPolicy`
  const allowed = podFailurePolicy === undefined ? replacements : ['Failed']
  checkKnown(errors, at, podReplacementPolicy, allowed)
}

function goSuccessRule({ succeededIndexes, succeededCount }: SuccessPolicyRule): object {
  return { SucceededIndexes: succeededIndexes ?? null, SucceededCount: succeededCount ?? null }
}

function checkSuccessRule(
  errors: Errors,
  path: string,
  rule: SuccessPolicyRule,
  { completions = 0 }: JobSpec,
): void {
  const { succeededCount, succeededIndexes } = rule
  if (succeededCount === undefined && succeededIndexes === undefined) {
    const detail = 'at least one of succeededCount or succeededIndexes must be specified'
    errors.push(required(path, detail))
  }
  let total: number | undefined
  if (succeededIndexes !== undefined) {
    const parsed = parseIndexes(succeededIndexes, completions)
    if (typeof parsed === 'string') {
      const detail = `error parsing succeededIndexes: ${parsed}`
      errors.push(invalid(`${path}.succeededIndexes`, succeededIndexes, detail))
    }
    total = typeof parsed === 'string' ? 0 : parsed
  }
  if (succeededCount === undefined) return
  const at = `${path}.succeededCount`
  checkNonnegative(errors, at, succeededCount)
  if (succeededCount > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`
    errors.push(invalid(at, succeededCount, detail))
  }
  if (total === undefined || succeededCount <= total) return
  const detail = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`
  errors.push(invalid(at, succeededCount, detail))
}

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const statuses = ['False', 'True', 'Unknown']

/** An invalid value that is not shown. */
function unshown(field: string, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, body: `Invalid value: ${detail}` }
}

function checkFailureRule(
  errors: Errors,
  path: string,
  rule: PodFailurePolicyRule,
  spec: JobSpec,
): void {
  const { action = '', onExitCodes, onPodConditions = [] } = rule
  if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) {
      const detail = 'requires the backoffLimitPerIndex to be set'
      errors.push(invalid(`${path}.action`, action, detail))
    }
  } else if (!actions.includes(action)) {
    errors.push(notSupported(`${path}.action`, action, actions))
  }
  if (onExitCodes !== undefined) checkExitCodes(errors, `${path}.onExitCodes`, onExitCodes, spec)
  onPodConditions.forEach(({ status = '' }, index) => {
    if (statuses.includes(status)) return
    errors.push(notSupported(`${path}.onPodConditions[${index}].status`, status, statuses))
  })
  if (onExitCodes !== undefined && onPodConditions.length > 0) {
    errors.push(unshown(path, 'specifying both OnExitCodes and OnPodConditions is not supported'))
  }
  if (onExitCodes === undefined && onPodConditions.length === 0) {
    errors.push(unshown(path, 'specifying one of OnExitCodes and OnPodConditions is required'))
  }
}

const operators = ['In', 'NotIn']

function checkExitCodes(
  errors: Errors,
  path: string,
  codes: NonNullable<PodFailurePolicyRule['onExitCodes']>,
  { template }: JobSpec,
): void {
  const { operator = '', containerName, values = [] } = codes
  checkKnown(errors, `${path}.operator`, operator, operators)
  const containers = [
    ...(template?.spec?.containers ?? []),
    ...(template?.spec?.initContainers ?? []),
  ]
  if (containerName !== undefined && !containers.some(each => each.name === containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template'
    errors.push(invalid(`${path}.containerName`, containerName, detail))
  }
  const at = `${path}.values`
  if (values.length === 0) errors.push(invalid(at, values, 'at least one value is required'))
  values.forEach((value, index) => {
    if (operator === 'In' && value === 0) {
      errors.push(invalid(`${at}[${index}]`, value, 'must not be 0 for the In operator'))
    }
    if (values.indexOf(value) < index) errors.push(duplicate(`${at}[${index}]`, value))
  })
  const ordered = values.every((value, index) => index === 0 || (values[index - 1] ?? 0) <= value)
  if (!ordered) errors.push(invalid(at, values, 'must be ordered'))
}

function checkRestartPolicy(errors: Errors, path: string, spec: JobSpec): void {
  const policy = spec.template?.spec?.restartPolicy ?? ''
  if (policy === 'Always' || policy === '') {
    errors.push(required(path, 'valid values: "OnFailure", "Never"'))
  } else if (policy !== 'OnFailure' && policy !== 'Never') {
    errors.push(notSupported(path, policy, ['OnFailure', 'Never']))
  } else if (spec.podFailurePolicy !== undefined && policy !== 'Never') {
    const detail = 'only "Never" is supported when podFailurePolicy is specified'
    errors.push(invalid(path, policy, detail))
  }
}

const fixed = [
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
] as const

export function checkJobUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  const spec = (object as Job).spec ?? { template: noTemplate }
  const before = (old as Job).spec ?? { template: noTemplate }
  const job = object as Job
  checkGeneratedSelector(errors, job, spec)
  checkFullSpec(errors, spec)
  checkIndexedName(errors, job, spec)
  checkFullSpec(errors, spec)
  checkCompletions(errors, spec, before)
  if (!sameValue(spec.selector, before.selector)) {
    errors.push(invalid('spec.selector', spec.selector, immutableText))
  }
  checkJobTemplate(errors, spec, old as Job)
  for (const key of fixed) {
    if (sameValue(spec[key], before[key])) continue
    errors.push(invalid(`spec.${key}`, spec[key], immutableText))
  }
}

/** The template is final, but for directives and resources of a job that is suspended. */
function checkJobTemplate(errors: Errors, spec: JobSpec, old: Job): void {
  const { spec: podSpec } = spec.template ?? noTemplate
  const template = comparableTemplate(spec, old)
  if (isOpen(old) && podSpec !== undefined && template.spec !== undefined) {
    if (sameValue(podSpec, withResourcesOf(template.spec, podSpec))) return
    const shown = JSON.parse(internalPodJson(podSpec)) as unknown
    errors.push(invalid('spec.template.spec', shown, immutableText))
  } else if (!sameValue(spec.template, template)) {
    errors.push(invalid('spec.template', goTemplate(spec.template), immutableText))
  }
}

/** A suspended job without pods may still get other scheduling directives and resources. */
function isOpen({ spec, status }: Job): boolean {
  const isSuspended = status?.conditions?.some(
    ({ type, status: is }) => type === 'Suspended' && is === 'True',
  )
  const isIdle = status?.startTime === undefined || isSuspended === true
  return spec?.suspend === true && isIdle && (status?.active ?? 0) === 0
}

function withResourcesOf(before: PodSpec, next: PodSpec): PodSpec {
  const { initContainers } = before
  return {
    ...before,
    containers: sized(before.containers, next.containers),
    ...(initContainers && { initContainers: sized(initContainers, next.initContainers) }),
  }
}

function sized(
  before: readonly Container[] = [],
  next: readonly Container[] = [],
): readonly Container[] {
  if (before.length !== next.length) return before
  return before.map((container, index) => {
    const other = next[index]
    if (other?.name !== container.name) return container
    return taken<Container>(container, other, ['resources'])
  })
}

function comparableTemplate(spec: JobSpec, old: Job): PodTemplateSpec {
  const template = old.spec?.template ?? noTemplate
  const podSpec = template.spec
  if (!isOpen(old) || podSpec === undefined) return template
  const next = spec.template ?? noTemplate
  const metadata = taken(template.metadata ?? {}, next.metadata ?? {}, ['labels', 'annotations'])
  const directives = ['nodeSelector', 'tolerations', 'schedulingGates'] as const
  const scheduled = taken(podSpec, next.spec ?? noPodSpec, directives)
  const affinity = taken(podSpec.affinity ?? {}, next.spec?.affinity ?? {}, ['nodeAffinity'])
  const { affinity: _before, ...rest } = scheduled
  const affine = Object.keys(affinity).length > 0 || next.spec?.affinity !== undefined
  return { ...template, metadata, spec: affine ? { ...rest, affinity } : rest }
}

const noPodSpec: PodSpec = { containers: [] }

/** `into` with some fields as `from` has them, or without them. */
function taken<T extends object>(into: T, from: T, keys: readonly (keyof T)[]): T {
  const result = { ...into }
  for (const key of keys) {
    if (from[key] === undefined) delete result[key]
    else result[key] = from[key]
  }
  return result
}

function checkCompletions(errors: Errors, spec: JobSpec, before: JobSpec): void {
  if (spec.completions === before.completions) return
  const path = 'spec.completions'
  if (spec.completionMode !== 'Indexed') {
    errors.push(invalid(path, spec.completions, immutableText))
  } else if (spec.completions !== undefined && spec.completions !== spec.parallelism) {
    const detail = 'can only be modified in tandem with spec.parallelism'
    errors.push(invalid(path, spec.completions, detail))
  }
}

const concurrency = ['Allow', 'Forbid', 'Replace']
const nameLengthMax = 52

export function checkCronJob(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkCronJobSpec(errors, (object as CronJob).spec)
  const name = object.metadata.name ?? ''
  if (name.length > nameLengthMax) {
    errors.push(invalid('metadata.name', name, 'must be no more than 52 characters'))
  }
}

export function checkCronJobUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  checkCronJobSpec(errors, (object as CronJob).spec, (old as CronJob).spec)
}

function checkCronJobSpec(errors: Errors, spec: CronJobSpec | undefined, old?: CronJobSpec): void {
  const { schedule = '', timeZone, concurrencyPolicy = '' } = spec ?? {}
  if (schedule === '') errors.push(required('spec.schedule', ''))
  else {
    const zoned = old?.schedule.includes('TZ') === true
    for (const text of scheduleErrors(schedule, zoned, timeZone)) {
      errors.push(invalid('spec.schedule', schedule, text))
    }
  }
  checkNonnegative(errors, 'spec.startingDeadlineSeconds', spec?.startingDeadlineSeconds)
  if (timeZone !== undefined && timeZone !== old?.timeZone) checkTimeZone(errors, timeZone)
  checkKnown(errors, 'spec.concurrencyPolicy', concurrencyPolicy, concurrency)
  const job = spec?.jobTemplate?.spec ?? { template: noTemplate }
  checkSpec(errors, 'spec.jobTemplate.spec', job)
  if (job.selector !== undefined) {
    const path = 'spec.jobTemplate.spec.selector'
    errors.push(invalid(path, job.selector, '`selector` will be auto-generated'))
  }
  if (job.manualSelector === true) {
    errors.push(notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']))
  }
  checkNonnegative(errors, 'spec.successfulJobsHistoryLimit', spec?.successfulJobsHistoryLimit)
  checkNonnegative(errors, 'spec.failedJobsHistoryLimit', spec?.failedJobsHistoryLimit)
}

const zonePart = /^[A-Za-z0-9._+-]{1,14}$/

function checkTimeZone(errors: Errors, zone: string): void {
  const path = 'spec.timeZone'
  if (zone === '') {
    errors.push(invalid(path, zone, 'timeZone must be nil or non-empty string'))
    return
  }
  const bad = zone
    .split('/')
    .some(part => part === '.' || part === '..' || part.startsWith('-') || !zonePart.test(part))
  if (bad) {
    errors.push(invalid(path, zone, `unknown time zone ${zone}`))
    return
  }
  if (zone.toLowerCase() === 'local') {
    const detail =
      'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'
    errors.push(invalid(path, zone, detail))
  }
  if (timeZoneOf(zone) === undefined) errors.push(invalid(path, zone, timeZoneError(zone)))
}
