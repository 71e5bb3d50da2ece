// Markdown for pull requests and step summaries: a table of trials, then the findings.

import type { Finding, Report } from '../explain/report.ts'
import { placeText } from './frame.ts'
import type { Reporter } from './framework.ts'
import {
  byId,
  bySeverity,
  counted,
  countsText,
  findingsOf,
  objectText,
  unmodelledText,
  whenText,
  unsureText,
} from './words.ts'

export const markdown = {
  name: 'markdown',
  doc: 'Markdown for pull requests and step summaries.',
  render: report => {
    const findings = bySeverity(report.findings)
    const parts = [
      `# Sea trials on Kubernetes ${report.kubernetes}`,
      trialTable(report),
      ...findings.map(section),
      footer(report),
    ]
    return `${parts.join('\n\n')}\n`
  },
} satisfies Reporter

function trialTable({ trials, findings }: Report): string {
  const all = byId(findings)
  const rows = trials.map(trial => {
    const counts = countsText(findingsOf(trial, all))
    const { nodes, events, virtualSeconds } = trial.bounds
    const bound = `${counted(nodes, 'node')}, ${counted(events, 'event')}, ${virtualSeconds} s`
    const outcome = unsureText(trial) || trial.outcome
    const result = counts === '' ? outcome : `${outcome}: ${counts}`
    return `| ${cell(trial.name)} | ${cell(result)} | ${cell(trial.summary)} | ${bound} |`
  })
  return ['| trial | result | what | bound |', '|---|---|---|---|', ...rows].join('\n')
}

function section(finding: Finding): string {
  const { severity, rule, verdict, object, workload, message, location, causes, remedies } = finding
  const lines = [
    `## ${severity}: ${rule} ${verdict}, ${objectText(workload ?? object)}`,
    '',
    whenText(finding),
    '',
    fenced(message),
    ...(location === undefined ? [] : ['', `At \`${placeText(location)}\`.`]),
    ...(causes.length === 0 ? [] : ['']),
    ...causes.map(({ text }) => `- because ${text}`),
    ...remedies.flatMap(({ applicability, summary, diff }) => [
      `- **${applicability}**: ${summary}`,
      ...(diff === '' ? [] : ['', fenced(diff, 'diff')]),
    ]),
  ]
  return lines.join('\n')
}

function footer({ findings, platform, run, unmodelled, assumptions }: Report): string {
  const nodes = counted(platform.nodes.length, 'node')
  const lines = [
    `${countsText(findings) || 'No findings'} on ${nodes}; seed ${run.seed}, digest \`${run.digest}\`.`,
    ...assumptions.map(({ what, why }) => `- assumed ${what}: ${why}`),
    ...unmodelled.map(each => `- not modelled: ${unmodelledText(each)} (${each.effect})`),
  ]
  return lines.join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** A code block whose fence is longer than any in the text. */
function fenced(text: string, language = ''): string {
  const ticks = [...text.matchAll(/`{3,}/g)].map(([run]) => run.length)
  const fence = '`'.repeat(Math.max(3, ...ticks.map(length => length + 1)))
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`
}
