// DefaultEvictor: which pods may be evicted at all.
// Port of descheduler v0.36.0 pkg/framework/plugins/defaultevictor.

import { formatDuration, parseDuration } from '../../kube/duration.ts'
import { goQuote } from '../../kube/go-text.ts'
import type { LabelSelector, Pod } from '../../kube/generated/types.ts'
import {
  aggregateErrors,
  matches,
  type Parsed,
  type Selector,
  selectorOf,
} from '../../kube/label-selector.ts'
import { timeOrZero } from '../../kube/pod.ts'
import { type ArgType, aggregated, selectorType } from './args.ts'
import { fitsAnyOtherNode, readyNodes } from './node-fit.ts'
import { prefersNoEviction, type PodFilter } from './pods.ts'
import type { CycleLog, DeschedulerWorld } from './world.ts'

export interface DefaultEvictorArgs {
  readonly nodeSelector?: string
  readonly labelSelector?: LabelSelector
  readonly namespaceLabelSelector?: LabelSelector
  readonly priorityThreshold?: { readonly value?: number; readonly name?: string }
  readonly nodeFit?: boolean
  readonly minReplicas?: number
  readonly minPodAge?: string
  readonly noEvictionPolicy?: string
  readonly podProtections?: PodProtections
  readonly evictLocalStoragePods?: boolean
  readonly evictDaemonSetPods?: boolean
  readonly evictSystemCriticalPods?: boolean
  readonly ignorePvcPods?: boolean
  readonly ignorePodsWithoutPDB?: boolean
  readonly evictFailedBarePods?: boolean
}

interface PodProtections {
  readonly extraEnabled?: readonly string[]
  readonly defaultDisabled?: readonly string[]
  readonly config?: {
    readonly PodsWithPVC?: {
      readonly protectedStorageClasses?: readonly { readonly name: string }[]
    }
  }
}

export const defaultEvictorName = 'DefaultEvictor'

export const defaultEvictorTypes: Readonly<Record<string, ArgType>> = {
  nodeSelector: 'string',
  labelSelector: selectorType,
  namespaceLabelSelector: selectorType,
  priorityThreshold: { value: 'int32', name: 'string' },
  nodeFit: 'bool',
  minReplicas: 'uint',
  minPodAge: 'duration',
  noEvictionPolicy: 'string',
  podProtections: {
    extraEnabled: ['string'],
    defaultDisabled: ['string'],
    config: { PodsWithPVC: { protectedStorageClasses: [{ name: 'string' }] } },
  },
  evictLocalStoragePods: 'bool',
  evictDaemonSetPods: 'bool',
  evictSystemCriticalPods: 'bool',
  ignorePvcPods: 'bool',
  ignorePodsWithoutPDB: 'bool',
  evictFailedBarePods: 'bool',
}

const defaultProtections: readonly string[] = [
  'PodsWithLocalStorage',
  'SystemCriticalPods',
  'FailedBarePods',
  'DaemonSetPods',
]
const extraProtections: readonly string[] = [
  'PodsWithPVC',
  'PodsWithoutPDB',
  'PodsWithResourceClaims',
]

/** ValidateDefaultEvictorArgs. */
export function validateDefaultEvictor(args: DefaultEvictorArgs): string | undefined {
  const errors: string[] = []
  const { priorityThreshold, noEvictionPolicy = '', podProtections = {} } = args
  if (priorityThreshold?.value !== undefined && (priorityThreshold.name ?? '') !== '') {
    errors.push('priority threshold misconfigured, only one of priorityThreshold fields can be set')
  }
  if (!['', 'Preferred', 'Mandatory'].includes(noEvictionPolicy)) {
    errors.push('noEvictionPolicy accepts only ["Preferred" "Mandatory"] values')
  }
  const { extraEnabled = [], defaultDisabled = [] } = podProtections
  const usesNew = extraEnabled.length > 0 || defaultDisabled.length > 0
  if (usesDeprecated(args) && usesNew) {
    const fields = 'PodProtections.ExtraEnabled or PodProtections.DefaultDisabled'
    errors.push(`cannot use Deprecated fields alongside ${fields}`)
  }
  if (usesNew) errors.push(...protectionErrors(podProtections))
  return aggregated(errors)
}

