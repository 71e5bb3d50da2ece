// Tolerations, affinity, spreading and gates of pods.
// Upstream: pkg/apis/core/validation/validation.go, v1.36.3.

import { dns1123LabelErrors, labelKeyErrors, labelValueErrors } from '../../formats.ts'
import type {
  Affinity,
  LabelSelector,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
  PodSpec,
  Toleration,
  TopologySpreadConstraint,
} from '../../generated/types.ts'
import {
  checkKnown,
  checkLabelName,
  checkLabelSelector,
  checkPositive,
  type Errors,
  refuse,
} from '../checks.ts'
import { duplicate, forbidden, invalid, notSupported, required } from '../field-error.ts'

const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

export function checkTolerations(
  errors: Errors,
  path: string,
  tolerations: readonly Toleration[],
): void {
  tolerations.forEach((toleration, index) => {
    const at = `${path}[${index}]`
    const { key = '', operator = '', effect = '', tolerationSeconds } = toleration
    if (key !== '') checkLabelName(errors, `${at}.key`, key)
    if (key === '' && operator !== 'Exists') {
      const detail =
        'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      errors.push(invalid(`${at}.operator`, operator, detail))
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
      errors.push(invalid(`${at}.effect`, effect, detail))
    }
    checkTolerationOperator(errors, at, toleration)
    if (effect !== '' && !taintEffects.includes(effect)) {
      errors.push(notSupported(`${at}.effect`, effect, taintEffects))
    }
  })
}

function checkTolerationOperator(
  errors: Errors,
  at: string,
  { operator = '', value = '' }: Toleration,
): void {
  if (operator === 'Equal' || operator === '') {
    const messages = labelValueErrors(value)
    if (messages.length > 0) errors.push(invalid(`${at}.operator`, value, messages.join(';')))
  } else if (operator === 'Exists') {
    if (value === '') return
    const detail = "value must be empty when `operator` is 'Exists'"
    errors.push(invalid(`${at}.operator`, value, detail))
  } else {
    const compares = operator === 'Lt' || operator === 'Gt'
    const known = compares ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists']
    errors.push(notSupported(`${at}.operator`, operator, known))
  }
}

export function checkAffinity(errors: Errors, path: string, affinity: Affinity): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity
  if (nodeAffinity !== undefined) {
    const at = `${path}.nodeAffinity`
    const needed = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution
    const preferred = nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution
    if (needed !== undefined) {
      checkNodeSelector(errors, `${at}.requiredDuringSchedulingIgnoredDuringExecution`, needed)
    }
    preferred?.forEach((term, index) => {
      const place = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`
      checkWeight(errors, place, term.weight)
      checkNodeTerm(errors, `${place}.preference`, term.preference, true)
    })
  }
  if (podAffinity !== undefined) checkPodAffinity(errors, `${path}.podAffinity`, podAffinity)
  if (podAntiAffinity !== undefined) {
    checkPodAffinity(errors, `${path}.podAntiAffinity`, podAntiAffinity)
  }
}

function checkWeight(errors: Errors, path: string, weight: number): void {
  if (weight > 0 && weight <= 100) return
  errors.push(invalid(`${path}.weight`, weight ?? 0, 'must be in the range 1-100'))
}

export function checkNodeSelector(errors: Errors, path: string, selector: NodeSelector): void {
  const at = `${path}.nodeSelectorTerms`
  const terms = selector.nodeSelectorTerms ?? []
  if (terms.length === 0) errors.push(required(at, 'must have at least one node selector term'))
  terms.forEach((term, index) => checkNodeTerm(errors, `${at}[${index}]`, term, false))
}

function checkNodeTerm(
  errors: Errors,
  path: string,
  term: NodeSelectorTerm,
  anyValue: boolean,
): void {
  term.matchExpressions?.forEach((requirement, index) => {
    checkNodeRequirement(errors, `${path}.matchExpressions[${index}]`, requirement, anyValue)
  })
  term.matchFields?.forEach((requirement, index) => {
    checkFieldRequirement(errors, `${path}.matchFields[${index}]`, requirement)
  })
}

function checkNodeRequirement(
  errors: Errors,
  path: string,
  { key, operator, values = [] }: NodeSelectorRequirement,
  anyValue: boolean,
): void {
  const at = `${path}.values`
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(required(at, "must be specified when `operator` is 'In' or 'NotIn'"))
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
    if (values.length > 0) errors.push(forbidden(at, detail))
  } else if (operator === 'Gt' || operator === 'Lt') {
    const detail = "must be specified single value when `operator` is 'Lt' or 'Gt'"
    if (values.length !== 1) errors.push(required(at, detail))
  } else {
    errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
  }
  checkLabelName(errors, `${path}.key`, key)
  if (anyValue) return
  values.forEach((value, index) =>
    refuse(errors, `${at}[${index}]`, value, labelValueErrors(value)),
  )
}

function checkFieldRequirement(
  errors: Errors,
  path: string,
  { key, operator, values = [] }: NodeSelectorRequirement,
): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length !== 1) {
      const detail =
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
      errors.push(required(`${path}.values`, detail))
    }
  } else {
    errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
  }
  if (key !== 'metadata.name') {
    errors.push(invalid(`${path}.key`, key, 'not a valid field selector key'))
  }
}

function checkPodAffinity(
  errors: Errors,
  path: string,
  affinity: NonNullable<Affinity['podAffinity']>,
): void {
  affinity.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, index) => {
    checkPodTerm(errors, `${path}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`, term)
  })
  affinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach((weighted, index) => {
    const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`
    checkWeight(errors, at, weighted.weight)
    checkPodTerm(errors, `${at}.podAffinityTerm`, weighted.podAffinityTerm ?? { topologyKey: '' })
  })
}

