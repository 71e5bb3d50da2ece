// Checks that many kinds share; each appends what is wrong to `errors`.
// Upstream: apimachinery pkg/api/validation and pkg/apis/meta/v1/validation, v0.36.3;
// pkg/apis/core/validation/validation.go, v1.36.3.

import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelKeyErrors,
  labelValueErrors,
  rangeMessage,
} from '../formats.ts'
import type { LabelSelector } from '../generated/types.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from './field-error.ts'

export type Errors = FieldError[]

/** The numbers of the metadata of a field: its value, its place. */
export const nonnegativeText = 'must be greater than or equal to 0'
export const immutableText = 'field is immutable'
const int32Max = 2_147_483_647

/** Appends one `Invalid value` per message. */
export function refuse(
  errors: Errors,
  path: string,
  value: unknown,
  messages: readonly string[],
): void {
  for (const message of messages) errors.push(invalid(path, value, message))
}

/** A field that has one of some values, if it is there. */
export function checkKnown(
  errors: Errors,
  path: string,
  value: string | undefined,
  allowed: readonly string[],
): void {
  if (value === undefined || allowed.includes(value)) return
  errors.push(notSupported(path, value, allowed))
}

/** A field that must have one of some values, and is reported apart when empty. */
export function checkChoice(
  errors: Errors,
  path: string,
  value: string,
  allowed: readonly string[],
): void {
  if (value === '') errors.push(required(path, ''))
  else checkKnown(errors, path, value, allowed)
}

export function checkNonnegative(errors: Errors, path: string, value: number | undefined): void {
  if (value !== undefined && value < 0) errors.push(invalid(path, value, nonnegativeText))
}

export function checkPositive(errors: Errors, path: string, value: number): void {
  if (value <= 0) errors.push(invalid(path, value, 'must be greater than zero'))
}

export function checkLabelDns(errors: Errors, path: string, value: string): void {
  refuse(errors, path, value, dns1123LabelErrors(value))
}

export function checkSubdomain(errors: Errors, path: string, value: string): void {
  refuse(errors, path, value, dns1123SubdomainErrors(value))
}

export function checkLabelName(errors: Errors, path: string, value: string): void {
  refuse(errors, path, value, labelKeyErrors(value))
}

/** User and group IDs. */
export function checkId(errors: Errors, path: string, value: number | undefined): void {
  if (value === undefined || (value >= 0 && value <= int32Max)) return
  errors.push(invalid(path, value, rangeMessage(0, int32Max)))
}

export function checkLabels(
  errors: Errors,
  path: string,
  labels: Readonly<Record<string, string>> | undefined,
): void {
  if (labels === undefined || validLabels.has(labels)) return
  const before = errors.length
  for (const key in labels) {
    checkLabelName(errors, path, key)
    const value = labels[key] as string
    refuse(errors, path, value, labelValueErrors(value))
  }
  if (errors.length === before) validLabels.add(labels)
}

/** Labels found in order once: objects that share them are not asked again. */
const validLabels = new WeakSet<object>()

/** `allowed` is the set as upstream prints it. */
export type NameCheck = (name: string) => readonly string[]

/** The dash at the end of a prefix stands for a character to come. */
export function prefixed(check: NameCheck): NameCheck {
  return name => check(name.endsWith('-') && name.length > 1 ? `${name.slice(0, -2)}a` : name)
}

export const subdomainName: NameCheck = dns1123SubdomainErrors
export const labelDnsName: NameCheck = dns1123LabelErrors
export const label1035Name: NameCheck = dns1035LabelErrors

/** Names that only must fit in a path. */
export const pathSegmentName: NameCheck = name => {
  if (name === '.') return ["may not be '.'"]
  if (name === '..') return ["may not be '..'"]
  return ['/', '%'].filter(each => name.includes(each)).map(each => `may not contain '${each}'`)
}

export function checkLabelSelector(
  errors: Errors,
  path: string,
  selector: LabelSelector | undefined,
): void {
  if (selector === undefined) return
  checkLabels(errors, `${path}.matchLabels`, selector.matchLabels)
  selector.matchExpressions?.forEach((requirement, index) => {
    const at = `${path}.matchExpressions[${index}]`
    checkSelectorOperator(errors, at, requirement)
    checkLabelName(errors, `${at}.key`, requirement.key)
    requirement.values?.forEach((value, place) => {
      refuse(errors, `${at}.values[${place}]`, value, labelValueErrors(value))
    })
  })
}

interface SelectorRequirement {
  readonly operator: string
  readonly values?: readonly string[]
}

function checkSelectorOperator(
  errors: Errors,
  path: string,
  { operator, values = [] }: SelectorRequirement,
): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length > 0) return
    const detail = "must be specified when `operator` is 'In' or 'NotIn'"
    errors.push(required(`${path}.values`, detail))
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length === 0) return
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
    errors.push(forbidden(`${path}.values`, detail))
  } else {
    errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'))
  }
}

const addressPattern = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/

/** IPv4 as Go parses it, or something that looks like IPv6. */
export function isIpAddress(text: string): boolean {
  if (!text.includes(':')) return addressPattern.test(text) && !/(^|\.)0\d/.test(text)
  if (!/^[0-9a-fA-F:.]+$/.test(text) || text.includes(':::')) return false
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = text.split(':').filter(group => group !== '')
  const last = groups.at(-1) ?? ''
  const width = groups.length + (last.includes('.') ? 1 : 0)
  if (groups.slice(0, -1).some(group => group.length > 4 || group.includes('.'))) return false
  if (last.includes('.') ? !addressPattern.test(last) : last.length > 4) return false
  return halves.length === 2 ? width < 8 : width === 8
}

export const ipText = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'

export function checkIp(errors: Errors, path: string, value: string): void {
  if (!isIpAddress(value)) errors.push(invalid(path, value, ipText))
}

/** A relative path that never leaves its folder. */
export function checkDescendingPath(errors: Errors, path: string, value: string): void {
  if (value.startsWith('/')) errors.push(invalid(path, value, 'must be a relative path'))
  checkNoBacksteps(errors, path, value)
}

export function checkNoBacksteps(errors: Errors, path: string, value: string): void {
  if (value.split('/').includes('..')) errors.push(invalid(path, value, "must not contain '..'"))
}
