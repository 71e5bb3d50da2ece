// Deployments, replica sets, stateful sets and daemon sets.
// Upstream: pkg/apis/apps/validation/validation.go, v1.36.3.

import { dns1123LabelErrors, percentErrors } from '../formats.ts'
import type {
  DaemonSet,
  DaemonSetSpec,
  Deployment,
  DeploymentSpec,
  IntOrString,
  LabelSelector,
  PodTemplateSpec,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
  StatefulSetSpec,
} from '../generated/types.ts'
import { selectorOf } from '../label-selector.ts'
import type { KubeObject } from '../object.ts'
import {
  checkLabelDns,
  checkLabels,
  checkLabelSelector,
  checkNonnegative,
  type Errors,
  immutableText,
  nonnegativeText,
  refuse,
  subdomainName,
} from './checks.ts'
import { forbidden, goSelector, invalid, notSupported, required } from './field-error.ts'
import { checkAnnotations, checkMeta } from './meta.ts'
import { checkRunsForEver, checkSelected, checkTemplate } from './pod/template.ts'
import { sameValue } from './same.ts'
import { checkClaimSpec } from './storage.ts'

const noTemplate: PodTemplateSpec = {}

type ReplicationControllerSpec = NonNullable<ReplicationController['spec']>

export function checkIntOrPercent(errors: Errors, path: string, value: IntOrString): void {
  if (typeof value === 'string') refuse(errors, path, value, percentErrors(value))
  else if (value < 0) errors.push(invalid(path, value, nonnegativeText))
}

export function checkAtMost100Percent(errors: Errors, path: string, value: IntOrString): void {
  if (typeof value !== 'string' || percentErrors(value).length > 0) return
  if (Number.parseInt(value, 10) <= 100) return
  errors.push(invalid(path, value, 'must not be greater than 100%'))
}

function amountOf(value: IntOrString): number {
  if (typeof value === 'number') return value
  return percentErrors(value).length > 0 ? 0 : Number.parseInt(value, 10)
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length + matchExpressions.length === 0
}

function checkSelector(errors: Errors, selector: LabelSelector | undefined, owner: string): void {
  if (selector === undefined) {
    errors.push(required('spec.selector', ''))
    return
  }
  checkLabelSelector(errors, 'spec.selector', selector)
  if (!isEmpty(selector)) return
  errors.push(invalid('spec.selector', selector, `empty selector is invalid for ${owner}`))
}

/** Templates of replica sets repeat the checks of labels and annotations. */
function checkReplicaTemplate(
  errors: Errors,
  template: PodTemplateSpec,
  selector: LabelSelector | undefined,
  owner: string,
): void {
  checkSelected(errors, 'spec.template', template, selector)
  checkTemplate(errors, 'spec.template', template)
  checkRunsForEver(errors, 'spec.template', template, owner)
}

function checkDeploymentSpec(errors: Errors, spec: DeploymentSpec): void {
  checkNonnegative(errors, 'spec.replicas', spec.replicas)
  checkNonnegative(errors, 'spec.minReadySeconds', spec.minReadySeconds)
  checkSelector(errors, spec.selector, 'deployment')
  if (selectorOf(spec.selector).ok) {
    checkReplicaTemplate(errors, spec.template ?? noTemplate, spec.selector, 'ReplicaSet')
  } else {
    errors.push(invalid('spec.selector', goSelector(spec.selector), 'invalid label selector'))
  }
  checkDeploymentStrategy(errors, spec)
  checkNonnegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit)
  const deadline = spec.progressDeadlineSeconds
  if (deadline === undefined) return
  checkNonnegative(errors, 'spec.progressDeadlineSeconds', deadline)
  if (deadline > (spec.minReadySeconds ?? 0)) return
  const detail = 'must be greater than minReadySeconds'
  errors.push(invalid('spec.progressDeadlineSeconds', deadline, detail))
}

function checkDeploymentStrategy(errors: Errors, { strategy = {} }: DeploymentSpec): void {
  const path = 'spec.strategy'
  const { type = '', rollingUpdate } = strategy
  if (type === 'Recreate') {
    if (rollingUpdate === undefined) return
    const detail = "may not be specified when strategy `type` is 'Recreate'"
    errors.push(forbidden(`${path}.rollingUpdate`, detail))
  } else if (type === 'RollingUpdate') {
    const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {}
    const at = `${path}.rollingUpdate.maxUnavailable`
    checkIntOrPercent(errors, at, maxUnavailable)
    checkIntOrPercent(errors, `${path}.rollingUpdate.maxSurge`, maxSurge)
    if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) {
      errors.push(invalid(at, maxUnavailable, 'may not be 0 when `maxSurge` is 0'))
    }
    checkAtMost100Percent(errors, at, maxUnavailable)
  } else {
    const shown = { Type: type, RollingUpdate: rollingUpdate ?? null }
    errors.push(notSupported(path, shown, ['Recreate', 'RollingUpdate']))
  }
}

export function checkDeployment(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkDeploymentSpec(errors, (object as Deployment).spec ?? { template: noTemplate })
}

