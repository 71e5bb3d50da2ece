// Annotations of GitHub Actions: workflow commands, one line per finding and problem.
// Format: docs.github.com, "Workflow commands for GitHub Actions", setting an error message.

import type { Severity } from '../explain/report.ts'
import type { Reporter } from './framework.ts'
import { bySeverity, objectText, whenText } from './words.ts'

const levels: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
}

export const github = {
  name: 'github',
  doc: 'Annotations for GitHub Actions: the default there.',
  render: ({ findings, problems }) => {
    const ofProblems = problems.map(({ severity, code, text, why, todo, ...place }) => {
      const body = [text, why, todo].filter(part => part !== undefined).join('\n')
      return command(levels[severity], { ...place, title: code }, body)
    })
    const ofFindings = bySeverity(findings).map(finding => {
      const { severity, rule, verdict, object, workload, message, causes, location } = finding
      const title = `${rule} ${verdict}: ${objectText(workload ?? object)}`
      const because = causes.map(({ text }) => `because ${text}`)
      const body = [message, ...because, whenText(finding)].join('\n')
      return command(levels[severity], { ...location, title }, body)
    })
    return [...ofProblems, ...ofFindings].map(line => `${line}\n`).join('')
  },
} satisfies Reporter

interface Properties {
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly title: string
}

function command(level: string, { file, line, column, title }: Properties, body: string): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${escapedProperty(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    ...(column === undefined ? [] : [`col=${column}`]),
    `title=${escapedProperty(title)}`,
  ]
  return `::${level} ${properties.join(',')}::${escaped(body)}`
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapedProperty(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
