// Problems as people read them: what, where with the user's own line, why, and what to do.

import { createColors } from 'picocolors'
import type { ReportProblem } from '../explain/report.ts'
import type { ReportContext } from './framework.ts'
import { frame } from './frame.ts'

/** The problem with its code frame, as lines that end with a newline. */
export function problemText(problem: ReportProblem, context: ReportContext): string {
  const colors = createColors(context.color)
  const { code, severity, file, line, column, text, why, todo } = problem
  const mark = severity === 'error' ? colors.red('✗') : colors.yellow('!')
  const lines = [`${mark} ${colors.bold(code)} ${text}`]
  if (file !== undefined) {
    const location = {
      file,
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
    }
    const options = { sourceText: context.sourceText, indent: '   ', accent: colors.cyan }
    lines.push(...frame({ location, text: 'here' }, options))
  }
  if (why !== undefined) lines.push(`  because  ${why}`)
  if (todo !== undefined) lines.push(`  to do    ${todo}`)
  return `${lines.join('\n')}\n`
}
