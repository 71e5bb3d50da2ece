// TEMPORARY
import type { Token } from './lexer.ts'
import type { CelIssue, Source } from './source.ts'
export function syntaxErrors(source: Source, _tokens: readonly Token[]): CelIssue[] {
  return [{ location: source.locationOf(0), message: 'Syntax error' }]
}
