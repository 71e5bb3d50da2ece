// What kube-scheduler checks in the arguments of its plugins. Upstream:
// pkg/scheduler/apis/config/validation/validation_pluginargs.go, v1.36.3. Arguments of
// NodeResourcesFit are checked when the plugin starts, by the same rules.

import { sortedStrings } from '../base/compare.ts'
import { parseDuration } from '../kube/duration.ts'
import { labelKeyErrors } from '../kube/formats.ts'
import type {
  DefaultPreemptionArgs,
  DynamicResourcesArgs,
  InterPodAffinityArgs,
  NodeAffinityArgs,
  NodeResourcesBalancedAllocationArgs,
  NodeResourcesFitArgs,
  PodTopologySpreadArgs,
  ResourceSpec,
  TopologySpreadConstraint,
  UtilizationShapePoint,
  VolumeBindingArgs,
} from '../kube/generated/types.ts'
import { compilePreferredTerms, nodeSelectorError } from '../kube/node-affinity.ts'
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../kube/validation/field-error.ts'

type Errors = readonly FieldError[]

type Validation = (args: never, path: string) => Errors

const validations: ReadonlyMap<string, Validation> = new Map<string, Validation>([
  ['DefaultPreemption', preemptionErrors],
  ['DynamicResources', dynamicResourcesErrors],
  ['InterPodAffinity', podAffinityErrors],
  ['NodeAffinity', nodeAffinityErrors],
  ['NodeResourcesBalancedAllocation', balanceErrors],
  ['NodeResourcesFit', fitErrors],
  ['PodTopologySpread', spreadErrors],
  ['VolumeBinding', volumeBindingErrors],
])

/** What is wrong with the arguments of a plugin, written under `path`. */
export function argumentErrors(plugin: string, args: unknown, path: string): Errors {
  return validations.get(plugin)?.((args ?? {}) as never, path) ?? []
}

function rangeErrors(path: string, value: number): Errors {
  return value < 0 || value > 100 ? [invalid(path, value, 'not in valid range [0, 100]')] : []
}

function preemptionErrors(args: DefaultPreemptionArgs, path: string): Errors {
  const { minCandidateNodesPercentage: share = 10, minCandidateNodesAbsolute: least = 100 } = args
  const sharePath = `${path}.minCandidateNodesPercentage`
  const leastPath = `${path}.minCandidateNodesAbsolute`
  const zero = 'cannot be zero at the same time as'
  return [
    ...rangeErrors(sharePath, share),
    ...(least < 0 ? [invalid(leastPath, least, 'not in valid range [0, inf)')] : []),
    ...(share !== 0 || least !== 0
      ? []
      : [
          invalid(sharePath, share, `${zero} minCandidateNodesAbsolute`),
          invalid(leastPath, least, `${zero} minCandidateNodesPercentage`),
        ]),
  ]
}

function dynamicResourcesErrors(args: DynamicResourcesArgs, path: string): Errors {
  const { filterTimeout, bindingTimeout } = args
  const errors: FieldError[] = []
  if (filterTimeout !== undefined && (parseDuration(filterTimeout) ?? 0) < 0) {
    errors.push(invalid(`${path}.filterTimeout`, filterTimeout, 'must be zero or positive'))
  }
  if (bindingTimeout !== undefined && (parseDuration(bindingTimeout) ?? 0) < 1000) {
    errors.push(invalid(`${path}.bindingTimeout`, bindingTimeout, 'must be at least 1 second'))
  }
  return errors
}

function podAffinityErrors({ hardPodAffinityWeight = 1 }: InterPodAffinityArgs, path: string) {
  return rangeErrors(`${path}.hardPodAffinityWeight`, hardPodAffinityWeight)
}

function nodeAffinityErrors({ addedAffinity }: NodeAffinityArgs, path: string): Errors {
  const {
    requiredDuringSchedulingIgnoredDuringExecution: wanted,
    preferredDuringSchedulingIgnoredDuringExecution: preferred = [],
  } = addedAffinity ?? {}
  const errors: FieldError[] = []
  const error = wanted && nodeSelectorError(wanted)
  if (error !== undefined) {
    const at = `${path}.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution`
    errors.push(asFieldError(`${at}.${error}`))
  }
  const terms = compilePreferredTerms(preferred)
  if (!terms.ok) {
    const at = `${path}.addedAffinity.preferredDuringSchedulingIgnoredDuringExecution`
    errors.push(asFieldError(`${at}${terms.error}`))
  }
  return errors
}

/** A message that begins with its path. */
function asFieldError(text: string): FieldError {
  const end = text.indexOf(': ')
  return { reason: 'FieldValueInvalid', field: text.slice(0, end), body: text.slice(end + 2) }
}

function balanceErrors({ resources = [] }: NodeResourcesBalancedAllocationArgs, path: string) {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  resources.forEach(({ name, weight = 0 }, index) => {
    const at = `${path}.resources[${index}]`
    if (seen.has(name)) errors.push(duplicate(`${at}.name`, name))
    seen.add(name)
    if (weight > 1 || weight < 0) errors.push(invalid(`${at}.weight`, weight, 'must be 1'))
  })
  return errors
}

