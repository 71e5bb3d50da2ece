// The shape of a report: the contract in, text out. A renderer reads no clock, environment or
// terminal and decides nothing; what it needs besides the report comes as its context.

import type { Report } from '../explain/report.ts'

export interface ReportContext {
  readonly color: boolean
  /** The text of one of the user's files, for code frames; undefined when it cannot be read. */
  readonly sourceText: (file: string) => string | undefined
  /** Findings of severity info in full; otherwise they are only counted. */
  readonly showInfo?: boolean
  /** What stands behind the = of -o jsonpath= and -o custom-columns=. */
  readonly template?: string
  /** The command that gives this report again. */
  readonly command?: string
}

export interface Reporter {
  /** As in `-o NAME` and `--report NAME=FILE`. */
  readonly name: string
  readonly doc: string
  readonly render: (report: Report, context: ReportContext) => string
}
