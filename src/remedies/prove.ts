// Whether a proposal helps: the same trials run again with it, the finding has to be gone, and
// nothing may be found that was not there before. Notes do not count: a platform that survives more
// has more to note.

import type { Finding, Report } from '../explain/report.ts'
import { pathParts, setAt } from '../kube/field-path.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Platform, PlatformObject } from '../trials/platform.ts'
import type { FieldChange, Proposal } from './framework.ts'

export interface Proof {
  /** The finding is gone. */
  readonly gone: boolean
  /** What is found instead: errors and warnings that were not there before. */
  readonly fresh: readonly Finding[]
  /** One sentence on what was run and seen. */
  readonly text: string
}

/** Runs the trials of a report on another platform. */
export type RunAgain = (platform: Platform) => Report

/** Tries one proposal. */
export function prove(
  { platform, before, runAgain }: ProofOf,
  target: Finding,
  proposal: Proposal,
): Proof {
  const after = runAgain(changed(platform, proposal))
  const known = new Set(before.findings.flatMap(keysOf))
  const left = new Set(after.findings.flatMap(keysOf))
  const gone = keysOf(target).every(key => !left.has(key))
  const fresh = after.findings.filter(
    finding => finding.severity !== 'info' && keysOf(finding).some(key => !known.has(key)),
  )
  return { gone, fresh, text: textOf(after, gone, newsOf(fresh, known)) }
}

export interface ProofOf {
  readonly platform: Platform
  readonly before: Report
  readonly runAgain: RunAgain
}

/** What a finding says of which object in which trial; a group says it of each. */
function keysOf({ trial, verdict, object, causes }: Finding): readonly string[] {
  const same = causes.find(({ code }) => code === 'same-cause')?.facts['workloads']
  const { kind, namespace, name } = object
  const own = namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
  const objects = Array.isArray(same) ? same.map(String) : [own]
  return objects.map(each => `${trial}|${verdict}|${each}`)
}

/** Of each finding that was not there the first object that it is new for. */
function newsOf(fresh: readonly Finding[], known: ReadonlySet<string>): readonly string[] {
  return fresh.flatMap(finding => {
    const { trial, rule, verdict } = finding
    const key = keysOf(finding).find(each => !known.has(each))
    return key === undefined ? [] : [`${trial} shows ${rule} ${verdict} of ${key.split('|')[2]}`]
  })
}

function textOf({ trials }: Report, gone: boolean, news: readonly string[]): string {
  const names = trials.map(({ name }) => name)
  const ran = `${names.slice(0, -1).join(', ')}${names.length > 1 ? ' and ' : ''}${names.at(-1) ?? ''}`
  if (!gone) return `${ran} ran again: the finding stays`
  const [first] = news
  if (first === undefined) return `${ran} ran again: the finding is gone and nothing is new`
  const more = news.length === 1 ? '' : ` and ${news.length - 1} more`
  return `${ran} ran again: gone, but then ${first}${more}`
}

/** The platform as it would be. */
export function changed(platform: Platform, { fields, pools }: Proposal): Platform {
  const objects = fields.reduce(withField, platform.objects)
  const counts = new Map(pools.map(({ pool, count }) => [pool, count]))
  return {
    ...platform,
    objects,
    pools: platform.pools.map(pool => ({ ...pool, count: counts.get(pool.name) ?? pool.count })),
  }
}

function withField(
  objects: readonly PlatformObject[],
  { object: { kind, namespace, name }, path, value }: FieldChange,
): readonly PlatformObject[] {
  return objects.map(item => {
    const { metadata } = item.object
    const isIt =
      item.object.kind === kind && metadata.namespace === namespace && metadata.name === name
    if (!isIt) return item
    return { ...item, object: setAt(item.object, pathParts(path), value) as KubeObject }
  })
}