function spreadErrors(args: PodTopologySpreadArgs, path: string): Errors {
  const { defaultingType: type = '', defaultConstraints: constraints = [] } = args
  const given = type === '' ? 'System' : type
  const typePath = `${path}.defaultingType`
  const errors: FieldError[] = []
  if (given !== 'System' && given !== 'List') {
    errors.push(notSupported(typePath, given, ['System', 'List']))
  } else if (given === 'System' && constraints.length > 0) {
    errors.push(invalid(typePath, given, 'when .defaultConstraints are not empty'))
  }
  constraints.forEach((constraint, index) => {
    errors.push(...constraintErrors(constraint, `${path}.defaultConstraints[${index}]`))
    const { topologyKey = '', whenUnsatisfiable = '' } = constraint
    const isRepeated = constraints
      .slice(0, index)
      .some(
        other =>
          (other.topologyKey ?? '') === topologyKey &&
          (other.whenUnsatisfiable ?? '') === whenUnsatisfiable,
      )
    if (!isRepeated) return
    const value = `{${topologyKey}, ${whenUnsatisfiable}}`
    errors.push(duplicate(`${path}.defaultConstraints[${index}]`, value))
  })
  return errors
}

const actions: readonly string[] = ['DoNotSchedule', 'ScheduleAnyway']

function constraintErrors(constraint: TopologySpreadConstraint, path: string): Errors {
  const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', labelSelector } = constraint
  const errors: FieldError[] = []
  if (maxSkew <= 0) errors.push(invalid(`${path}.maxSkew`, maxSkew, 'not in valid range (0, inf)'))
  const keyPath = `${path}.topologyKey`
  if (topologyKey === '') errors.push(required(keyPath, 'can not be empty'))
  else errors.push(...nameErrors(keyPath, topologyKey))
  const actionPath = `${path}.whenUnsatisfiable`
  if (whenUnsatisfiable === '') errors.push(required(actionPath, 'can not be empty'))
  else if (!actions.includes(whenUnsatisfiable)) {
    errors.push(notSupported(actionPath, whenUnsatisfiable, actions))
  }
  if (labelSelector !== undefined) {
    const detail = 'constraint must not define a selector, as they deduced for each pod'
    errors.push(forbidden(`${path}.labelSelector`, detail))
  }
  return errors
}

function nameErrors(path: string, name: string): Errors {
  return labelKeyErrors(name).map(error => invalid(path, name, error))
}

function volumeBindingErrors({ bindTimeoutSeconds = 600, shape }: VolumeBindingArgs, path: string) {
  const errors: FieldError[] = []
  if (bindTimeoutSeconds < 0) {
    const detail = 'invalid BindTimeoutSeconds, should not be a negative value'
    errors.push(invalid(`${path}.bindTimeoutSeconds`, bindTimeoutSeconds, detail))
  }
  if (shape !== undefined) {
    const gate = 'turn on the feature gate StorageCapacityScoring'
    const points = shape.map(({ utilization, score }) => ({
      Utilization: utilization,
      Score: score,
    }))
    const detail = `unexpected field \`shape\`, remove it or ${gate}`
    errors.push(invalid(`${path}.shape`, points, detail))
  }
  return errors
}

const strategies: readonly string[] = sortedStrings([
  'LeastAllocated',
  'MostAllocated',
  'RequestedToCapacityRatio',
])

function fitErrors(args: NodeResourcesFitArgs, path: string): Errors {
  const { ignoredResources = [], ignoredResourceGroups = [], scoringStrategy } = args
  const errors: FieldError[] = []
  ignoredResources.forEach((name, index) => {
    errors.push(...nameErrors(`${path}.ignoredResources[${index}]`, name))
  })
  ignoredResourceGroups.forEach((group, index) => {
    const at = `${path}.ignoredResourceGroups[${index}]`
    if (group.includes('/')) {
      errors.push(invalid(at, group, "resource group name can't contain '/'"))
    }
    errors.push(...nameErrors(at, group))
  })
  if (scoringStrategy === undefined) return errors
  const at = `${path}.scoringStrategy`
  const { type = '', resources = [], requestedToCapacityRatio: ratio } = scoringStrategy
  if (!strategies.includes(type)) errors.push(notSupported(`${at}.type`, type, strategies))
  errors.push(...weightErrors(resources, `${at}.resources`))
  const ratioPath = `${at}.requestedToCapacityRatio`
  if (type !== 'RequestedToCapacityRatio') {
    const detail = 'must be nil when type is not RequestedToCapacityRatio'
    return ratio === undefined ? errors : [...errors, forbidden(ratioPath, detail)]
  }
  if (ratio === undefined) {
    const detail = 'must be specified when type is RequestedToCapacityRatio'
    return [...errors, required(ratioPath, detail)]
  }
  return [...errors, ...shapeErrors(ratio.shape ?? [], `${ratioPath}.shape`)]
}

function weightErrors(resources: readonly ResourceSpec[], path: string): Errors {
  return resources.flatMap(({ name, weight = 0 }, index) => {
    // Zero stands for the default of 1.
    if (weight >= 0 && weight <= 100) return []
    const detail = `resource weight of ${name} not in valid range (0, 100]`
    return [invalid(`${path}[${index}].weight`, weight, detail)]
  })
}

function shapeErrors(shape: readonly UtilizationShapePoint[], path: string): Errors {
  if (shape.length === 0) return [required(path, 'at least one point must be specified')]
  const errors: FieldError[] = []
  const unsorted = shape.findIndex(
    ({ utilization }, index) => index > 0 && (shape[index - 1]?.utilization ?? 0) >= utilization,
  )
  if (unsorted > 0) {
    const { utilization = 0 } = shape[unsorted] ?? {}
    const detail = 'values must be sorted in increasing order'
    errors.push(invalid(`${path}[${unsorted}].utilization`, utilization, detail))
  }
  shape.forEach(({ utilization, score }, index) => {
    const at = `${path}[${index}]`
    if (utilization < 0 || utilization > 100) {
      errors.push(invalid(`${at}.utilization`, utilization, 'not in valid range [0, 100]'))
    }
    if (score < 0 || score > 10) {
      errors.push(invalid(`${at}.score`, score, 'not in valid range [0, 10]'))
    }
  })
  return errors
}
