// Looks for remedies of a report's findings: asks every remedy that knows a cause, tries what it
// proposes, and keeps what is proven, or what at least makes the finding go away.

import { refText } from '../checks/life.ts'
import type { Finding, Report } from '../explain/report.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Platform } from '../trials/platform.ts'
import { refOf } from '../trials/voyage.ts'
import { objectOf, type Proposal, type Remedy } from './framework.ts'
import { type Proof, prove, type RunAgain } from './prove.ts'
import { remedies } from './registry.ts'

/** A proposal that was tried. */
export interface Tried {
  readonly remedy: Remedy
  readonly proposal: Proposal
  readonly proof: Proof
}

export interface SearchOptions {
  readonly runAgain: RunAgain
  /** Runs in all: each is as long as the trials of the report. */
  readonly runsMax: number
  /** Whether remedies of that finding are wanted. */
  readonly wants: (finding: Finding) => boolean
}

/** Remedies that are told for one finding. */
const toldMax = 3

/** For each finding by id what helps, best first; findings without any are left out. */
export function searchRemedies(
  platform: Platform,
  report: Report,
  { runAgain, runsMax, wants }: SearchOptions,
): ReadonlyMap<string, readonly Tried[]> {
  const written = new Map(platform.objects.map(({ object }) => [refText(refOf(object)), object]))
  const budget = { left: runsMax, seen: new Map<string, Report>() }
  const rerun = (proposal: Proposal): RunAgain | undefined => {
    const key = JSON.stringify([proposal.fields, proposal.pools])
    const known = budget.seen.get(key)
    if (known !== undefined) return () => known
    if (budget.left === 0) return undefined
    return other => {
      budget.left -= 1
      const after = runAgain(other)
      budget.seen.set(key, after)
      return after
    }
  }
  const found = new Map<string, readonly Tried[]>()
  for (const finding of report.findings.filter(wants)) {
    const tried = triedFor({ platform, before: report, finding, written, rerun })
    if (tried.length > 0) found.set(finding.id, tried)
  }
  return found
}

interface Search {
  readonly platform: Platform
  readonly before: Report
  readonly finding: Finding
  readonly written: ReadonlyMap<string, KubeObject>
  readonly rerun: (proposal: Proposal) => RunAgain | undefined
}

function triedFor({ platform, before, finding, written, rerun }: Search): readonly Tried[] {
  const tried = remedies.flatMap(remedy => {
    const helpful: Tried[] = []
    for (const proposal of proposalsOf(remedy, finding, { platform, written })) {
      const runAgain = rerun(proposal)
      if (runAgain === undefined) break
      const proof = prove({ platform, before, runAgain }, finding, proposal)
      if (!proof.gone) continue
      helpful.push({ remedy, proposal, proof })
      // What comes after in a remedy is a larger change.
      if (proof.fresh.length === 0) break
    }
    // The smallest that is proven; else the smallest that at least helps.
    const best = helpful.find(isProven) ?? helpful[0]
    return best === undefined ? [] : [best]
  })
  return [...tried.filter(isProven), ...tried.filter(each => !isProven(each))].slice(0, toldMax)
}

function isProven({ proof }: Tried): boolean {
  return proof.gone && proof.fresh.length === 0
}

function proposalsOf(
  remedy: Remedy,
  finding: Finding,
  { platform, written }: Pick<Search, 'platform' | 'written'>,
): readonly Proposal[] {
  return finding.causes.filter(remedy.handles).flatMap(cause => {
    const ask = { finding, cause, platform, written: undefined }
    const object = written.get(refText(objectOf(ask)))
    return remedy.propose({ ...ask, written: object })
  })
}
