// Findings from incidents: one per cause, not one per replica, node or trial. The worst is named,
// the others are counted.

import { compareStrings } from '../base/compare.ts'
import { fnv1a32 } from '../base/hash.ts'
import { refText } from '../checks/life.ts'
import type { KubeObject, ObjectRef } from '../kube/object.ts'
import type { Platform } from '../trials/platform.ts'
import type { TrialResult } from '../trials/trial.ts'
import { causeFinders } from './causes/registry.ts'
import { contextOf, writtenObjects, type WrittenObjects } from './context.ts'
import { type Incident, incidentsOf } from './incident.ts'
import type { Cause, Finding, ReportObject, Severity } from './report.ts'
import { assumptionsUnder } from './rests-on.ts'
import { ruleOf } from './rules.ts'
import { severityOf } from './severity.ts'
import { suppressionOf } from './suppressed.ts'
import { unmodelledIn } from './unmodelled.ts'

const severities: readonly Severity[] = ['error', 'warning', 'info']

interface Judged {
  readonly incident: Incident
  readonly severity: Severity
  readonly causes: readonly Cause[]
  readonly restsOn: readonly string[]
}

/** All findings of a trial's runs, most severe first. */
export function findingsOf(platform: Platform, result: TrialResult): readonly Finding[] {
  const written = writtenObjects(platform)
  const groups = new Map<string, Judged[]>()
  const isBlind = unmodelledIn(platform).some(({ decisive }) => decisive)
  for (const run of result.runs) {
    for (const incident of incidentsOf(result.trial, run)) {
      // Somebody whom the twin does not model may bring what the autoscaler scales.
      if (isBlind && incident.reason === 'FailedGetScale') continue
      if (suppressionOf(platform, incident) !== undefined) continue
      const judged = judgeIncident(platform, written, incident)
      const key = groupKey(judged)
      const known = groups.get(key)
      if (known === undefined) groups.set(key, [judged])
      else known.push(judged)
    }
  }
  return [...groups.values()].map(group => findingOf(written, group)).sort(bySeverity)
}

function judgeIncident(platform: Platform, written: WrittenObjects, incident: Incident): Judged {
  const own = severityOf(incident, platform.sla)
  const context = contextOf(platform, written, incident)
  const found = causeFinders.flatMap(finder => finder.find(context))
  const assumed = assumptionsUnder(context, found)
  const causes = [...found, ...assumed.map(({ cause }) => cause)]
  const restsOn = own === 'error' ? assumed.filter(({ lowers }) => lowers) : []
  return {
    incident,
    severity: restsOn.length > 0 ? 'warning' : own,
    causes,
    restsOn: restsOn.map(({ what }) => what),
  }
}

/** Verdicts that say the same of every workload they strike. */
const sharedVerdicts: ReadonlySet<string> = new Set(['degraded', 'terminating-forever'])

/**
 * What is told as one: single replicas, mere degradation and one contradiction over all workloads,
 * else one each.
 */
function groupKey({ incident, severity, causes }: Judged): string {
  const { verdict, object } = incident
  const shared = sharedVerdicts.has(verdict) || causes[0]?.code === 'single-replica'
  // What two hands wrote is written once, however many workloads it strikes.
  const hands = causes[0]?.facts['hands']
  const who = Array.isArray(hands)
    ? hands.join()
    : shared
      ? (causes[0]?.code ?? '')
      : refText(object)
  return `${verdict}|${severity}|${who}`
}

function bySeverity(a: Finding, b: Finding): number {
  const order = severities.indexOf(a.severity) - severities.indexOf(b.severity)
  if (order !== 0) return order
  return compareStrings(a.rule, b.rule) || compareStrings(a.id, b.id)
}

