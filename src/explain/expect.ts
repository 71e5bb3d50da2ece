// What a scripted trial expected, held against what it showed.

import { assertNever } from '../base/assert.ts'
import type { Location } from '../base/problem.ts'
import { refText } from '../checks/life.ts'
import type { Verdict } from '../checks/verdict.ts'
import { keyFrom } from '../kube/object.ts'
import type { GateResult } from '../trials/gates.ts'
import { parseObjectPath } from '../trials/scripted.ts'
import type { Expectation } from '../trials/spec.ts'
import type { TrialRun } from '../trials/trial.ts'
import type { Finding } from './report.ts'

export interface ExpectationResult {
  readonly met: boolean
  readonly location: Location
  /** The expectation in words. */
  readonly expected: string
  /** What was seen instead, or what met it. */
  readonly seen: string
}

type Expected<K extends string> = Extract<Expectation, { readonly [key in K]: unknown }>

/** Judges every expectation of a trial. */
export function judgeExpectations(
  expectations: readonly Expectation[],
  run: TrialRun,
  findings: readonly Finding[],
): readonly ExpectationResult[] {
  return expectations.map(expectation => judgeOne(expectation, run, findings))
}

function judgeOne(
  expectation: Expectation,
  run: TrialRun,
  findings: readonly Finding[],
): ExpectationResult {
  if ('verdict' in expectation) return verdictSeen(expectation, run)
  if ('never' in expectation) return neverSeen(expectation, run)
  if ('holds' in expectation) return holds(expectation, findings)
  if ('gate' in expectation) return gateSeen(expectation, run.gates)
  if ('ready' in expectation) return readySeen(expectation, run)
  return assertNever(expectation)
}

function matches({ object, owner }: Verdict, path: string | undefined): boolean {
  if (path === undefined) return true
  const wanted = refText(parseObjectPath(path))
  return refText(object) === wanted || (owner !== undefined && refText(owner) === wanted)
}

function textOf({ verdict, object, owner, seconds, message }: Verdict): string {
  const lasting = seconds === undefined ? '' : ` for ${seconds} s`
  const said = message === undefined ? '' : `: ${message}`
  return `${verdict} ${refText(owner ?? object)}${lasting}${said}`
}

function within(
  value: number | undefined,
  range: { readonly min?: number; readonly max?: number } | undefined,
): boolean {
  if (range === undefined) return true
  if (value === undefined) return false
  const { min = -Infinity, max = Infinity } = range
  return value >= min && value <= max
}

function verdictSeen(expectation: Expected<'verdict'>, run: TrialRun): ExpectationResult {
  const { verdict: name, object, count, message, seconds, location } = expectation
  const named = run.verdicts.filter(seen => seen.verdict === name && matches(seen, object))
  const fitting = named.filter(
    seen => within(seen.seconds, seconds) && (seen.message ?? '').includes(message ?? ''),
  )
  const met = fitting.length > 0 && (count === undefined || fitting.length === count)
  const seen = named.length === 0 ? othersOf(run, object) : named.map(textOf).join('; ')
  const times = count === undefined ? '' : `${count} × `
  return { met, location, expected: `${times}${name} ${object ?? 'of anything'}`, seen }
}

/** What else was said about the object: the first thing a reader wants to know. */
function othersOf({ verdicts }: TrialRun, path: string | undefined): string {
  const others = verdicts.filter(verdict => matches(verdict, path))
  return others.length === 0 ? 'nothing of the kind' : others.slice(0, 3).map(textOf).join('; ')
}

function neverSeen(expectation: Expected<'never'>, run: TrialRun): ExpectationResult {
  const { never, object, location } = expectation
  const found = run.verdicts.filter(seen => seen.verdict === never && matches(seen, object))
  const seen = found.length === 0 ? 'none' : found.map(textOf).join('; ')
  const expected = `never ${never}${object === undefined ? '' : ` of ${object}`}`
  return { met: found.length === 0, location, expected, seen }
}

function holds(
  { holds: what, location }: Expected<'holds'>,
  findings: readonly Finding[],
): ExpectationResult {
  const errors = findings.filter(({ severity }) => severity === 'error')
  const seen = errors.map(({ rule, verdict, object }) => `${rule} ${verdict} ${refText(object)}`)
  const text = seen.length === 0 ? 'no error' : seen.join('; ')
  return { met: errors.length === 0, location, expected: `${what} holds`, seen: text }
}

function gateSeen(
  { gate: name, timesOut = false, message, seconds, location }: Expected<'gate'>,
  gates: readonly GateResult[],
): ExpectationResult {
  const expected = `gate ${name} ${timesOut ? 'times out' : 'opens'}`
  const found = gates.find(({ gate }) => gate.name === name)
  if (found === undefined) {
    const seen = gates.map(({ gate, outcome }) => `${gate.name} ${outcome}`).join('; ')
    return { met: false, location, expected, seen: seen === '' ? 'no gate was tried' : seen }
  }
  const isTimeout = found.outcome !== 'ready'
  const fits = within(found.atMs / 1000, seconds) && (found.message ?? '').includes(message ?? '')
  const seen = `${found.outcome} at ${found.atMs / 1000} s${found.message ? `: ${found.message}` : ''}`
  return { met: isTimeout === timesOut && fits, location, expected, seen }
}

function readySeen(
  { ready, count, location }: Expected<'ready'>,
  { observation }: TrialRun,
): ExpectationResult {
  const { kind, namespace, name } = parseObjectPath(ready)
  const object = observation.world.store.get(kind, keyFrom(namespace, name))
  const status = (object as { status?: { readyReplicas?: number } } | undefined)?.status
  const found = object === undefined ? undefined : (status?.readyReplicas ?? 0)
  const seen = found === undefined ? 'no such object' : `${found} ready`
  return { met: found === count, location, expected: `${count} ready of ${ready}`, seen }
}
