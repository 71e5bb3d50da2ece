// Autoscalers. Upstream: pkg/apis/autoscaling/validation/validation.go, v1.36.3.

import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HPAScalingRules,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../generated/types.ts'
import { groupOf } from '../kinds.ts'
import type { KubeObject } from '../object.ts'
import { quantityOf } from '../quantity.ts'
import { sign } from '../quantity-math.ts'
import {
  checkKnown,
  checkLabelDns,
  type Errors,
  pathSegmentName,
  refuse,
  subdomainName,
} from './checks.ts'
import { forbidden, invalid, notSupported, required } from './field-error.ts'
import { checkMeta } from './meta.ts'
import { checkContainerResourceName, shownQuantity } from './pod/resources.ts'

export function checkAutoscaler(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkAutoscalerUpdate(errors, object)
}

export function checkAutoscalerUpdate(errors: Errors, object: KubeObject, old?: KubeObject): void {
  const spec = (object as HorizontalPodAutoscaler).spec
  const { minReplicas, maxReplicas = 0, metrics = [], behavior } = spec ?? {}
  const wasZero = (old as HorizontalPodAutoscaler | undefined)?.spec?.minReplicas === 0
  const least = wasZero ? 0 : 1
  if (minReplicas !== undefined && minReplicas < least) {
    const detail = `must be greater than or equal to ${least}`
    errors.push(invalid('spec.minReplicas', minReplicas, detail))
  }
  if (maxReplicas === 0) {
    errors.push(required('spec.maxReplicas', 'must be set and greater than 0'))
  } else if (maxReplicas < 0) {
    errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'))
  }
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    const detail = 'must be greater than or equal to `minReplicas`'
    errors.push(invalid('spec.maxReplicas', maxReplicas, detail))
  }
  const before = (old as HorizontalPodAutoscaler | undefined)?.spec
  const target = spec?.scaleTargetRef
  const rule = targetRule(target, before?.scaleTargetRef)
  checkReference(errors, 'spec.scaleTargetRef', target, rule)
  const objects = objectRule(old as HorizontalPodAutoscaler | undefined)
  metrics.forEach((metric, index) =>
    checkMetric(errors, `spec.metrics[${index}]`, { metric, objects }),
  )
  if (behavior?.scaleUp !== undefined) {
    checkRules(errors, 'spec.behavior.scaleUp', behavior.scaleUp)
  }
  if (behavior?.scaleDown !== undefined) {
    checkRules(errors, 'spec.behavior.scaleDown', behavior.scaleDown)
  }
}

/** Whether a reference must name an API group; `unchecked` where it stays as it was. */
type GroupRule = 'required' | 'optional' | 'unchecked'

function checkReference(
  errors: Errors,
  path: string,
  reference: CrossVersionObjectReference | undefined,
  rule: GroupRule,
): void {
  const { kind = '', name = '', apiVersion = '' } = reference ?? {}
  if (kind === '') errors.push(required(`${path}.kind`, ''))
  else refuse(errors, `${path}.kind`, kind, pathSegmentName(kind))
  if (name === '') errors.push(required(`${path}.name`, ''))
  else refuse(errors, `${path}.name`, name, pathSegmentName(name))
  const problem = versionProblem(apiVersion, rule)
  if (problem !== undefined) errors.push(invalid(`${path}.apiVersion`, apiVersion, problem))
}

function versionProblem(apiVersion: string, rule: GroupRule): string | undefined {
  if (rule === 'unchecked') return undefined
  if (apiVersion.split('/').length > 2) return `unexpected GroupVersion string: ${apiVersion}`
  const lacks = rule === 'required' && groupOf(apiVersion) === ''
  return lacks ? 'apiVersion must specify API group' : undefined
}

/** ReplicationControllers are the only thing in the core group that scales. */
function targetRule(
  next: CrossVersionObjectReference | undefined,
  old: CrossVersionObjectReference | undefined,
): GroupRule {
  const kept = old?.apiVersion === next?.apiVersion && old?.kind === next?.kind
  if (old !== undefined && kept) return 'unchecked'
  return next?.kind === 'ReplicationController' ? 'optional' : 'required'
}

function objectRule(old: HorizontalPodAutoscaler | undefined): GroupRule {
  const wasInvalid = old?.spec?.metrics?.some(
    ({ object }) =>
      versionProblem(object?.describedObject.apiVersion ?? '', 'optional') !== undefined,
  )
  return wasInvalid === true ? 'unchecked' : 'optional'
}

const sources = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource']
const fields = ['object', 'external', 'pods', 'resource', 'containerResource'] as const

interface Checking {
  readonly metric: MetricSpec
  /** How the objects that a metric describes are named. */
  readonly objects: GroupRule
}

function checkMetric(errors: Errors, path: string, { metric, objects }: Checking): void {
  const { type = '' } = metric
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric source type'))
  const known = sources.includes(type)
  if (!known) errors.push(notSupported(`${path}.type`, type, sources))
  const present = fields.filter(field => metric[field] !== undefined)
  const [first] = present
  if (first !== undefined)
    checkSource(errors, `${path}.${first}`, { metric, objects, field: first })
  const expected = known ? `${type.slice(0, 1).toLowerCase()}${type.slice(1)}` : ''
  if (known && !present.some(field => field === expected)) {
    const detail = 'must populate information for the given metric source'
    errors.push(required(`${path}.${expected}`, detail))
  }
  if (!known) errors.push(notSupported(`${path}.type`, type, sources))
  if (present.length === 1) return
  for (const field of present) {
    if (field === expected) continue
    errors.push(forbidden(`${path}.${field}`, 'must populate the given metric source only'))
  }
}

