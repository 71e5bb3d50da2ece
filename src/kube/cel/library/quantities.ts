// quantity() and semver() with their members. Port of k8s.io/apiserver v0.36.3
// pkg/cel/library/{quantity,semverlib}.go.

import {
  addQuantities,
  asInt64,
  compareQuantities,
  newQuantity,
  subtractQuantities,
} from '../../quantity-math.ts'
import { parseQuantity, type Quantity, quantityText } from '../../quantity.ts'
import { type FunctionDecl, fn, global, member } from '../declarations.ts'
import { structOf, types } from '../types.ts'
import { CelError, Double, Foreign, narrow, noSuchOverload, type Value } from '../values.ts'
import {
  compareVersions,
  normalizedVersion,
  parseVersion,
  type Version,
  versionText,
} from './version-text.ts'

export class QuantityValue extends Foreign {
  readonly typeName = 'kubernetes.Quantity'
  readonly quantity: Quantity

  constructor(quantity: Quantity) {
    super()
    this.quantity = quantity
  }

  equals(other: Value): boolean | CelError {
    if (!(other instanceof QuantityValue)) return other instanceof CelError ? other : noSuchOverload
    return compareQuantities(this.quantity, other.quantity) === 0
  }

  override toString(): string {
    return quantityText(this.quantity)
  }
}

const quantityType = structOf('kubernetes.Quantity')
const { string, bool, int, double } = types

function quantityOf(text: string): Value {
  const parsed = parseQuantity(text)
  return parsed.ok ? new QuantityValue(parsed.value) : new CelError(parsed.error)
}

function inner(value: unknown): Quantity {
  return (value as QuantityValue).quantity
}

function ofInt(value: unknown): Quantity {
  return newQuantity(value as number | bigint, 'DecimalExponent')
}

function approximated({ unscaled, scale }: Quantity): Double {
  const exact = Number(unscaled)
  return new Double(scale === 0 ? exact : exact * 10 ** scale)
}

function intOf(quantity: Quantity): Value {
  const value = asInt64(quantity)
  return value === undefined ? new CelError('cannot convert value to integer') : narrow(value)
}

const pair = [quantityType, quantityType]

export const quantityLibrary: readonly FunctionDecl[] = [
  fn(
    'quantity',
    global('string_to_quantity', [string], quantityType, text => quantityOf(text as string)),
  ),
  fn(
    'isQuantity',
    global('is_quantity_string', [string], bool, text => parseQuantity(text as string).ok),
  ),
  fn(
    'sign',
    global('quantity_sign', [quantityType], int, value =>
      Math.sign(compareQuantities(inner(value), ofInt(0))),
    ),
  ),
  fn(
    'isGreaterThan',
    member(
      'quantity_is_greater_than',
      pair,
      bool,
      (a, b) => compareQuantities(inner(a), inner(b)) > 0,
    ),
  ),
  fn(
    'isLessThan',
    member(
      'quantity_is_less_than',
      pair,
      bool,
      (a, b) => compareQuantities(inner(a), inner(b)) < 0,
    ),
  ),
  fn(
    'compareTo',
    member('quantity_compare_to', pair, int, (a, b) =>
      Math.sign(compareQuantities(inner(a), inner(b))),
    ),
  ),
  fn(
    'asApproximateFloat',
    member('quantity_get_float', [quantityType], double, value => approximated(inner(value))),
  ),
  fn(
    'asInteger',
    member('quantity_get_int', [quantityType], int, value => intOf(inner(value))),
  ),
  fn(
    'isInteger',
    member(
      'quantity_is_integer',
      [quantityType],
      bool,
      value => asInt64(inner(value)) !== undefined,
    ),
  ),
  fn(
    'add',
    member(
      'quantity_add',
      pair,
      quantityType,
      (a, b) => new QuantityValue(addQuantities(inner(a), inner(b))),
    ),
    member(
      'quantity_add_int',
      [quantityType, int],
      quantityType,
      (a, b) => new QuantityValue(addQuantities(inner(a), ofInt(b))),
    ),
  ),
  fn(
    'sub',
    member(
      'quantity_sub',
      pair,
      quantityType,
      (a, b) => new QuantityValue(subtractQuantities(inner(a), inner(b))),
    ),
    member(
      'quantity_sub_int',
      [quantityType, int],
      quantityType,
      (a, b) => new QuantityValue(subtractQuantities(inner(a), ofInt(b))),
    ),
  ),
]

export class SemverValue extends Foreign {
  readonly typeName = 'kubernetes.Semver'
  readonly version: Version

  constructor(version: Version) {
    super()
    this.version = version
  }

  equals(other: Value): boolean | CelError {
    if (!(other instanceof SemverValue)) return other instanceof CelError ? other : noSuchOverload
    return compareVersions(this.version, other.version) === 0
  }

  override toString(): string {
    return versionText(this.version)
  }
}

const semverType = structOf('kubernetes.Semver')
const versions = [semverType, semverType]

function semverOf(text: unknown, normalize: unknown): Value {
  const read = (normalize === true ? normalizedVersion : parseVersion)(text as string)
  return read.ok ? new SemverValue(read.value) : new CelError(read.error)
}

function compared(a: unknown, b: unknown): number {
  return compareVersions((a as SemverValue).version, (b as SemverValue).version)
}

function number(name: 'major' | 'minor' | 'patch'): FunctionDecl {
  return fn(
    name,
    member(`semver_${name}`, [semverType], int, value =>
      narrow(BigInt.asIntN(64, (value as SemverValue).version[name])),
    ),
  )
}

export const semverLibrary: readonly FunctionDecl[] = [
  fn(
    'semver',
    global('string_to_semver', [string], semverType, text => semverOf(text, false)),
    global('string_bool_to_semver', [string, bool], semverType, semverOf),
  ),
  fn(
    'isSemver',
    global(
      'is_semver_string',
      [string],
      bool,
      text => semverOf(text, false) instanceof SemverValue,
    ),
    global(
      'is_semver_string_bool',
      [string, bool],
      bool,
      (text, normalize) => semverOf(text, normalize) instanceof SemverValue,
    ),
  ),
  fn(
    'isGreaterThan',
    member('semver_is_greater_than', versions, bool, (a, b) => compared(a, b) > 0),
  ),
  fn(
    'isLessThan',
    member('semver_is_less_than', versions, bool, (a, b) => compared(a, b) < 0),
  ),
  fn('compareTo', member('semver_compare_to', versions, int, compared)),
  number('major'),
  number('minor'),
  number('patch'),
]
