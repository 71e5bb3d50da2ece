// An incident is what happened to one workload in one run: its verdicts put together, so that one
// cause is told once. A pod that stays Pending also times out its rollout and degrades its
// workload: that is one incident, not three.

import { refText } from '../checks/life.ts'
import type { Verdict, VerdictName } from '../checks/verdict.ts'
import type { ObjectRef } from '../kube/object.ts'
import type { TrialRun } from '../trials/trial.ts'

export interface Incident {
  readonly trial: string
  readonly run: TrialRun
  readonly verdict: VerdictName
  /** The workload, or the object itself when it belongs to none. */
  readonly object: ObjectRef
  /** Pods or objects concerned, by name. */
  readonly members: readonly ObjectRef[]
  readonly atMs: number
  readonly seconds: number | undefined
  readonly open: boolean
  /** Serving and wanted pods at the worst moment. */
  readonly n: number | undefined
  readonly of: number | undefined
  readonly message: string | undefined
  readonly reason: string | undefined
  /** Every verdict that went into it. */
  readonly verdicts: readonly Verdict[]
}

/** Verdicts from the one that names an incident to those that are its mere consequences. */
const precedence: readonly VerdictName[] = [
  'rejected',
  'install-stuck',
  'drain-stuck',
  'upgrade-stuck',
  'rollout-stuck',
  'loop',
  'property-broken',
  'diverged',
  'pending-forever',
  'quorum-lost',
  'down',
  'terminating-forever',
  'degraded',
  'churn',
  'noscale',
  'overscale',
  'inconclusive',
]

/** During an install nothing rolls: a deadline that passed is only a consequence of Pending. */
const installPrecedence: readonly VerdictName[] = [
  'pending-forever',
  ...precedence.filter(verdict => verdict !== 'pending-forever'),
]

/** The incidents of one run, one per workload, most important first. */
export function incidentsOf(trial: string, run: TrialRun): readonly Incident[] {
  const order = trial === 'install' ? installPrecedence : precedence
  const groups = new Map<string, Verdict[]>()
  for (const verdict of run.verdicts) {
    if (!order.includes(verdict.verdict) || isReplaced(verdict)) continue
    const name = refText(verdict.owner ?? verdict.object)
    const known = groups.get(name)
    if (known === undefined) groups.set(name, [verdict])
    else known.push(verdict)
  }
  return [...groups.values()]
    .map(verdicts => incidentOf(trial, run, verdicts, order))
    .sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
}

/** A Deployment and a DaemonSet replace a pod that hangs; only names that must be unique wait. */
function isReplaced({ verdict, owner }: Verdict): boolean {
  return verdict === 'terminating-forever' && owner !== undefined && owner.kind !== 'StatefulSet'
}

function incidentOf(
  trial: string,
  run: TrialRun,
  verdicts: readonly Verdict[],
  order: readonly VerdictName[],
): Incident {
  const sorted = [...verdicts].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
  const leading = sorted[0] as Verdict
  const same = sorted.filter(({ verdict }) => verdict === leading.verdict)
  const counted = sorted.find(({ verdict }) => verdict === 'degraded')
  const pending = sorted.find(({ verdict }) => verdict === 'pending-forever')
  return {
    trial,
    run,
    verdict: leading.verdict,
    object: leading.owner ?? leading.object,
    members: same.map(({ object }) => object),
    atMs: Math.min(...same.map(({ atMs }) => atMs)),
    seconds: maxOf(same.map(({ seconds }) => seconds)),
    open: same.some(({ open }) => open === true),
    n: counted?.n,
    of: counted?.of,
    message: isRefusal(leading) ? leading.message : (pending?.message ?? leading.message),
    reason: leading.reason,
    verdicts: sorted,
  }
}

/** What a disruption budget says stands; that its pod has no other node comes after it. */
function isRefusal({ verdict }: Verdict): boolean {
  return verdict === 'drain-stuck' || verdict === 'upgrade-stuck'
}

function maxOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter(value => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}