function usesDeprecated(args: DefaultEvictorArgs): boolean {
  return (
    args.evictLocalStoragePods === true ||
    args.evictDaemonSetPods === true ||
    args.evictSystemCriticalPods === true ||
    args.ignorePvcPods === true ||
    args.evictFailedBarePods === true ||
    args.ignorePodsWithoutPDB === true
  )
}

function protectionErrors({
  extraEnabled = [],
  defaultDisabled = [],
  config,
}: PodProtections): string[] {
  const invalid = (list: readonly string[], valid: readonly string[], field: string): string[] =>
    list
      .filter(each => !valid.includes(each))
      .map(
        each =>
          `invalid pod protection policy in ${field}: ${goQuote(each)}. ` +
          `Valid options are: [${valid.join(' ')}]`,
      )
  const errors = [
    ...invalid(extraEnabled, extraProtections, 'ExtraEnabled'),
    ...invalid(defaultDisabled, defaultProtections, 'DefaultDisabled'),
  ]
  const repeats = (list: readonly string[]): boolean => new Set(list).size < list.length
  const twice = 'contains duplicate entries'
  if (repeats(defaultDisabled)) errors.push(`PodProtections.DefaultDisabled ${twice}`)
  if (repeats(extraEnabled)) errors.push(`PodProtections.ExtraEnabled ${twice}`)
  if (!extraEnabled.includes('PodsWithPVC')) return errors
  const classes = config?.PodsWithPVC?.protectedStorageClasses ?? []
  classes.forEach(({ name = '' }, index) => {
    const at = `PodProtections.Config.PodsWithPVC.ProtectedStorageClasses[${index}]`
    if (name === '') errors.push(`${at} name cannot be empty`)
  })
  return errors
}

function protectionsOf(args: DefaultEvictorArgs): readonly string[] {
  const { extraEnabled = [], defaultDisabled = [] } = args.podProtections ?? {}
  if (extraEnabled.length > 0 || defaultDisabled.length > 0) {
    return [...defaultProtections.filter(each => !defaultDisabled.includes(each)), ...extraEnabled]
  }
  return [
    ...(args.evictLocalStoragePods === true ? [] : ['PodsWithLocalStorage']),
    ...(args.evictDaemonSetPods === true ? [] : ['DaemonSetPods']),
    ...(args.evictSystemCriticalPods === true ? [] : ['SystemCriticalPods']),
    ...(args.evictFailedBarePods === true ? [] : ['FailedBarePods']),
    ...(args.ignorePvcPods === true ? ['PodsWithPVC'] : []),
    ...(args.ignorePodsWithoutPDB === true ? ['PodsWithoutPDB'] : []),
  ]
}

/** What forbids the eviction of a pod; undefined when nothing does. */
type Constraint = (pod: Pod) => string | undefined

export interface Evictor {
  readonly isEvictable: PodFilter
  readonly isEvictableNow: PodFilter
}

/** The threshold is a number by now: upstream resolves the class when it loads the policy. */
export interface EvictorOptions {
  readonly args: DefaultEvictorArgs
  readonly priorityThreshold: number
}

