// Problems as reports carry them: flat, with the place in fields of its own.

import type { Problem } from '../base/problem.ts'
import type { ReportProblem } from './report.ts'

/** The flat form of a Problem. */
export function reportProblem(problem: Problem): ReportProblem {
  const { code, severity, location, object, what, why, todo } = problem
  return {
    code,
    severity,
    ...(location !== undefined && { file: location.file }),
    ...(location?.line !== undefined && { line: location.line }),
    ...(location?.column !== undefined && { column: location.column }),
    text: object === undefined ? what : `${object}: ${what}`,
    ...(why !== undefined && { why }),
    ...(todo !== undefined && { todo }),
  }
}