function checkSource(
  errors: Errors,
  path: string,
  { metric, objects, field }: Checking & { readonly field: (typeof fields)[number] },
): void {
  const { object, external, pods, resource, containerResource } = metric
  if (field === 'object') {
    checkReference(errors, `${path}.describedObject`, object?.describedObject, objects)
    checkIdentified(errors, path, object)
    if (object?.target?.value === undefined && object?.target?.averageValue === undefined) {
      const detail = 'must set either a target value or averageValue'
      errors.push(required(`${path}.target.averageValue`, detail))
    }
  } else if (field === 'external') {
    checkIdentified(errors, path, external)
    checkExternalTarget(errors, `${path}.target`, external?.target)
  } else if (field === 'pods') {
    checkIdentified(errors, path, pods)
    if (pods?.target?.averageValue === undefined) {
      const detail = 'must specify a positive target averageValue'
      errors.push(required(`${path}.target.averageValue`, detail))
    }
  } else {
    const source = field === 'resource' ? resource : containerResource
    const name = source?.name ?? ''
    if (name === '') errors.push(required(`${path}.name`, 'must specify a resource name'))
    else if (field === 'containerResource') {
      checkContainerResourceName(errors, `${path}.name`, name)
    }
    if (field === 'containerResource') checkContainer(errors, path, containerResource?.container)
    checkResourceTarget(errors, `${path}.target`, source?.target)
  }
}

function checkContainer(errors: Errors, path: string, container = ''): void {
  if (container === '') errors.push(required(`${path}.container`, 'must specify a container'))
  else checkLabelDns(errors, `${path}.container`, container)
}

interface Identified {
  readonly metric: MetricIdentifier
  readonly target: MetricTarget
}

function checkIdentified(errors: Errors, path: string, source: Identified | undefined): void {
  const name = source?.metric?.name ?? ''
  if (name === '') errors.push(required(`${path}.metric.name`, 'must specify a metric name'))
  else refuse(errors, `${path}.metric.name`, name, pathSegmentName(name))
  checkTarget(errors, `${path}.target`, source?.target)
}

function checkExternalTarget(errors: Errors, path: string, target?: MetricTarget): void {
  if (target?.value === undefined && target?.averageValue === undefined) {
    const detail = 'must set either a target value for metric or a per-pod target'
    errors.push(required(`${path}.averageValue`, detail))
  }
  if (target?.value !== undefined && target.averageValue !== undefined) {
    const detail = 'may not set both a target value for metric and a per-pod target'
    errors.push(forbidden(`${path}.value`, detail))
  }
}

function checkResourceTarget(errors: Errors, path: string, target?: MetricTarget): void {
  checkTarget(errors, path, target)
  const { averageUtilization, averageValue } = target ?? {}
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization'
    errors.push(required(`${path}.averageUtilization`, detail))
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization'
    errors.push(forbidden(`${path}.averageValue`, detail))
  }
}

const targetTypes = ['Utilization', 'Value', 'AverageValue']

function checkTarget(errors: Errors, path: string, target?: MetricTarget): void {
  const { type = '', value, averageValue, averageUtilization } = target ?? {}
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric target type'))
  if (!targetTypes.includes(type)) {
    const detail = 'must be either Utilization, Value, or AverageValue'
    errors.push(invalid(`${path}.type`, type, detail))
  }
  if (value !== undefined && sign(quantityOf(value)) !== 1) {
    errors.push(invalid(`${path}.value`, shownQuantity(value), 'must be positive'))
  }
  if (averageValue !== undefined && sign(quantityOf(averageValue)) !== 1) {
    errors.push(invalid(`${path}.averageValue`, shownQuantity(averageValue), 'must be positive'))
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    const detail = 'must be greater than 0'
    errors.push(invalid(`${path}.averageUtilization`, averageUtilization, detail))
  }
}

const windowSecondsMax = 3600
const periodSecondsMax = 1800
const selectPolicies = ['Disabled', 'Max', 'Min']
const policyTypes = ['Percent', 'Pods']

function checkRules(errors: Errors, path: string, rules: HPAScalingRules): void {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules
  if (window !== undefined && window < 0) {
    const detail = 'must be greater than or equal to zero'
    errors.push(invalid(`${path}.stabilizationWindowSeconds`, window, detail))
  }
  if (window !== undefined && window > windowSecondsMax) {
    const detail = `must be less than or equal to ${windowSecondsMax}`
    errors.push(invalid(`${path}.stabilizationWindowSeconds`, window, detail))
  }
  checkKnown(errors, `${path}.selectPolicy`, selectPolicy, selectPolicies)
  if (policies.length === 0) {
    errors.push(required(`${path}.policies`, 'must specify at least one Policy'))
  }
  policies.forEach(({ type = '', value = 0, periodSeconds = 0 }, index) => {
    const at = `${path}.policies[${index}]`
    checkKnown(errors, `${at}.type`, type, policyTypes)
    if (value <= 0) errors.push(invalid(`${at}.value`, value, 'must be greater than zero'))
    if (periodSeconds <= 0) {
      errors.push(invalid(`${at}.periodSeconds`, periodSeconds, 'must be greater than zero'))
    }
    if (periodSeconds > periodSecondsMax) {
      const detail = `must be less than or equal to ${periodSecondsMax}`
      errors.push(invalid(`${at}.periodSeconds`, periodSeconds, detail))
    }
  })
  if (tolerance !== undefined && sign(quantityOf(tolerance)) < 0) {
    const detail = 'must be greater than or equal to 0'
    errors.push(invalid(`${path}.tolerance`, shownQuantity(tolerance), detail))
  }
}