/** Builds the evictor of a profile, or says which selector is wrong. */
export function defaultEvictor(
  world: DeschedulerWorld,
  log: CycleLog,
  { args, priorityThreshold }: EvictorOptions,
): Evictor | string {
  const labels = args.labelSelector === undefined ? undefined : selectorOf(args.labelSelector)
  if (labels?.ok === false) return labels.error
  const ofNamespace = namespaceSelector(args)
  if (ofNamespace?.ok === false) {
    return `unable to convert namespaceLabelSelector to label selector: ${ofNamespace.error}`
  }
  const constraints = constraintsOf(world, { args, priorityThreshold }, labels?.value)
  return {
    isEvictable: pod => isEvictable(pod, args, constraints, log),
    isEvictableNow: pod => {
      if (args.nodeFit === true) {
        const nodes = readyNodes(world, args.nodeSelector ?? '')
        if (!fitsAnyOtherNode(world, pod, nodes)) return log.refuse(pod, noOtherNode)
      }
      if (ofNamespace === undefined) return true
      const namespace = world.namespaces.find(
        ({ metadata }) => metadata.name === pod.metadata.namespace,
      )
      const isSelected =
        namespace !== undefined && matches(ofNamespace.value, namespace.metadata.labels)
      return isSelected || log.refuse(pod, otherNamespace)
    },
  }
}

const noOtherNode =
  'pod does not fit on any other node because of nodeSelector(s), Taint(s), or nodes marked as unschedulable'
const otherNamespace =
  'pod namespace do not match the namespaceLabelSelector filter in the policy parameter'

function namespaceSelector({
  namespaceLabelSelector: given,
}: DefaultEvictorArgs): Parsed<Selector> | undefined {
  const size = Object.keys(given?.matchLabels ?? {}).length + (given?.matchExpressions ?? []).length
  return given === undefined || size === 0 ? undefined : selectorOf(given)
}

function annotated({ metadata }: Pod, name: string): boolean {
  return Object.hasOwn(metadata.annotations ?? {}, name)
}

function isEvictable(
  pod: Pod,
  args: DefaultEvictorArgs,
  constraints: readonly Constraint[],
  log: CycleLog,
): boolean {
  if (annotated(pod, 'descheduler.alpha.kubernetes.io/evict')) return true
  if (args.noEvictionPolicy === 'Mandatory' && prefersNoEviction(pod)) return false
  const source = pod.metadata.annotations?.['kubernetes.io/config.source']
  const errors = [
    ...(annotated(pod, 'kubernetes.io/config.mirror') ? ['pod is a mirror pod'] : []),
    ...(source !== undefined && source !== 'api' ? ['pod is a static pod'] : []),
    ...(pod.metadata.deletionTimestamp === undefined ? [] : ['pod is terminating']),
    ...constraints.flatMap(constraint => constraint(pod) ?? []),
  ]
  return errors.length === 0 || log.refuse(pod, aggregateErrors(errors))
}

const systemCriticalPriority = 2_000_000_000

/** In upstream's order: it is the order of the texts. */
function constraintsOf(
  world: DeschedulerWorld,
  { args, priorityThreshold }: EvictorOptions,
  labels: Selector | undefined,
): readonly Constraint[] {
  const protections = protectionsOf(args)
  const has = (name: string): boolean => protections.includes(name)
  return [
    ...(has('SystemCriticalPods') ? systemConstraints(priorityThreshold) : []),
    has('FailedBarePods') ? noOwner : noOwnerUnlessFailed,
    ...(has('PodsWithLocalStorage') ? [localStorage] : []),
    ...(has('DaemonSetPods') ? [daemonSetPod] : []),
    ...(has('PodsWithPVC') ? [claims(world, args)] : []),
    ...(has('PodsWithoutPDB') ? [withoutBudget] : []),
    ...(has('PodsWithResourceClaims') ? [resourceClaims] : []),
    ...(labels === undefined || labels.requirements?.length === 0 ? [] : [otherLabels(labels)]),
    ...((args.minReplicas ?? 0) > 1 ? [tooFewReplicas(world, args.minReplicas ?? 0)] : []),
    ...(args.minPodAge === undefined ? [] : [tooYoung(world, args.minPodAge)]),
  ]
}

function systemConstraints(threshold: number): readonly Constraint[] {
  return [
    ({ spec }) =>
      spec?.priority !== undefined && spec.priority >= systemCriticalPriority
        ? 'pod has system critical priority and is protected against eviction'
        : undefined,
    ({ spec }) =>
      spec?.priority !== undefined && spec.priority >= threshold
        ? 'pod has higher priority than specified priority class threshold'
        : undefined,
  ]
}

