// The suite `incidents`: recorded incidents are replayed on the twin, and what its checks say is
// held against the verdicts that were observed on the real control plane.

import { preempted } from '../../src/checks/churn.ts'
import { judge } from '../../src/checks/registry.ts'
import type { Refusal, Verdict } from '../../src/checks/verdict.ts'
import type { Target } from '../../src/apiserver/request.ts'
import type { World } from '../../src/engine/world.ts'
import { keyFrom } from '../../src/kube/object.ts'
import { parseTime } from '../../src/kube/time.ts'
import { recordingsIn } from './recordings.ts'
import type { Difference, Family, Run, SuiteResult } from './suite.ts'
import { readCases, type TraceCase } from './trace-format.ts'
import { type Exchange, exchangesOf, unchanged } from './incident-exchange.ts'
import { type Answer, replayTrace, type TraceResult } from './trace-run.ts'

interface ObservedVerdict {
  readonly verdict: string
  readonly object: string
  readonly owner?: string
  readonly n?: number
  readonly of?: number
  readonly open?: boolean
  readonly seconds?: number
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

interface IncidentCase extends TraceCase {
  readonly observed: {
    readonly verdicts: readonly ObservedVerdict[]
    readonly workloads: readonly ObservedWorkload[] | null
  }
}

interface ObservedWorkload {
  readonly object: string
  readonly replicas: number
  readonly serving: number
  readonly podsCreated: number
  readonly revisions: number
  readonly status: Readonly<Record<string, number>>
  readonly Progressing?: {
    readonly status: string
    readonly reason: string
    readonly message: string
  }
  readonly Available?: {
    readonly status: string
    readonly reason: string
    readonly message: string
  }
}

/**
 * Seconds may differ by what is not governed by a documented timer: request latencies and client
 * rate limits of the recording machine. One second, or 3 % of longer durations.
 */
const jitterSeconds = 1
const jitterShare = 0.03

/** Verdicts that the recordings themselves do not repeat from run to run. */
const unstable: ReadonlySet<string> = new Set(['pending-transient'])

/** What is true of a loop at one moment and false some milliseconds later. */
const momentary: ReadonlySet<string> = new Set(['rollout-ok', 'rollout-stuck', 'pending-forever'])

/** The recordings know of refused pods by ReplicaFailure, a condition that few kinds have. */
function isUnseen({ verdict, reason, who }: Row): boolean {
  return verdict === 'rejected' && reason === 'FailedCreate' && who.startsWith('DaemonSet/')
}

type Row = ObservedVerdict & { readonly who: string }

/** Pods have generated names, so a verdict about a pod is known by its owner. */
function rowOf(verdict: ObservedVerdict): Row {
  return { ...verdict, who: verdict.owner ?? verdict.object }
}

function ours(verdict: Verdict): Row {
  const { object, owner, verdict: name, n, of, open, seconds, reason, message, field } = verdict
  return {
    verdict: name,
    object: shortText(object),
    who: shortText(object.kind === 'Pod' ? (owner ?? object) : object),
    ...(n !== undefined && { n }),
    ...(of !== undefined && { of }),
    ...(open !== undefined && { open }),
    ...(seconds !== undefined && { seconds }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    ...(field !== undefined && { field }),
  }
}

/** `Kind/name`, as the recordings name objects of their namespace. */
function shortText({ kind, name }: { readonly kind: string; readonly name: string }): string {
  if (kind === preempted.kind && name === preempted.name) return name
  return `${kind}/${name}`
}

function sameSeconds(want: number | undefined, got: number | undefined): boolean {
  if (want === undefined || got === undefined) return true
  return Math.abs(want - got) <= Math.max(jitterSeconds, want * jitterShare)
}

function agrees(want: Row, got: Row): boolean {
  return (
    want.verdict === got.verdict &&
    want.who === got.who &&
    want.field === got.field &&
    (want.n === undefined || want.n === got.n || sameSpeed(want, got)) &&
    (want.of === undefined || want.of === got.of) &&
    (want.message === undefined || steady(want.message) === steady(got.message)) &&
    (want.reason === undefined || want.reason === got.reason) &&
    (want.verdict === 'pending-forever' || sameSeconds(want.seconds, got.seconds))
  )
}

/** How often a loop without any pause goes round says how fast the recording machine was. */
const speedFactor = 3

function sameSpeed(want: Row, got: Row): boolean {
  if (want.verdict !== 'loop' || want.field === 'spec.replicas') return false
  const [n = 0, own = 0] = [want.n, got.n]
  return own <= n * speedFactor && n <= own * speedFactor
}

/** Which of several pods upstream names there is the order of a Go map, which is random. */
function steady(message: string | undefined): string | undefined {
  return message?.replace(/(missing request for \S+ in container \S+ of Pod )\S+/, '$1*')
}

type Paths = Difference['paths'][number][]

function compareVerdicts(wanted: readonly Row[], found: readonly Row[], paths: Paths): void {
  const left = [...found]
  for (const want of wanted) {
    const index = left.findIndex(got => agrees(want, got))
    if (index >= 0) left.splice(index, 1)
    else {
      const near = left.find(got => got.verdict === want.verdict && got.who === want.who)
      const got = near === undefined ? 'nothing of the kind' : JSON.stringify(near)
      paths.push({ path: `verdicts ${want.who}`, want: JSON.stringify(want), got })
    }
  }
  for (const got of left) {
    if (wanted.some(want => want.verdict === got.verdict && want.who === got.who)) continue
    paths.push({ path: `verdicts ${got.who}`, want: 'nothing', got: JSON.stringify(got) })
  }
}

type WithStatus = {
  readonly status?: Readonly<Record<string, unknown>> & {
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
    }[]
  }
}

interface Comparing {
  readonly world: World
  readonly namespace: string
  readonly want: ObservedWorkload
  readonly names: Exchange
}

function compareWorkload({ world, namespace, want, names }: Comparing, paths: Paths): void {
  const [kind = '', name = ''] = names.ours(want.object).split('/')
  const object = world.store.get(kind, `${namespace}/${name}`) as unknown as WithStatus | undefined
  if (object === undefined) {
    paths.push({ path: want.object, want: 'exists', got: 'is not there' })
    return
  }
  for (const [field, value] of Object.entries(want.status)) {
    const got = object.status?.[field] ?? 0
    if (got !== value) {
      paths.push({ path: `${want.object} status.${field}`, want: String(value), got: String(got) })
    }
  }
  for (const type of ['Progressing', 'Available'] as const) {
    const condition = want[type]
    if (condition === undefined) continue
    const found = object.status?.conditions?.find(each => each.type === type)
    const isExchanged = names.ours(want.object) !== want.object
    const wanted = conditionText(condition, isExchanged)
    const got = conditionText(found, isExchanged)
    if (wanted !== got) paths.push({ path: `${want.object} ${type}`, want: wanted, got })
  }
}

/** The name of a ReplicaSet has a hash of its template, which the one exchanged does not have. */
function conditionText(
  condition: { status: string; reason?: string; message?: string } | undefined,
  isExchanged: boolean,
): string {
  const text = `${condition?.status} ${condition?.reason} ${condition?.message}`
  return isExchanged ? text.replace(/ReplicaSet "[^"]*"/, 'ReplicaSet') : text
}

/** Upstream's random ties: an outcome that differs is drawn again, as a recording would be. */
const seedsMax = 6

function compareCase(recorded: IncidentCase): Paths {
  const first = compareSeed(recorded, 1)
  for (let seed = 2; first.length > 0 && seed <= seedsMax; seed += 1) {
    if (compareSeed(recorded, seed).length === 0) return []
  }
  return first
}

/** One replay, with workloads that are alike in each other's place where that helps. */
function compareSeed(recorded: IncidentCase, seed: number): Paths {
  const replayed = replayTrace(recorded, seed)
  const plain = compareReplay(recorded, replayed, unchanged)
  if (plain.length === 0) return plain
  const exchanged = exchangesOf(recorded).some(
    names => compareReplay(recorded, replayed, names).length === 0,
  )
  return exchanged ? [] : plain
}

function compareReplay(recorded: IncidentCase, replayed: TraceResult, names: Exchange): Paths {
  const { world, mismatches, answers } = replayed
  const paths: Paths = mismatches
    .filter(({ aspect }) => aspect === 'crash')
    .map(({ subject, got }) => ({ path: subject, want: 'no exception', got: String(got) }))
  const startMs = parseTime(recorded.t0)
  const verdicts = judge({
    world,
    startMs,
    startRevision: setupRevision(world, startMs),
    endMs: world.nowMs,
    quiet: true,
    refusals: refusalsOf(world, answers),
  })
  const unpaused = recorded.observed.verdicts
    .filter(each => each.verdict === 'loop' && each.field !== 'spec.replicas')
    .map(rowOf)
  const looping = new Set(unpaused.map(({ who }) => who))
  const reported = (row: Row): boolean =>
    !unstable.has(row.verdict) && !(looping.has(row.who) && momentary.has(row.verdict))
  const known = new Set(recordedVerdicts)
  const found = verdicts
    .map(ours)
    .filter(row => known.has(row.verdict) && !isUnseen(row))
    .map(row => ({ ...row, who: names.recorded(row.who) }))
  const wanted = recorded.observed.verdicts.filter(({ verdict }) => verdict !== 'holds').map(rowOf)
  compareVerdicts(wanted.filter(reported), found.filter(reported), paths)
  const deleted = new Set(
    recorded.actions.flatMap(({ do: deed }) =>
      deed.op === 'delete' ? [`${deed.kind ?? ''}/${deed.name ?? ''}`] : [],
    ),
  )
  for (const workload of recorded.observed.workloads ?? []) {
    // A state that comes and goes many times a second is not compared at the moment of the cut.
    if (looping.has(workload.object)) continue
    // The recordings tell of workloads that were deleted on the way as they were then.
    if (deleted.has(workload.object)) continue
    compareWorkload({ world, namespace: recorded.namespace, names, want: workload }, paths)
  }
  return paths
}

/** What the harness of the recordings could say; the twin says more. */
const recordedVerdicts = [
  'rejected',
  'drain-stuck',
  'rollout-stuck',
  'rollout-ok',
  'loop',
  'pending-forever',
  'down',
  'degraded',
  'churn',
  'noscale',
]

/** Refused writes, and evictions whose last answer was a refusal while the pod is still there. */
function refusalsOf(world: World, answers: readonly Answer[]): readonly Refusal[] {
  const last = new Map<string, Refusal>()
  for (const { action, asked, response, atMs, uid } of answers) {
    const { do: deed } = action
    const what = deed.op === 'evict' ? 'evict' : 'apply'
    const name = deed.name ?? deed.object?.metadata.name ?? ''
    const kind = deed.kind ?? deed.object?.kind ?? 'Pod'
    const key = `${what} ${kind}/${name}`
    const isGone = asked.verb === 'evict' && !isThere(world, asked.target, uid)
    if (response.ok || isGone) {
      last.delete(key)
      continue
    }
    const { code, reason, message, details } = response.status
    const causes = what === 'evict' ? (details?.causes ?? []) : []
    const text = [message, ...causes.map(cause => cause.message)].join(' | ')
    const attempts = (last.get(key)?.attempts ?? 0) + 1
    last.set(key, { atMs, what, object: { kind, name }, code, reason, message: text, attempts })
  }
  return [...last.values()]
}

function isThere(world: World, { namespace, name }: Target, uid: string | undefined): boolean {
  return world.store.get('Pod', keyFrom(namespace, name))?.metadata.uid === uid
}

/** Nodes and namespaces are there before the recording begins. */
function setupRevision(world: World, startMs: number): number {
  const first = world.store.changesAfter(0).find(({ atMs }) => atMs > startMs)
  return (first?.revision ?? 1) - 1
}

export const run: Run = async (folder, { only, differencesMax, deviations }) => {
  const families: Family[] = []
  const differences: Difference[] = []
  let skipped = 0
  for (const { name, path: file } of recordingsIn(folder)) {
    const cases = (readCases(file) as readonly IncidentCase[]).filter(
      ({ id }) => only === undefined || name.includes(only) || id.includes(only),
    )
    if (cases.length === 0) continue
    if (only === undefined && deviations.has(`incidents/${name}`)) {
      skipped += cases.length
      families.push({ name, cases: cases.length, checked: 0, mismatches: 0 })
      continue
    }
    let mismatches = 0
    for (const recorded of cases) {
      const paths = compareCase(recorded)
      if (paths.length === 0) continue
      mismatches += 1
      if (differences.length < differencesMax) {
        differences.push({ id: recorded.id, family: name, paths })
      }
    }
    families.push({ name, cases: cases.length, checked: cases.length, mismatches })
  }
  const sum = (field: 'cases' | 'checked' | 'mismatches'): number =>
    families.reduce((total, family) => total + family[field], 0)
  const result: SuiteResult = {
    suite: 'incidents',
    folder,
    cases: sum('cases'),
    checked: sum('checked'),
    mismatches: sum('mismatches'),
    skipped,
    families,
    differences,
  }
  return result
}
