// `--baseline FILE`: findings that were there before, by their ids, so that an old project fails
// only for what is new. The file is what `-o name` or `-o json` printed.

import { readFileSync } from 'node:fs'
import type { Checked } from '../base/problem.ts'
import type { Report } from '../explain/report.ts'
import { counted } from '../reports/words.ts'
import { right, wrong } from './pools.ts'

/** The ids of a baseline. */
export function readBaseline(file: string): Checked<ReadonlySet<string>> {
  try {
    return right(new Set(idsIn(readFileSync(file, 'utf8'))))
  } catch {
    const todo = `write one: seatrial check … -o name > ${file}`
    return wrong(`--baseline: ${file} cannot be read`, todo)
  }
}

function idsIn(text: string): readonly string[] {
  return [...text.matchAll(/\bST\d{4}-[0-9a-f]{8}\b/g)].map(([id]) => id)
}

export interface Compared {
  readonly report: Report
  /** One sentence for each thing that a reader should know. */
  readonly notes: readonly string[]
}

/** The report without what the baseline knows. */
export function withoutKnown(report: Report, known: ReadonlySet<string>): Compared {
  const findings = report.findings.filter(({ id }) => !known.has(id))
  const left = new Set(findings.map(({ id }) => id))
  const serious = new Set(
    findings.filter(({ severity }) => severity !== 'info').map(({ id }) => id),
  )
  const trials = report.trials.map(trial => {
    const ids = trial.findings.filter(id => left.has(id))
    const isQuiet = trial.outcome === 'findings' && !ids.some(id => serious.has(id))
    return { ...trial, findings: ids, outcome: isQuiet ? ('holds' as const) : trial.outcome }
  })
  const hidden = report.findings.length - findings.length
  const gone = [...known].filter(id => !report.findings.some(finding => finding.id === id)).length
  return {
    report: { ...report, findings, trials },
    notes: [
      ...(hidden === 0 ? [] : [`the baseline hides ${counted(hidden, 'finding')}`]),
      ...(gone === 0
        ? []
        : [
            `${counted(gone, 'finding')} of the baseline ${gone === 1 ? 'is' : 'are'} gone: renew it`,
          ]),
    ],
  }
}
