// What a reader has to know beside the findings: assumptions, what is not modelled, problems of
// the input. The command line writes it to stderr, so that stdout stays the report.

import { createColors } from 'picocolors'
import type { Report } from '../explain/report.ts'
import type { ReportContext } from './framework.ts'
import { problemText } from './problem.ts'

/** Kinds that are named one by one; the rest is counted. */
const kindsMax = 8

/** Lines for stderr, or an empty text. */
export function notesText(report: Report, context: ReportContext): string {
  const { assumptions, unmodelled, problems } = report
  const { dim } = createColors(context.color)
  const assumed = assumptions.map(({ what, why }) => dim(`assumed ${what}: ${why}`))
  const lines = [...assumed, ...unmodelledLines(unmodelled).map(dim)]
  const parts = [
    ...problems.map(problem => problemText(problem, context)),
    ...lines.map(each => `${each}\n`),
  ]
  return parts.join('')
}

/** One line per effect: `not modelled: 3 Certificate.cert-manager.io, 1 Foo.x.io (kept, …)`. */
function unmodelledLines(unmodelled: Report['unmodelled']): readonly string[] {
  const effects = [...new Set(unmodelled.map(({ effect }) => effect))]
  return effects.map(effect => {
    const same = unmodelled.filter(each => each.effect === effect)
    const named = same.slice(0, kindsMax).map(({ kind, count }) => `${count} ${kind}`)
    const rest = same.length - named.length
    const list = [...named, ...(rest > 0 ? [`${rest} more kinds`] : [])].join(', ')
    return `not modelled: ${list} (${effect})`
  })
}
