// What a scripted trial expected, held against what it showed.

import { assertNever } from '../base/assert.ts'
import type { Location, Problem } from '../base/problem.ts'
import { refText } from '../checks/life.ts'
import type { Verdict } from '../checks/verdict.ts'
import type { World } from '../engine/world.ts'
import { keyFrom, type KubeObject } from '../kube/object.ts'
import type { GateResult } from '../trials/gates.ts'
import { objectAtPath, parseObjectPath } from '../trials/scripted.ts'
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

/** What a trial showed. */
export interface Shown {
  readonly run: TrialRun
  readonly findings: readonly Finding[]
  /** Warnings about the platform, whether or not a report tells them. */
  readonly warnings: readonly Problem[]
}

/** Judges every expectation of a trial. */
export function judgeExpectations(
  expectations: readonly Expectation[],
  shown: Shown,
): readonly ExpectationResult[] {
  return expectations.map(expectation => judgeOne(expectation, shown))
}

function judgeOne(expectation: Expectation, { run, findings, warnings }: Shown): ExpectationResult {
  if ('verdict' in expectation) return verdictSeen(expectation, run)
  if ('never' in expectation) return neverSeen(expectation, run)
  if ('holds' in expectation) return holds(expectation, findings)
  if ('gate' in expectation) return gateSeen(expectation, run.gates)
  if ('ready' in expectation) return readySeen(expectation, run)
  if ('warns' in expectation) return warningSeen(expectation, warnings)
  return assertNever(expectation)
}

function matches({ object, owner }: Verdict, path: string | undefined): boolean {
  if (path === undefined) return true
  const wanted = refText(parseObjectPath(path))
  return refText(object) === wanted || (owner !== undefined && refText(owner) === wanted)
}

function textOf(found: Verdict): string {
  const { verdict, object, owner, seconds } = found
  const message = saidOf(found)
  const lasting = seconds === undefined ? '' : ` for ${seconds} s`
  const said = message === '' ? '' : `: ${message}`
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
    seen => within(seen.seconds, seconds) && saidOf(seen).includes(message ?? ''),
  )
  const met = fitting.length > 0 && (count === undefined || countOf(fitting) === count)
  const seen = named.length === 0 ? othersOf(run, object) : named.map(textOf).join('; ')
  const times = count === undefined ? '' : `${count} × `
  return { met, location, expected: `${times}${name} ${object ?? 'of anything'}`, seen }
}

/** What a verdict says: the words of a component, or how many served. */
function saidOf({ message, n, of }: Verdict): string {
  if (message !== undefined) return message
  return n === undefined || of === undefined ? '' : `${n} of ${of}`
}

/** How many pods: churn is one verdict that counts them, others are one for each. */
function countOf(verdicts: readonly Verdict[]): number {
  const [first] = verdicts
  return first?.verdict === 'churn' ? (first.n ?? 0) : verdicts.length
}

/** What else was said about the object: the first thing a reader wants to know. */
function othersOf({ verdicts }: TrialRun, path: string | undefined): string {
  const others = verdicts.filter(verdict => matches(verdict, path))
  return others.length === 0 ? 'nothing of the kind' : others.slice(0, 3).map(textOf).join('; ')
}

function neverSeen(expectation: Expected<'never'>, run: TrialRun): ExpectationResult {
  const { never, object, location } = expectation
  const found = run.verdicts.filter(seen => seen.verdict === never && matches(seen, object))
  const expected = `never ${never}${object === undefined ? '' : ` of ${object}`}`
  // What never was there never fails: that is a slip of the pen, not a success.
  if (object !== undefined && found.length === 0 && !wasThere(run, object)) {
    return { met: false, location, expected, seen: `there was no ${object}` }
  }
  const seen = found.length === 0 ? 'none' : found.map(textOf).join('; ')
  return { met: found.length === 0, location, expected, seen }
}

/** Whether an object was there at the end, or was seen or refused on the way. */
function wasThere({ observation, verdicts }: TrialRun, path: string): boolean {
  const { world, refusals } = observation
  const { kind, namespace, name } = parseObjectPath(path)
  const key = keyFrom(namespace, name)
  const isThere = world.store.kinds().some(each => {
    const isKind = each === kind || each.startsWith(`${kind}.`)
    return isKind && world.store.get(each, key) !== undefined
  })
  if (isThere || verdicts.some(verdict => matches(verdict, path))) return true
  const wanted = refText(parseObjectPath(path))
  return refusals.some(({ object }) => refText(object) === wanted) || wasTraced(world, kind, key)
}

/** An object that came and went leaves its events behind. */
function wasTraced(world: World, kind: string, key: string): boolean {
  for (let index = 0; index < world.traceLength; index += 1) {
    const entry = world.traceAt(index)
    if (entry.type === 'event' && entry.kind === kind && entry.key === key) return true
  }
  return false
}

function holds(
  { holds: what, location }: Expected<'holds'>,
  findings: readonly Finding[],
): ExpectationResult {
  const errors = findings.filter(
    ({ severity, restsOn }) => severity === 'error' || restsOn !== undefined,
  )
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
  const object = objectAtPath(observation.world.store, parseObjectPath(ready))
  const found = object === undefined ? undefined : readyIn(object)
  const seen = found === undefined ? 'no such object' : `${found} ready`
  return { met: found === count, location, expected: `${count} ready of ${ready}`, seen }
}

function warningSeen(
  { warns, object, message = '', location }: Expected<'warns'>,
  warnings: readonly Problem[],
): ExpectationResult {
  const wanted = object === undefined ? undefined : refText(parseObjectPath(object))
  const named = warnings.filter(({ code }) => code === warns)
  const met = named.some(
    each =>
      (wanted === undefined || textAbout(each).includes(wanted)) && each.what.includes(message),
  )
  const seen = named.map(textAbout).join('; ')
  const expected = `${warns}${object === undefined ? '' : ` of ${object}`}`
  return { met, location, expected, seen: seen === '' ? 'no such warning' : seen }
}

function textAbout({ object = '', what }: Problem): string {
  return object === '' ? what : `${object}: ${what}`
}

type Counted = KubeObject & {
  readonly status?: { readonly readyReplicas?: number; readonly numberReady?: number }
}

/** What the status of a workload says; a DaemonSet has a word of its own. */
function readyIn({ status }: Counted): number {
  return status?.readyReplicas ?? status?.numberReady ?? 0
}
