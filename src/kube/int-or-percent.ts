// Absolute numbers or percentages of a total. Upstream: apimachinery pkg/util/intstr/intstr.go,
// v0.36.3.

import type { IntOrString } from './generated/types.ts'
import { goQuote, parseGoInt } from './go-text.ts'

export type { IntOrString }

export type Scaled =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly error: string }

const invalid = 'invalid value for IntOrString: '

/** GetScaledValueFromIntOrPercent: a percentage of `total`, rounded up or down. */
export function scaleIntOrPercent(
  value: IntOrString | undefined | null,
  total: number,
  roundUp: boolean,
): Scaled {
  if (value === undefined || value === null) {
    return { ok: false, error: 'nil value for IntOrString' }
  }
  if (typeof value === 'number') return { ok: true, value }
  if (!value.endsWith('%')) {
    return { ok: false, error: `${invalid}invalid type: string is not a percentage` }
  }
  const digits = value.slice(0, -1)
  const percent = parseGoInt(digits)
  if (!percent.ok) {
    const cause = `strconv.Atoi: parsing ${goQuote(digits)}: ${percent.error}`
    return { ok: false, error: `${invalid}invalid value ${goQuote(value)}: ${cause}` }
  }
  const exact = (percent.value * total) / 100
  return { ok: true, value: roundUp ? Math.ceil(exact) : Math.floor(exact) }
}

/** The scaled value where validation has already refused everything else; 0 for what is not. */
export function scaledValue(
  value: IntOrString | undefined | null,
  total: number,
  roundUp: boolean,
): number {
  if (typeof value === 'number') return value
  const scaled = scaleIntOrPercent(value, total, roundUp)
  return scaled.ok ? scaled.value : 0
}

export type Fenceposts =
  | { readonly ok: true; readonly surge: number; readonly unavailable: number }
  | { readonly ok: false; readonly error: string }

/**
 * ResolveFenceposts of a rolling update: surge rounds up, unavailable down; when both come to zero
 * one pod may be missing. Upstream: pkg/controller/deployment/util/deployment_util.go, v1.36.3.
 */
export function resolveFenceposts(
  maxSurge: IntOrString | undefined | null,
  maxUnavailable: IntOrString | undefined | null,
  desired: number,
): Fenceposts {
  const surge = scaleIntOrPercent(maxSurge ?? 0, desired, true)
  if (!surge.ok) return surge
  const unavailable = scaleIntOrPercent(maxUnavailable ?? 0, desired, false)
  if (!unavailable.ok) return unavailable
  const none = surge.value === 0 && unavailable.value === 0
  return { ok: true, surge: surge.value, unavailable: none ? 1 : unavailable.value }
}
