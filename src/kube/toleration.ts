// Which tolerations tolerate which taints. Upstream: api core/v1/toleration.go and
// component-helpers scheduling/corev1/helpers.go, v0.36.3.

import type { Taint, Toleration } from './generated/types.ts'

export interface TolerationOptions {
  /** Gate TaintTolerationComparisonOperators (alpha and off in 1.36): operators Lt and Gt. */
  readonly comparison?: boolean
}

/** Whether one toleration tolerates the taint. */
export function toleratesTaint(
  toleration: Toleration,
  taint: Taint,
  { comparison = false }: TolerationOptions = {},
): boolean {
  const { key = '', effect = '', operator = '', value = '' } = toleration
  if (effect !== '' && effect !== taint.effect) return false
  if (key !== '' && key !== taint.key) return false
  switch (operator) {
    case '':
    case 'Equal':
      return value === (taint.value ?? '')
    case 'Exists':
      return true
    case 'Lt':
    case 'Gt':
      return comparison && comparesTrue(taint.value ?? '', operator, value)
    default:
      return false
  }
}

const decimalInteger = /^(?:0|-?[1-9][0-9]*)$/

function comparesTrue(taintValue: string, operator: 'Lt' | 'Gt', value: string): boolean {
  if (!decimalInteger.test(taintValue) || !decimalInteger.test(value)) return false
  const [left, right] = [BigInt(taintValue), BigInt(value)]
  if (BigInt.asIntN(64, left) !== left || BigInt.asIntN(64, right) !== right) return false
  return operator === 'Lt' ? left < right : left > right
}

/** Whether any of the tolerations tolerates the taint. */
export function tolerationsTolerate(
  tolerations: readonly Toleration[] | undefined,
  taint: Taint,
  options?: TolerationOptions,
): boolean {
  return tolerations?.some(toleration => toleratesTaint(toleration, taint, options)) ?? false
}

export interface UntoleratedQuery extends TolerationOptions {
  readonly tolerations: readonly Toleration[] | undefined
  /** Taints with other effects do not count. */
  readonly effects: readonly string[]
}

/** The first taint with one of the effects that no toleration tolerates. */
export function firstUntolerated(
  taints: readonly Taint[] | undefined,
  query: UntoleratedQuery,
): Taint | undefined {
  const { tolerations, effects } = query
  return taints?.find(
    taint => effects.includes(taint.effect) && !tolerationsTolerate(tolerations, taint, query),
  )
}

/** `key=value:Effect`, as messages name a taint. */
export function taintText({ key, value = '', effect }: Taint): string {
  if (effect === '') return value === '' ? key : `${key}=${value}:`
  return value === '' ? `${key}:${effect}` : `${key}=${value}:${effect}`
}