export function checkDeploymentUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  const { spec } = object as Deployment
  checkDeploymentSpec(errors, spec ?? { template: noTemplate })
  checkSameSelector(errors, spec?.selector, (old as Deployment).spec?.selector)
}

function checkSameSelector(
  errors: Errors,
  selector: LabelSelector | undefined,
  old: LabelSelector | undefined,
): void {
  if (!sameValue(selector, old))
    errors.push(invalid('spec.selector', goSelector(selector), immutableText))
}

function checkReplicaSetSpec(errors: Errors, spec: NonNullable<ReplicaSet['spec']>): void {
  checkNonnegative(errors, 'spec.replicas', spec.replicas)
  checkNonnegative(errors, 'spec.minReadySeconds', spec.minReadySeconds)
  // Upstream says deployment here too.
  checkSelector(errors, spec.selector, 'deployment')
  if (selectorOf(spec.selector).ok) {
    checkReplicaTemplate(errors, spec.template ?? noTemplate, spec.selector, 'ReplicaSet')
  } else {
    errors.push(invalid('spec.selector', goSelector(spec.selector), 'invalid label selector'))
  }
}

export function checkReplicaSet(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkReplicaSetSpec(errors, (object as ReplicaSet).spec ?? {})
}

export function checkReplicaSetUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  const { spec } = object as ReplicaSet
  checkReplicaSetSpec(errors, spec ?? {})
  checkSameSelector(errors, spec?.selector, (old as ReplicaSet).spec?.selector)
}

export function checkReplicationController(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkReplicationControllerSpec(errors, (object as ReplicationController).spec ?? {})
}

export function checkReplicationControllerUpdate(errors: Errors, object: KubeObject): void {
  checkReplicationControllerSpec(errors, (object as ReplicationController).spec ?? {})
}

function checkReplicationControllerSpec(
  errors: Errors,
  { replicas, minReadySeconds, selector = {}, template }: ReplicationControllerSpec,
): void {
  checkNonnegative(errors, 'spec.minReadySeconds', minReadySeconds)
  if (Object.keys(selector).length === 0) errors.push(required('spec.selector', ''))
  checkNonnegative(errors, 'spec.replicas', replicas)
  if (template === undefined) {
    errors.push(required('spec.template', ''))
    return
  }
  if (Object.keys(selector).length > 0) {
    checkSelected(errors, 'spec.template', template, { matchLabels: selector })
  }
  checkTemplate(errors, 'spec.template', template)
  checkRunsForEver(errors, 'spec.template', template, 'ReplicationController')
}

function checkDaemonSetSpec(errors: Errors, spec: DaemonSetSpec): void {
  const { selector, template = noTemplate } = spec
  checkLabelSelector(errors, 'spec.selector', selector)
  checkSelected(errors, 'spec.template', template, selector)
  if (selector !== undefined && isEmpty(selector)) {
    errors.push(invalid('spec.selector', selector, 'empty selector is invalid for daemonset'))
  }
  checkTemplate(errors, 'spec.template', template)
  checkRunsForEver(errors, 'spec.template', template, 'DaemonSet')
  checkNonnegative(errors, 'spec.minReadySeconds', spec.minReadySeconds)
  checkDaemonSetStrategy(errors, spec)
  checkNonnegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit)
}

function checkDaemonSetStrategy(errors: Errors, { updateStrategy = {} }: DaemonSetSpec): void {
  const { type = '', rollingUpdate } = updateStrategy
  const path = 'spec.updateStrategy'
  if (type === 'OnDelete') return
  if (type !== 'RollingUpdate') {
    const shown = { Type: type, RollingUpdate: rollingUpdate ?? null }
    errors.push(notSupported(path, shown, ['RollingUpdate', 'OnDelete']))
    return
  }
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {}
  const unavailable = `${path}.rollingUpdate.maxUnavailable`
  const surge = `${path}.rollingUpdate.maxSurge`
  checkIntOrPercent(errors, unavailable, maxUnavailable)
  checkIntOrPercent(errors, surge, maxSurge)
  checkAtMost100Percent(errors, unavailable, maxUnavailable)
  checkAtMost100Percent(errors, surge, maxSurge)
  if (amountOf(maxUnavailable) !== 0 && amountOf(maxSurge) !== 0) {
    errors.push(invalid(surge, maxSurge, 'may not be set when maxUnavailable is non-zero'))
  } else if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) {
    errors.push(required(unavailable, 'cannot be 0 when maxSurge is 0'))
  }
}

export function checkDaemonSet(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkDaemonSetSpec(errors, (object as DaemonSet).spec ?? { template: noTemplate })
}

export function checkDaemonSetUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  const { spec } = object as DaemonSet
  checkSameSelector(errors, spec?.selector, (old as DaemonSet).spec?.selector)
  checkDaemonSetSpec(errors, spec ?? { template: noTemplate })
}

