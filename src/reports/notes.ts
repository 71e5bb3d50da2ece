// What a reader has to know beside the findings: assumptions, what is not modelled, problems of
// the input. The command line writes it to stderr, so that stdout stays the report.

import { createColors } from 'picocolors'
import type { Report, ReportProblem } from '../explain/report.ts'
import { placeText } from './frame.ts'
import type { ReportContext } from './framework.ts'
import { problemText } from './problem.ts'
import { objectText, unmodelledText } from './words.ts'

/** Kinds that are named one by one; the rest is counted. */
const kindsMax = 8
/** Problems of one code that are told in full; the rest is counted unless asked for. */
const problemsMax: Readonly<Record<ReportProblem['severity'], number>> = { error: 20, warning: 3 }

/** What is told beside a report of any kind. */
type Notes = Pick<Report, 'assumptions' | 'unmodelled' | 'problems' | 'suppressed'>

/** Lines for stderr, or an empty text. */
export function notesText(report: Notes, context: ReportContext): string {
  const { assumptions, unmodelled, problems, suppressed = [] } = report
  const { dim } = createColors(context.color)
  const assumed = assumptions.map(each => dim(assumptionText(each)))
  const hidden = suppressed.map(each => dim(suppressedText(each)))
  const lines = [
    ...assumed,
    ...hidden,
    ...unmodelledLines(unmodelled, context.showInfo === true).map(dim),
  ]
  return [problemsText(problems, context), ...lines.map(each => `${each}\n`)].join('')
}

/** Problems in their order; of many with one code only the first are told in full. */
export function problemsText(problems: readonly ReportProblem[], context: ReportContext): string {
  const told = new Map<string, number>()
  const full = problems.filter(({ code, severity }) => {
    const before = told.get(code) ?? 0
    told.set(code, before + 1)
    return context.showInfo === true || before < problemsMax[severity]
  })
  const { dim } = createColors(context.color)
  const rest = [...told].flatMap(([code, count]) => {
    const shown = full.filter(problem => problem.code === code).length
    return count === shown ? [] : [dim(`  ${count - shown} more ${code}; -v shows all\n`)]
  })
  return [...full.map(problem => problemText(problem, context)), ...rest].join('')
}

/** One kind in one line; of several with the same effect each has its own line below it. */
function unmodelledLines(unmodelled: Report['unmodelled'], showAll: boolean): readonly string[] {
  const effects = [...new Set(unmodelled.map(({ effect }) => effect))]
  return effects.flatMap(effect => {
    const same = unmodelled.filter(each => each.effect === effect)
    const [only] = same
    if (same.length === 1 && only !== undefined) {
      return [`not modelled: ${unmodelledText(only)} (${effect})`]
    }
    const shown = showAll ? same : same.slice(0, kindsMax)
    const rest = same.length - shown.length
    return [
      `not modelled: ${same.length} kinds (${effect})`,
      ...shown.map(each => `  ${unmodelledText(each)}`),
      ...(rest > 0 ? [`  and ${rest} more kinds; -v shows all`] : []),
    ]
  })
}

/** `suppressed ST1101 of Deployment shop/web (web.yaml:3:5): the vendor licenses one`. */
function suppressedText({
  rule,
  object,
  location,
  reason,
}: NonNullable<Report['suppressed']>[number]): string {
  return `suppressed ${rule} of ${objectText(object)} (${placeText(location)}): ${reason}`
}

/** `assumed Secret shop/tls exists (web.yaml:12:3): …`. */
function assumptionText({
  what,
  why,
  locations: [place] = [],
}: Report['assumptions'][number]): string {
  const where = place === undefined ? '' : ` (${placeText(place)})`
  return `assumed ${what}${where}: ${why}`
}
