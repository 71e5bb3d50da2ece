// Limit ranges and resource quotas. Upstream: pkg/apis/core/validation/validation.go, v1.36.3.

import type { LimitRange, LimitRangeItem, Quantity, ResourceQuota } from '../generated/types.ts'
import { labelKeyErrors } from '../formats.ts'
import type { KubeObject } from '../object.ts'
import { quantityOf } from '../quantity.ts'
import { compareQuantities, milliValueOf } from '../quantity-math.ts'
import { type Errors, immutableText, refuse, subdomainName } from './checks.ts'
import { duplicate, forbidden, invalid, required } from './field-error.ts'
import { checkMeta } from './meta.ts'
import {
  allowsOvercommit,
  checkContainerResourceName,
  checkQuantity,
  checkResourceName,
  isHugePage,
  shownQuantity,
} from './pod/resources.ts'
import { sameValue } from './same.ts'

type Amounts = Readonly<Record<string, Quantity>>

export function checkLimitRange(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  const seen = new Set<string>()
  const limits = (object as LimitRange).spec?.limits ?? []
  limits.forEach((item, index) => {
    const at = `spec.limits[${index}]`
    const type = item.type ?? ''
    checkLimitType(errors, `${at}.type`, type)
    if (seen.has(type)) errors.push(duplicate(`${at}.type`, type))
    seen.add(type)
    checkItem(errors, at, item)
  })
}

const limitTypes = ['Pod', 'Container', 'PersistentVolumeClaim']

function checkLimitType(errors: Errors, path: string, type: string): void {
  const messages = labelKeyErrors(type)
  refuse(errors, path, type, messages)
  if (messages.length > 0 || type.includes('/') || limitTypes.includes(type)) return
  errors.push(invalid(path, type, 'must be a standard limit type or fully qualified'))
}

function checkItem(errors: Errors, at: string, item: LimitRangeItem): void {
  const lists = ['max', 'min'] as const
  for (const list of lists) checkNames(errors, `${at}.${list}`, item.type, item[list])
  for (const list of ['default', 'defaultRequest'] as const) {
    if (item.type !== 'Pod') checkNames(errors, `${at}.${list}`, item.type, item[list])
    else if (Object.keys(item[list] ?? {}).length > 0) {
      errors.push(forbidden(`${at}.${list}`, "may not be specified when `type` is 'Pod'"))
    }
  }
  const storage = item.min?.['storage'] ?? item.max?.['storage']
  if (item.type === 'PersistentVolumeClaim' && storage === undefined) {
    const detail = 'either minimum or maximum storage value is required, but neither was provided'
    errors.push(required(`${at}.limits`, detail))
  }
  checkNames(errors, `${at}.maxLimitRequestRatio`, item.type, item.maxLimitRequestRatio)
  const names = new Set(
    [item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio].flatMap(
      amounts => Object.keys(amounts ?? {}),
    ),
  )
  for (const name of names) checkOrder(errors, at, item, name)
}

function checkNames(errors: Errors, path: string, type: string, amounts: Amounts = {}): void {
  for (const name in amounts) {
    const at = `${path}[${name}]`
    if (type === 'Pod' || type === 'Container') checkContainerResourceName(errors, at, name)
    else checkResourceName(errors, at, name)
  }
}

interface Comparison {
  readonly field: string
  readonly shown: Quantity | undefined
  readonly low: Quantity | undefined
  readonly high: Quantity | undefined
  readonly text: (low: string, high: string) => string
}

function checkOrder(errors: Errors, at: string, item: LimitRangeItem, name: string): void {
  const isPod = item.type === 'Pod'
  const min = item.min?.[name]
  const max = item.max?.[name]
  const limit = isPod ? undefined : item.default?.[name]
  const request = isPod ? undefined : item.defaultRequest?.[name]
  const comparisons: readonly Comparison[] = [
    { field: 'min', shown: min, low: min, high: max, text: words('min', 'max') },
    {
      field: 'defaultRequest',
      shown: request,
      low: min,
      high: request,
      text: words('min', 'default request'),
    },
    {
      field: 'defaultRequest',
      shown: request,
      low: request,
      high: max,
      text: words('default request', 'max'),
    },
    {
      field: 'defaultRequest',
      shown: request,
      low: request,
      high: limit,
      text: words('default request', 'default limit'),
    },
    { field: 'default', shown: min, low: min, high: limit, text: words('min', 'default') },
    { field: 'default', shown: max, low: limit, high: max, text: words('default', 'max') },
  ]
  for (const { field, shown, low, high, text } of comparisons) {
    if (low === undefined || high === undefined || !isMore(low, high)) continue
    const detail = text(shownQuantity(low), shownQuantity(high))
    errors.push(invalid(`${at}.${field}[${name}]`, shownQuantity(shown ?? 0), detail))
  }
  checkRatio(errors, `${at}.maxLimitRequestRatio[${name}]`, {
    ratio: item.maxLimitRequestRatio?.[name],
    min,
    max,
  })
  if (allowsOvercommit(name) || limit === undefined || request === undefined) return
  if (compareQuantities(quantityOf(limit), quantityOf(request)) === 0) return
  const detail = `default value ${shownQuantity(limit)} must equal to defaultRequest value ${shownQuantity(request)} in ${name}`
  errors.push(invalid(`${at}.defaultRequest[${name}]`, shownQuantity(request), detail))
}

