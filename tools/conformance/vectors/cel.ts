// Answers cel vectors with src/kube/cel: the compiler and evaluator of admission policies.

import { admissionEnvironment } from '../../../src/kube/cel/admission-environment.ts'
import { type Bindings, compile } from '../../../src/kube/cel/compile.ts'
import { shortestText } from '../../../src/kube/cel/go-format.ts'
import { durationText, timestampText } from '../../../src/kube/cel/time.ts'
import { typeText } from '../../../src/kube/cel/types.ts'
import {
  CelError,
  Double,
  Duration,
  Foreign,
  findKey,
  isInt,
  isList,
  isMap,
  keysOf,
  Optional,
  Timestamp,
  TypeValue,
  typeNameOf,
  Uint,
  type Value,
} from '../../../src/kube/cel/values.ts'
import { adapted } from '../../../src/kube/cel/equality.ts'
import type { Topic } from './topic.ts'

let bindings: Bindings = {}

/** The variables that all expressions of a recording see. */
export function prepare(input: unknown): void {
  bindings = (input as { bindings: Bindings }).bindings
}

function described(value: Value): unknown {
  if (value === null) return { type: 'null', value: null }
  if (isInt(value)) return { type: 'int', value: String(value) }
  if (value instanceof Uint) return { type: 'uint', value: String(value.value) }
  if (value instanceof Double) return { type: 'double', value: shortestText(value.value) }
  if (value instanceof Duration) return { type: 'duration', value: durationText(value) }
  if (value instanceof Timestamp) return { type: 'timestamp', value: timestampText(value) }
  if (value instanceof TypeValue) return { type: 'type', value: value.name }
  if (value instanceof Uint8Array) {
    return { type: 'bytes', value: Buffer.from(value).toString('base64') }
  }
  if (value instanceof Optional) {
    const inner = value.value === undefined ? null : described(value.value)
    return { type: 'optional', value: inner }
  }
  if (isList(value)) return { type: 'list', value: value.map(each => described(adapted(each))) }
  if (value instanceof Foreign) return { type: value.typeName, value: String(value) }
  if (isMap(value)) return { type: 'map', value: entriesOf(value) }
  return { type: typeNameOf(value), value }
}

function entriesOf(map: Value): unknown[] {
  if (!isMap(map)) return []
  const entries = keysOf(map).map(key => [described(key), described(findKey(map, key) as Value)])
  const sortKey = ([key]: unknown[]): string => String((key as { value: unknown }).value)
  return entries.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
}

export const answer: Topic = (family, input) => {
  if (family === 'bindings') return {}
  const { expression } = input as { expression: string }
  const compiled = compile(expression, admissionEnvironment({ params: true }))
  if (!compiled.ok) return { compileError: compiled.error }
  const { program } = compiled
  const { value, cost } = program.evaluate(bindings)
  const outputType = typeText(program.outputType)
  if (value instanceof CelError) return { cost, error: value.message, outputType }
  return { cost, outputType, result: described(value) }
}
