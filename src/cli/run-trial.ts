// `trial` behind its words: each trial with its expectations, met or not.

import type { Problem } from '../base/problem.ts'
import { reportProblem } from '../explain/problems.ts'
import type { Report } from '../explain/report.ts'
import type { TrialFileResult } from '../index.ts'
import { findingText } from '../reports/finding-text.ts'
import type { ReportContext } from '../reports/framework.ts'
import { placeText } from '../reports/frame.ts'
import { problemsText } from '../reports/notes.ts'
import { problemText } from '../reports/problem.ts'
import { bySeverity, counted } from '../reports/words.ts'
import type { Call } from './commands/framework.ts'
import { exits } from './exit.ts'
import { contextFor, documentText } from './output.ts'
import { changePoolsBy, usageProblem } from './pools.ts'
import { type Product, realProduct } from './product.ts'
import { settingsOf } from './opening.ts'
import type { Settings } from './settings.ts'
import { version } from './version.ts'

/** Runs `seatrial trial FILE…`; answers the exit status. */
export async function runTrialCommand(call: Call, product: Product = realProduct): Promise<number> {
  const { io } = call
  const settings = settingsOf(call, product)
  if (settings === undefined) return exits.usage
  const context = { ...contextFor(settings, io, 'out'), problems: contextFor(settings, io, 'err') }
  const files = settings.inputs.filter(input => typeof input === 'string')
  if (files.length === 0) {
    io.err(problemText(reportProblem(noFile()), context.problems))
    return exits.usage
  }
  const results = product.runTrialFiles(files, trialOptions(settings))
  const document = documentText(documentOf(results), settings)
  if (document !== undefined) io.out(document)
  else {
    const problems = results.flatMap(({ report }) => report.problems)
    io.err(problemsText(problems, context.problems))
    io.out(results.map(result => resultText(result, context)).join(''))
    io.out(summary(results))
  }
  return statusOf(results)
}

function noFile(): Problem {
  return usageProblem('no trial was named', 'name trial files: seatrial trial night.trial.yaml')
}

function trialOptions(settings: Settings) {
  const { kubernetes, schedule, namespace, schedulers } = settings
  return {
    version,
    schedule,
    ...(kubernetes !== undefined && { kubernetes }),
    ...(namespace !== undefined && { namespace }),
    ...(schedulers !== undefined && { schedulers }),
    changePools: changePoolsBy(settings),
  }
}

function documentOf(results: readonly TrialFileResult[]): unknown {
  const trials = results.map(({ file, name, met, expectations, report }) => ({
    file,
    name,
    met,
    expectations,
    report,
  }))
  return { apiVersion: 'seatrial.dev/v1', kind: 'TrialResults', trials }
}

/** One line when all expectations are met; else each that is not, and what was found. */
function resultText(result: TrialFileResult, context: ReportContext): string {
  const { name, met, file, expectations, report } = result
  const missed = expectations.filter(expectation => !expectation.met)
  const count = counted(expectations.length, 'expectation')
  const outcome = met ? count : failureText(report, missed.length, count)
  const head = `${met ? '✓' : '✗'} ${name}  ${file}  ${outcome}\n`
  const lines = missed.map(
    ({ expected, seen, location }) =>
      `   ${placeText(location)}\n   expected ${expected}\n   seen     ${seen}\n`,
  )
  if (met && context.showInfo !== true) return head
  const findings = bySeverity(report.findings).map(finding => `${findingText(finding, context)}\n`)
  return [head, ...lines, ...findings].join('')
}

/** Why a trial is not as expected: errors in its input, expectations that are not met, or both. */
function failureText({ problems }: Report, missed: number, count: string): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const parts = [
    ...(errors === 0 ? [] : [`${counted(errors, 'error')} in its input`]),
    ...(missed === 0 ? [] : [`${missed} of ${count} not met`]),
  ]
  return parts.join(', ')
}

function summary(results: readonly TrialFileResult[]): string {
  const met = results.filter(result => result.met).length
  return `${met} of ${counted(results.length, 'trial')} as expected\n`
}

function statusOf(results: readonly TrialFileResult[]): number {
  const problems = results.flatMap(({ report }) => report.problems)
  if (problems.some(({ severity }) => severity === 'error')) return exits.usage
  return results.every(({ met }) => met) ? exits.holds : exits.findings
}