function checkPodTerm(errors: Errors, path: string, term: PodAffinityTerm): void {
  checkLabelSelector(errors, `${path}.labelSelector`, term.labelSelector)
  checkLabelSelector(errors, `${path}.namespaceSelector`, term.namespaceSelector)
  for (const name of term.namespaces ?? []) {
    refuse(errors, `${path}.namespace`, name, dns1123LabelErrors(name))
  }
  checkLabelKeys(errors, path, term)
  const key = term.topologyKey ?? ''
  if (key === '') errors.push(required(`${path}.topologyKey`, 'can not be empty'))
  refuse(errors, `${path}.topologyKey`, key, labelKeyErrors(key))
}

interface LabelKeys {
  readonly matchLabelKeys?: readonly string[]
  readonly mismatchLabelKeys?: readonly string[]
  readonly labelSelector?: LabelSelector
}

/** Keys that the server merges into the selector may not be selected twice. */
function checkLabelKeys(
  errors: Errors,
  path: string,
  { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector }: LabelKeys,
): void {
  checkKeys(errors, `${path}.matchLabelKeys`, matchLabelKeys, labelSelector)
  checkKeys(errors, `${path}.mismatchLabelKeys`, mismatchLabelKeys, labelSelector)
  const seen = new Set(Object.keys(labelSelector?.matchLabels ?? {}))
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const index = matchLabelKeys.lastIndexOf(key)
    if (index >= 0 && seen.has(key)) {
      const detail = 'exists in both matchLabelKeys and labelSelector'
      errors.push(invalid(`${path}[${index}]`, key, detail))
    }
    seen.add(key)
  }
  matchLabelKeys.forEach((key, index) => {
    if (!mismatchLabelKeys.includes(key)) return
    const detail = 'exists in both matchLabelKeys and mismatchLabelKeys'
    errors.push(invalid(`${path}.matchLabelKeys[${index}]`, key, detail))
  })
}

function checkKeys(
  errors: Errors,
  path: string,
  keys: readonly string[],
  selector: LabelSelector | undefined,
): void {
  if (keys.length === 0) return
  if (selector === undefined) {
    errors.push(forbidden(path, 'must not be specified when labelSelector is not set'))
    return
  }
  keys.forEach((key, index) => checkLabelName(errors, `${path}[${index}]`, key))
}

const actions = ['DoNotSchedule', 'ScheduleAnyway']
const inclusion = ['Honor', 'Ignore']

export function checkSpread(
  errors: Errors,
  path: string,
  constraints: readonly TopologySpreadConstraint[],
): void {
  constraints.forEach((constraint, index) => {
    const at = `${path}[${index}]`
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', minDomains } = constraint
    checkPositive(errors, `${at}.maxSkew`, maxSkew)
    if (topologyKey === '') errors.push(required(`${at}.topologyKey`, 'can not be empty'))
    checkKnown(errors, `${at}.whenUnsatisfiable`, whenUnsatisfiable, actions)
    const repeated = constraints
      .slice(index + 1)
      .some(
        each =>
          (each.topologyKey ?? '') === topologyKey && each.whenUnsatisfiable === whenUnsatisfiable,
      )
    if (repeated) {
      const field = `${at}.{topologyKey, whenUnsatisfiable}`
      errors.push(duplicate(field, `{${topologyKey}, ${whenUnsatisfiable}}`))
    }
    if (minDomains !== undefined) {
      checkPositive(errors, `${at}.minDomains`, minDomains)
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`
        errors.push(invalid(`${at}.minDomains`, minDomains, detail))
      }
    }
    for (const key of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[key]
      if (policy === undefined || inclusion.includes(policy)) continue
      errors.push(notSupported(`${at}.${key}`, policy, inclusion))
    }
    checkLabelKeys(errors, at, constraint)
    checkLabelSelector(errors, `${at}.labelSelector`, constraint.labelSelector)
  })
}

export function checkSchedulingGates(
  errors: Errors,
  path: string,
  gates: NonNullable<PodSpec['schedulingGates']>,
): void {
  const seen = new Set<string>()
  gates.forEach(({ name }, index) => {
    checkLabelName(errors, `${path}[${index}]`, name)
    if (seen.has(name)) errors.push(duplicate(`${path}[${index}]`, name))
    seen.add(name)
  })
}