function checkStatefulSetSpec(errors: Errors, spec: StatefulSetSpec, created: boolean): void {
  const policy = spec.podManagementPolicy ?? ''
  if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    const detail = "must be 'OrderedReady' or 'Parallel'"
    errors.push(invalid('spec.podManagementPolicy', policy, detail))
  }
  checkStatefulSetStrategy(errors, spec)
  checkRetention(errors, spec)
  if (created) {
    spec.volumeClaimTemplates?.forEach((claim, index) => {
      checkClaimSpec(errors, `spec.volumeClaimTemplates[${index}].spec`, claim.spec ?? {})
    })
  }
  checkNonnegative(errors, 'spec.replicas', spec.replicas)
  checkNonnegative(errors, 'spec.minReadySeconds', spec.minReadySeconds)
  checkNonnegative(errors, 'spec.ordinals.start', spec.ordinals?.start)
  if (created && spec.serviceName !== undefined && spec.serviceName !== '') {
    checkLabelDns(errors, 'spec.serviceName', spec.serviceName)
  }
  checkSelector(errors, spec.selector, 'statefulset')
  const template = spec.template ?? noTemplate
  if (selectorOf(spec.selector).ok) {
    checkSelected(errors, 'spec.template', template, spec.selector)
    checkTemplate(errors, 'spec.template', withClaimVolumes(template, spec))
    checkLabels(errors, 'spec.template.labels', template.metadata?.labels)
    checkAnnotations(errors, 'spec.template.annotations', template.metadata?.annotations)
  } else {
    errors.push(invalid('spec.selector', spec.selector, ''))
  }
  checkRunsForEver(errors, 'spec.template', template, 'StatefulSet')
}

/** The template as its pods will be: with the volumes of its claims, without identity. */
function withClaimVolumes(template: PodTemplateSpec, spec: StatefulSetSpec): PodTemplateSpec {
  const claims = spec.volumeClaimTemplates ?? []
  const { spec: podSpec } = template
  if (podSpec === undefined || claims.length === 0) return template
  const { hostname: _hostname, subdomain: _subdomain, ...rest } = podSpec
  const added = claims.map(({ metadata }) => ({
    name: metadata.name ?? '',
    persistentVolumeClaim: { claimName: metadata.name ?? '', readOnly: false },
  }))
  const own = (podSpec.volumes ?? []).filter(
    volume => !added.some(each => each.name === volume.name),
  )
  return { ...template, spec: { ...rest, volumes: [...added, ...own] } }
}

function checkStatefulSetStrategy(errors: Errors, { updateStrategy = {} }: StatefulSetSpec): void {
  const { type = '', rollingUpdate } = updateStrategy
  const path = 'spec.updateStrategy'
  const shown =
    rollingUpdate === undefined
      ? null
      : {
          Partition: rollingUpdate.partition ?? 0,
          MaxUnavailable: rollingUpdate.maxUnavailable ?? null,
        }
  if (type === 'OnDelete') {
    if (rollingUpdate === undefined) return
    const detail = "only allowed for updateStrategy 'RollingUpdate'"
    errors.push(invalid(`${path}.rollingUpdate`, shown, detail))
  } else if (type === 'RollingUpdate') {
    checkNonnegative(errors, `${path}.rollingUpdate.partition`, rollingUpdate?.partition)
    const { maxUnavailable } = rollingUpdate ?? {}
    if (maxUnavailable === undefined) return
    const at = `${path}.rollingUpdate.maxUnavailable`
    checkIntOrPercent(errors, at, maxUnavailable)
    if (amountOf(maxUnavailable) === 0) errors.push(invalid(at, maxUnavailable, 'cannot be 0'))
    checkAtMost100Percent(errors, at, maxUnavailable)
  } else {
    const value = { Type: type, RollingUpdate: shown }
    errors.push(invalid(path, value, "must be 'RollingUpdate' or 'OnDelete'"))
  }
}

const retentionTypes = ['Delete', 'Retain']

function checkRetention(errors: Errors, spec: StatefulSetSpec): void {
  const policy = spec.persistentVolumeClaimRetentionPolicy
  if (policy === undefined) return
  for (const key of ['whenDeleted', 'whenScaled'] as const) {
    const value = policy[key] ?? ''
    if (retentionTypes.includes(value)) continue
    const path = `spec.persistentVolumeClaimRetentionPolicy.${key}`
    errors.push(notSupported(path, value, retentionTypes))
  }
}

export function checkStatefulSet(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, dns1123LabelErrors)
  checkStatefulSetSpec(errors, (object as StatefulSet).spec ?? noStatefulSet, true)
}

const noStatefulSet: StatefulSetSpec = { template: noTemplate, serviceName: '' }

const mutable = [
  'replicas',
  'template',
  'updateStrategy',
  'minReadySeconds',
  'ordinals',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
]

export function checkStatefulSetUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  const spec = (object as StatefulSet).spec ?? noStatefulSet
  const before = (old as StatefulSet).spec ?? noStatefulSet
  checkStatefulSetSpec(errors, spec, false)
  const keys = new Set([...Object.keys(spec), ...Object.keys(before)])
  for (const key of keys) {
    const field = key as keyof StatefulSetSpec
    if (mutable.includes(key) || sameValue(spec[field], before[field])) continue
    const detail =
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
      "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
    errors.push(forbidden('spec', detail))
    return
  }
}
