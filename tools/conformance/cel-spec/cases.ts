// The cases of @bufbuild/cel-spec beside what Kubernetes 1.36.3 answers to each.

import { readFileSync } from 'node:fs'
import { tests as checking } from '@bufbuild/cel-spec/testdata/checking.js'
import { tests as comprehension } from '@bufbuild/cel-spec/testdata/comprehension.js'
import { tests as conformance } from '@bufbuild/cel-spec/testdata/conformance.js'
import { tests as parsing } from '@bufbuild/cel-spec/testdata/parsing.js'
import { readRecording } from '../recordings.ts'

/** A value as protobuf's JSON writes `cel.expr.Value`. */
export type SpecValue = Readonly<Record<string, unknown>>

/** A type as protobuf's JSON writes `cel.expr.Type`. */
export type SpecType = Readonly<Record<string, unknown>>

export interface SpecTest {
  readonly name?: string
  readonly expr: string
  readonly container?: string
  readonly disableCheck?: boolean
  readonly checkOnly?: boolean
  readonly typeEnv?: readonly {
    readonly name: string
    readonly ident?: { readonly type: SpecType }
    readonly function?: {
      readonly overloads: readonly {
        readonly overloadId: string
        readonly params?: readonly SpecType[]
        readonly resultType: SpecType
        readonly isInstanceFunction?: boolean
      }[]
    }
  }[]
  readonly bindings?: Readonly<Record<string, { readonly value?: SpecValue }>>
  readonly value?: SpecValue
  readonly evalError?: unknown
  readonly typedResult?: { readonly result?: SpecValue; readonly deducedType?: SpecType }
}

/** One case of the specification; `ast` and `error` are what cel-go made of the text. */
export interface SpecCase {
  readonly id: string
  readonly test: SpecTest
  readonly ast?: string | undefined
  readonly error?: string | undefined
}

/** What Kubernetes answers. */
export interface KubernetesAnswer {
  readonly id: string
  readonly compile?: string
  readonly error?: string
  readonly type?: string
  readonly value?: SpecValue
}

interface Suite {
  readonly name: string
  readonly suites?: readonly Suite[]
  readonly tests?: readonly {
    readonly original: unknown
    readonly ast?: string
    readonly error?: string
  }[]
}

function* casesIn(suite: Suite, above: string): Generator<SpecCase> {
  const path = above === '' ? suite.name : `${above}/${suite.name}`
  for (const { original, ast, error } of suite.tests ?? []) {
    const test = original as SpecTest
    const name = test.name ?? test.expr.replace(/\s+/g, ' ').trim()
    yield { id: `${path}/${name}`, test, ast, error }
  }
  for (const each of suite.suites ?? []) yield* casesIn(each, path)
}

/** All cases in the order in which the answers were recorded. */
export function specCases(): readonly SpecCase[] {
  const suites: readonly Suite[] = [conformance, comprehension, parsing, checking]
  return suites.flatMap(suite => [...casesIn(suite, '')])
}

const folder = 'corpus/cel-spec'

/** The recorded answers, one for each case. */
export function kubernetesAnswers(): readonly KubernetesAnswer[] {
  return [...readRecording(`${folder}/kubernetes.jsonl.gz`)] as KubernetesAnswer[]
}

/** Why cases do not apply to Kubernetes, by their id. */
export function elsewhere(): ReadonlyMap<string, string> {
  const text = readFileSync(`${folder}/elsewhere.json`, 'utf8')
  const reasons = Object.entries(JSON.parse(text) as Readonly<Record<string, readonly string[]>>)
  return new Map(reasons.flatMap(([reason, ids]) => ids.map(id => [id, reason] as const)))
}
