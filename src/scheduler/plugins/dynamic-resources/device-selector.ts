// Selectors of devices: the one place that knows the expression language.
// Upstream: dynamic-resource-allocation cel/compile.go and cel/cache.go, v0.36.3.

import type { Device } from '../../../kube/generated/types.ts'
import { amountOf } from '../../quantity-value.ts'
import { evaluate, type Fields, isCelError, type Value } from './expression-evaluation.ts'
import { type Expression, parseExpression } from './expression-parser.ts'
import { parseSemver } from './semver.ts'

/** What a selector says about a device, or the text of the error that ends the attempt. */
export type Selection = boolean | { readonly error: string }

export type DeviceSelectorFunction = (driver: string, device: Device) => Selection

const compiled = new Map<string, DeviceSelectorFunction | { readonly error: string }>()

/** The function of an expression; an error when it cannot be understood. */
export function compileDeviceSelector(
  expression: string,
): DeviceSelectorFunction | { readonly error: string } {
  let result = compiled.get(expression)
  if (result === undefined) {
    const parsed = parseExpression(expression)
    result =
      'error' in parsed ? { error: `compilation failed: ${parsed.error}` } : selectorOf(parsed)
    if (compiled.size < 1000) compiled.set(expression, result)
  }
  return result
}

function selectorOf(expression: Expression): DeviceSelectorFunction {
  return (driver, device) => {
    const variables = deviceVariables(driver, device)
    if (isCelError(variables)) return { error: variables.celError }
    const value = evaluate(expression, variables)
    if (isCelError(value)) return { error: value.celError }
    if (typeof value === 'boolean') return value
    return { error: 'CEL result could not be converted to bool' }
  }
}

const variablesOf = new WeakMap<Device, Map<string, Fields | { readonly celError: string }>>()

/** `device` as expressions see it; computed once per device object and driver. */
function deviceVariables(driver: string, device: Device): Fields | { readonly celError: string } {
  let byDriver = variablesOf.get(device)
  if (byDriver === undefined) {
    byDriver = new Map()
    variablesOf.set(device, byDriver)
  }
  let variables = byDriver.get(driver)
  if (variables === undefined) {
    variables = makeVariables(driver, device)
    byDriver.set(driver, variables)
  }
  return variables
}

function makeVariables(driver: string, device: Device): Fields | { readonly celError: string } {
  const attributes = new Map<string, Map<string, Value>>()
  for (const [name, attribute] of Object.entries(device.attributes ?? {})) {
    const value = attributeValue(attribute)
    if (isCelError(value)) return { celError: `attribute ${name}: ${value.celError}` }
    put(attributes, driver, name, value)
  }
  const capacity = new Map<string, Map<string, Value>>()
  for (const [name, { value }] of Object.entries(device.capacity ?? {})) {
    put(capacity, driver, name, { quantity: amountOf(value) })
  }
  const fields: Fields = new Map<string, Value>([
    ['driver', driver],
    ['allowMultipleAllocations', device.allowMultipleAllocations === true],
    ['attributes', { entries: attributes, missing: new Map() }],
    ['capacity', { entries: capacity, missing: new Map() }],
  ])
  return new Map<string, Value>([['device', { entries: fields }]])
}

/** A name without a domain belongs to the driver. */
function put(
  into: Map<string, Map<string, Value>>,
  driver: string,
  name: string,
  value: Value,
): void {
  const slash = name.indexOf('/')
  const domain = slash < 0 ? driver : name.slice(0, slash)
  let fields = into.get(domain)
  if (fields === undefined) {
    fields = new Map()
    into.set(domain, fields)
  }
  fields.set(slash < 0 ? name : name.slice(slash + 1), value)
}

function attributeValue(
  attribute: NonNullable<Device['attributes']>[string],
): Value | { readonly celError: string } {
  if (attribute.int !== undefined) return attribute.int
  if (attribute.bool !== undefined) return attribute.bool
  if (attribute.string !== undefined) return attribute.string
  if (attribute.version === undefined) return { celError: 'unsupported attribute value' }
  const semver = parseSemver(attribute.version)
  return semver === undefined ? { celError: 'parse semantic version' } : { semver }
}
