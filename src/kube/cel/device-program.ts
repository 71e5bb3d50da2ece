// Selectors of devices: `device`, its attributes and capacities, and what an expression may answer.
// Port of dynamic-resource-allocation v0.36.3 cel/compile.go.

import type { Device } from '../generated/types.ts'
import { parseQuantity } from '../quantity.ts'
import { compile } from './compile.ts'
import { type Environment, fn, member } from './declarations.ts'
import { kubernetesEnvironment } from './environment.ts'
import { equal } from './equality.ts'
import { QuantityValue, SemverValue } from './library/quantities.ts'
import { parseVersion } from './library/version-text.ts'
import { messageOf } from './messages.ts'
import { mapOf, structOf, types, typeText } from './types.ts'
import { CelError, CelMap, isList, type JsonMap, typeNameOf, type Value } from './values.ts'

/** Whether a device is meant, or the text of the error that ends the attempt. */
export type Selection = boolean | { readonly error: string }

/** `device` as expressions see it, or why one of its attributes has no value. */
export type DeviceValue = { readonly device: JsonMap } | { readonly error: string }

type DeviceProgram = ((device: DeviceValue) => Selection) | { readonly error: string }

/** What expressions may use, by version; gates do not count for expressions that are stored. */
export interface DeviceFeatures {
  /** `x.includes(y)`, from 1.36 on. */
  readonly includes: boolean
}

const deviceType = 'kubernetes.DRADevice'
const environments = new Map<boolean, Environment>()

function environmentFor({ includes }: DeviceFeatures): Environment {
  let environment = environments.get(includes)
  if (environment !== undefined) return environment
  const { string, bool, any } = types
  const message = messageOf(deviceType, {
    driver: string,
    allowMultipleAllocations: bool,
    attributes: mapOf(string, mapOf(string, any)),
    capacity: mapOf(string, mapOf(string, structOf('kubernetes.Quantity'))),
  })
  environment = kubernetesEnvironment({
    variables: { device: structOf(deviceType) },
    messages: name => (name === deviceType ? message : undefined),
    hasBindings: true,
    ...(includes && { functions: [includesFunction] }),
  })
  environments.set(includes, environment)
  return environment
}

/** The program of a selector; an error when it cannot be understood. */
export function deviceProgram(expression: string, features: DeviceFeatures): DeviceProgram {
  const compiled = compile(expression, environmentFor(features))
  if (!compiled.ok) return { error: compiled.error }
  const { program } = compiled
  const { kind } = program.outputType
  if (kind !== 'bool' && kind !== 'any') {
    const given = typeText(program.outputType)
    return { error: `must evaluate to bool or the unknown type, not ${given}` }
  }
  return variables => {
    if ('error' in variables) return variables
    const { value } = program.evaluate({ device: variables.device })
    if (typeof value === 'boolean') return value
    if (value instanceof CelError) return { error: value.message }
    return { error: notBoolean(value) }
  }
}

/** As each type refuses it; an attribute has no other type. */
const refusals: Readonly<Record<string, string>> = {
  int: "unsupported type conversion from 'int' to bool",
  string: "unsupported native conversion from string to 'bool'",
  'kubernetes.Semver': "type conversion error from 'Semver' to 'bool'",
}

function notBoolean(value: Value): string {
  const name = typeNameOf(value)
  const detail = refusals[name] ?? `type conversion error from '${name}' to 'bool'`
  return `CEL result of type ${name} could not be converted to bool: ${detail}`
}

/** The most values of a list that `includes` looks at. */
const listMax = 48

/** Whether a list has a value, or whether one value is the other. */
const includesFunction = fn(
  'includes',
  member('dra_includes_dyn_dyn', [types.dyn, types.dyn], types.bool, (target, wanted) => {
    const values = isList(target as Value) ? (target as readonly Value[]) : [target as Value]
    for (const [index, value] of values.entries()) {
      if (index >= listMax) {
        const limit = `longer than ${listMax} values`
        return new CelError(`'includes' function cannot be applied to lists ${limit}`)
      }
      if (equal(value, wanted as Value) === true) return true
    }
    return false
  }),
)

/** Maps of domains: one that is not there has no names, but it can be asked. */
class Domains extends CelMap {
  override get(key: Value): Value | undefined {
    return super.get(key) ?? noNames
  }
}

const noNames = new CelMap()

/** A device of a driver as expressions see it; names without a domain belong to the driver. */
export function deviceValue(driver: string, device: Device): DeviceValue {
  const attributes = new Domains()
  for (const [name, attribute] of Object.entries(device.attributes ?? {})) {
    const value = attributeValue(attribute)
    if (value instanceof CelError) return { error: `attribute ${name}: ${value.message}` }
    put(attributes, { driver, name, value })
  }
  const capacity = new Domains()
  for (const [name, { value: amount }] of Object.entries(device.capacity ?? {})) {
    const parsed = parseQuantity(amount)
    const value = parsed.ok ? new QuantityValue(parsed.value) : new CelError(parsed.error)
    if (value instanceof CelError) return { error: `capacity ${name}: ${value.message}` }
    put(capacity, { driver, name, value })
  }
  const allowMultipleAllocations = device.allowMultipleAllocations === true
  return { device: { driver, allowMultipleAllocations, attributes, capacity } }
}

interface Named {
  readonly driver: string
  readonly name: string
  readonly value: Value
}

function put(into: Domains, { driver, name, value }: Named): void {
  const slash = name.indexOf('/')
  const domain = slash < 0 ? driver : name.slice(0, slash)
  const names = into.has(domain) ? (into.get(domain) as CelMap) : new CelMap()
  names.set(slash < 0 ? name : name.slice(slash + 1), value)
  into.set(domain, names)
}

function attributeValue(attribute: NonNullable<Device['attributes']>[string]): Value {
  if (attribute.int !== undefined) return attribute.int
  if (attribute.bool !== undefined) return attribute.bool
  if (attribute.string !== undefined) return attribute.string
  if (attribute.version === undefined) return new CelError('unsupported attribute value')
  const read = parseVersion(attribute.version)
  return read.ok
    ? new SemverValue(read.value)
    : new CelError(`parse semantic version: ${read.error}`)
}