function words(low: string, high: string): (low: string, high: string) => string {
  return (a, b) => `${low} value ${a} is greater than ${high} value ${b}`
}

function isMore(a: Quantity, b: Quantity): boolean {
  return compareQuantities(quantityOf(a), quantityOf(b)) > 0
}

interface Ratio {
  readonly ratio: Quantity | undefined
  readonly min: Quantity | undefined
  readonly max: Quantity | undefined
}

function checkRatio(errors: Errors, path: string, { ratio, min, max }: Ratio): void {
  if (ratio === undefined) return
  const shown = shownQuantity(ratio)
  if (isMore(1, ratio)) errors.push(invalid(path, shown, `ratio ${shown} is less than 1`))
  if (min === undefined || max === undefined) return
  const limit = milliValueOf(quantityOf(max)) / milliValueOf(quantityOf(min))
  if (milliValueOf(quantityOf(ratio)) / 1000 <= limit) return
  const detail = `ratio ${shown} is greater than max/min = ${limit.toFixed(6)}`
  errors.push(invalid(path, shown, detail))
}

const countable = [
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]
const scopes = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
]
const podAmounts = [
  'pods',
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
  'ephemeral-storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
]

function isCountable(name: string): boolean {
  return countable.includes(name) || isHugePage(name) || name.startsWith('requests.hugepages-')
}

/** BestEffort pods have no amounts, so only their number can be limited. */
function scopeFits(scope: string, name: string): boolean {
  if (scope === 'BestEffort') return name === 'pods'
  if (scope === 'VolumeAttributesClass') {
    return name === 'persistentvolumeclaims' || name === 'requests.storage'
  }
  return podAmounts.includes(name) || isHugePage(name) || name.startsWith('requests.hugepages-')
}

export function checkQuota(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkQuotaSpec(errors, (object as ResourceQuota).spec ?? {})
}

export function checkQuotaUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  const spec = (object as ResourceQuota).spec ?? {}
  checkQuotaSpec(errors, spec)
  const before = [...((old as ResourceQuota).spec?.scopes ?? [])].sort()
  if (sameValue([...(spec.scopes ?? [])].sort(), before)) return
  errors.push(invalid('spec.scopes', spec.scopes, immutableText))
}

type QuotaSpec = NonNullable<ResourceQuota['spec']>

function checkQuotaSpec(errors: Errors, spec: QuotaSpec): void {
  const { hard = {} } = spec
  for (const name in hard) {
    const at = `spec.hard[${name}]`
    checkResourceName(errors, at, name)
    if (!name.includes('/') && !isCountable(name)) {
      errors.push(invalid(at, name, 'must be a standard resource for quota'))
    }
    checkQuantity(errors, at, name, hard[name] ?? 0)
  }
  checkScopes(errors, spec)
  checkScopeSelector(errors, spec)
}

const pairs = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
]

function conflicts(names: readonly string[]): number {
  return pairs.filter(pair => pair.every(scope => names.includes(scope))).length
}

function checkScopes(errors: Errors, { hard = {}, scopes: own = [] }: QuotaSpec): void {
  for (const scope of own) {
    if (!scopes.includes(scope)) errors.push(invalid('spec.scopes', own, 'unsupported scope'))
    for (const name of Object.keys(hard).sort()) {
      if (!isCountable(name) || scopeFits(scope, name)) continue
      errors.push(invalid('spec.scopes', own, 'unsupported scope applied to resource'))
    }
  }
  for (let count = conflicts(own); count > 0; count -= 1) {
    errors.push(invalid('spec.scopes', own, 'conflicting scopes'))
  }
}

const existing = [
  'BestEffort',
  'NotBestEffort',
  'Terminating',
  'NotTerminating',
  'CrossNamespacePodAffinity',
]
const existsText =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, " +
  'ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity'

function checkScopeSelector(errors: Errors, { hard = {}, scopeSelector }: QuotaSpec): void {
  const path = 'spec.scopeSelector.matchExpressions'
  for (const { scopeName = '', operator = '', values = [] } of scopeSelector?.matchExpressions ??
    []) {
    if (!scopes.includes(scopeName)) {
      errors.push(invalid(`${path}.scopeName`, scopeName, 'unsupported scope'))
    }
    for (const name of Object.keys(hard).sort()) {
      if (!isCountable(name) || scopeFits(scopeName, name)) continue
      const shown = goSelector(scopeSelector)
      errors.push(invalid(path, shown, 'unsupported scope applied to resource'))
    }
    if (existing.includes(scopeName) && operator !== 'Exists') {
      errors.push(invalid(`${path}.operator`, operator, existsText))
    }
    if (operator === 'In' || operator === 'NotIn') {
      const detail =
        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
      if (values.length === 0) errors.push(required(`${path}.values`, detail))
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      const detail =
        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
      if (values.length > 0) errors.push(invalid(`${path}.values`, values, detail))
    } else {
      errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
    }
  }
}

function goSelector(selector: QuotaSpec['scopeSelector']): unknown {
  const expressions = selector?.matchExpressions ?? []
  return {
    MatchExpressions: expressions.map(({ scopeName, operator, values }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values ?? null,
    })),
  }
}
