// What ansible-core 2.19 says of a YAML error after a look at the line it stands in; the examples
// that follow some of these sentences are left out.
// Upstream: ansible-core 2.19 _internal/_yaml/_errors.py AnsibleYAMLParserError.handle_exception.

import type { YamlErrorParts } from './error.ts'

export interface Advice {
  readonly message: string
  /** Where in the line the slip was found, if that is not where the parser stopped. */
  readonly column?: number
}

/** The sentence for an error in a line; `line` is empty where there is none. */
export function yaml219Error(parts: YamlErrorParts, line: string): Advice {
  const slip = parts.isOwn === true ? undefined : slipIn(line)
  return slip ?? { message: ownWords(parts) }
}

function slipIn(line: string): Advice | undefined {
  const tab = line.indexOf('\t')
  if (tab >= 0) return { message: 'Tabs are usually invalid in YAML.', column: tab + 1 }
  return templateIn(line) ?? colonIn(line) ?? quoteIn(line)
}

function templateIn(line: string): Advice | undefined {
  const match = /^\s*(?:-\s+)*(?:[\w\s]+:\s+)?(\{\{.*\}\})/d.exec(line)
  const start = match?.indices?.[1]?.[0]
  if (start === undefined) return undefined
  const message = 'This may be an issue with missing quotes around a template block.'
  return { message, column: start + 1 }
}

function colonIn(line: string): Advice | undefined {
  if (line.trimStart().startsWith(':')) return undefined
  const match = /^\s*(?:-\s+)*(?:[\w\s[\]{}]+:\s+)?(.*)$/d.exec(line)
  const start = match?.indices?.[1]?.[0]
  if (match === null || start === undefined) return undefined
  const value = (match[1] ?? '').replace(/^\s*('[^']*'|"[^"]*")\s*$/, whole =>
    '.'.repeat(whole.length),
  )
  const colon = value.search(/:($| )/)
  if (colon < 0) return undefined
  const message = 'Colons in unquoted values must be followed by a non-space character.'
  return { message, column: start + colon + 1 }
}

function quoteIn(line: string): Advice | undefined {
  const match = /^\s*(?:-\s+)*(?:[\w\s]+:\s+)?(["'].*?\s*)$/d.exec(line)
  const start = match?.indices?.[1]?.[0]
  const value = match?.[1]
  if (value === undefined || start === undefined) return undefined
  const first = value[0] as string
  const same = 'Values starting with a quote must end with the same quote'
  if (first !== value.at(-1)) return { message: `${same}.`, column: start + 1 }
  if (line.split(first).length - 1 <= 2) return undefined
  return { message: `${same}, and not contain that quote.`, column: start + 1 }
}

function ownWords({ context, problem }: YamlErrorParts): string {
  const text = [context, problem].filter(part => part !== undefined && part !== '').join(' ')
  const sentence = `${(text[0] ?? '').toUpperCase()}${text.slice(1)}`
  return (sentence.endsWith('.') ? sentence : `${sentence}.`).replaceAll(/\s+/g, ' ').trim()
}