function findingOf(written: WrittenObjects, group: readonly Judged[]): Finding {
  const worst = group.reduce((a, b) => (weight(b.incident) > weight(a.incident) ? b : a))
  const { incident, severity, causes, restsOn } = worst
  const { trial, run, verdict, object } = incident
  const objects = distinct(group.map(({ incident: { object: other } }) => refText(other)))
  const location = causes.flatMap(cause => cause.locations)[0] ?? placeOf(written, incident)
  const at = (incident.atMs - run.observation.startMs) / 1000
  return {
    id: idOf(trial, verdict, objects),
    rule: ruleOf(verdict),
    verdict,
    severity,
    trial,
    ...(run.subject !== undefined && { subject: run.subject }),
    at: Math.max(0, at),
    ...(incident.seconds !== undefined && { seconds: incident.seconds }),
    ...(incident.open && { open: true as const }),
    object: reportObject(written, object),
    workload: reportObject(written, object),
    count: countOf(group, objects),
    message: messageOf(worst, objects, group.length),
    ...(location !== undefined && { location }),
    ...(restsOn.length > 0 && { restsOn }),
    causes: [...causes, ...othersCause(objects)],
    remedies: [],
  }
}

function weight({ seconds = 0, members, open }: Incident): number {
  return (open ? 1e9 : 0) + members.length * 1e6 + seconds
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort(compareStrings)
}

function idOf(trial: string, verdict: string, objects: readonly string[]): string {
  const text = `${trial}|${verdict}|${objects.join('|')}`
  return `${ruleOf(verdict as never)}-${fnv1a32(text).toString(16).padStart(8, '0')}`
}

/** Pods of one workload, or workloads when several share the cause. */
function countOf(group: readonly Judged[], objects: readonly string[]): number {
  if (objects.length > 1) return objects.length
  return Math.max(...group.map(({ incident }) => incident.members.length))
}

function reportObject(written: WrittenObjects, ref: ObjectRef): ReportObject {
  const object: KubeObject | undefined = written.get(refText(ref))?.object
  return { ...(object !== undefined && { apiVersion: object.apiVersion }), ...ref }
}

/** Where no cause points to a field: the object itself. */
function placeOf(written: WrittenObjects, { object }: Incident): Finding['location'] {
  return written.get(refText(object))?.locate('metadata.name')
}

function messageOf({ incident }: Judged, objects: readonly string[], runs: number): string {
  const { message, verdict, n, of, seconds, open, run } = incident
  if (message !== undefined && message !== '') return message
  const others = objects.length > 1 ? `${objects.length} workloads, worst ` : ''
  const who = `${others}${refText(incident.object)}`
  const lasting = open ? 'and does not come back' : `for ${seconds ?? 0} s`
  const gone = run.node ?? (run.zone === undefined ? undefined : `zone ${run.zone}`)
  const where = gone === undefined ? '' : ` when ${gone} is gone`
  switch (verdict) {
    case 'down':
      return `${who}: no serving pod${where} ${lasting}`
    case 'degraded':
      return `${who}: ${n ?? 0} of ${of ?? 0} pods serve${where} ${lasting}`
    case 'loop':
      return `${who}: ${loopText(incident)}, and it goes on`
    case 'terminating-forever':
      return `${who}: ${incident.members.map(({ name }) => name).join(', ')} stays Terminating`
    default:
      return `${who}: ${verdict}${runs > 1 ? ` in ${runs} runs` : ''}`
  }
}

function loopText({ verdicts }: Incident): string {
  const { n = 0, field } = verdicts.find(({ verdict }) => verdict === 'loop') ?? {}
  if (field === undefined) return `${n} pods were made`
  return field.startsWith('spec.') ? `${field} was written ${n} times` : `${n} ${field}`
}

function othersCause(objects: readonly string[]): readonly Cause[] {
  if (objects.length <= 1) return []
  return [
    {
      code: 'same-cause',
      text: `the same holds for ${objects.length} workloads: ${objects.join(', ')}`,
      facts: { workloads: objects },
      locations: [],
      writers: [],
    },
  ]
}