function ownersOf({ metadata }: Pod) {
  return metadata.ownerReferences ?? []
}

const noOwner: Constraint = pod =>
  ownersOf(pod).length === 0 ? 'pod does not have any ownerRefs' : undefined

const noOwnerUnlessFailed: Constraint = pod =>
  ownersOf(pod).length === 0 && pod.status?.phase !== 'Failed'
    ? 'pod does not have any ownerRefs and is not in failed phase'
    : undefined

const localStorage: Constraint = ({ spec }) =>
  (spec?.volumes ?? []).some(
    ({ hostPath, emptyDir }) => hostPath !== undefined || emptyDir !== undefined,
  )
    ? 'pod has local storage and is protected against eviction'
    : undefined

const daemonSetPod: Constraint = pod =>
  ownersOf(pod).some(({ kind }) => kind === 'DaemonSet')
    ? 'daemonset pods are protected against eviction'
    : undefined

const resourceClaims: Constraint = ({ spec }) =>
  (spec?.resourceClaims ?? []).length > 0
    ? 'pod has ResourceClaims and descheduler is configured to protect ResourceClaims pods'
    : undefined

function claims(world: DeschedulerWorld, args: DefaultEvictorArgs): Constraint {
  const protectedClasses = args.podProtections?.config?.PodsWithPVC?.protectedStorageClasses ?? []
  const names = protectedClasses.map(({ name }) => name)
  const claimNames = ({ spec }: Pod): readonly string[] =>
    (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) => claim?.claimName ?? [])
  if (names.length === 0) {
    return pod =>
      claimNames(pod).length > 0 ? 'pod with PVC is protected against eviction' : undefined
  }
  return pod => {
    const namespace = pod.metadata.namespace ?? ''
    const classes: string[] = []
    for (const claim of claimNames(pod)) {
      const found = world.persistentVolumeClaims.find(
        ({ metadata }) => metadata.namespace === namespace && metadata.name === claim,
      )
      const where = `${goQuote(namespace)}/${goQuote(claim)}`
      if (found === undefined) {
        const missing = `persistentvolumeclaim ${goQuote(claim)} not found`
        return `failed to get persistent volume claim ${where}: ${missing}`
      }
      const name = found.spec?.storageClassName ?? ''
      if (name === '') return `failed to resolve storage class for pod ${where}`
      classes.push(name)
    }
    const used = classes.find(name => names.includes(name))
    return used === undefined ? undefined : `pod using protected storage class ${goQuote(used)}`
  }
}

// v0.36.0 first asks for its list of budgets here, after its informers were started: the list
// stays empty, and so every pod counts as one without a budget.
const withoutBudget: Constraint = () =>
  'pod does not have a PodDisruptionBudget and is protected against eviction'

function otherLabels(selector: Selector): Constraint {
  return ({ metadata }) =>
    matches(selector, metadata.labels)
      ? undefined
      : 'pod labels do not match the labelSelector filter in the policy parameter'
}

function tooFewReplicas({ pods }: DeschedulerWorld, least: number): Constraint {
  return pod => {
    const [owner, ...others] = ownersOf(pod)
    if (owner === undefined || others.length > 0) return undefined
    const count = pods.filter(each => ownersOf(each).some(({ uid }) => uid === owner.uid)).length
    return count < least
      ? `owner has ${count} replicas which is less than minReplicas of ${least}`
      : undefined
  }
}

function tooYoung({ nowMs }: DeschedulerWorld, minPodAge: string): Constraint {
  const leastMs = parseDuration(minPodAge) ?? 0
  return ({ status }) => {
    const started = timeOrZero(status?.startTime)
    if (started !== undefined && nowMs - started >= leastMs) return undefined
    const text = `&Duration{Duration:${formatDuration(leastMs)},}`
    return `pod age is not older than MinPodAge: ${text} seconds`
  }
}
