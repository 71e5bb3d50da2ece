// SARIF 2.1.0 for code scanning: causal chains as code flows, proven edits as fixes, stable
// fingerprints. Limits: GitHub takes 25,000 results and keeps 5,000, most severe first.

import type { Location } from '../base/problem.ts'
import type { Finding, Remedy, Report, ReportProblem, Severity } from '../explain/report.ts'
import { rules } from '../explain/rules.ts'
import type { Reporter } from './framework.ts'
import { bySeverity, objectText, whenText } from './words.ts'

const resultsMax = 5_000

const levels: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
}

export const sarif = {
  name: 'sarif',
  doc: 'SARIF 2.1.0 for code scanning, with causes as code flows and remedies as fixes.',
  render: report => `${JSON.stringify(log(report), null, 2)}\n`,
} satisfies Reporter

function log(report: Report): unknown {
  const { findings, problems, seatrial } = report
  const results = [...problems.map(problemResult), ...bySeverity(findings).map(findingResult)]
  const used = new Set([...findings.map(({ rule }) => rule), ...problems.map(({ code }) => code)])
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'seatrial',
            version: seatrial.version,
            rules: [...used].sort().map(ruleDescriptor),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: results.slice(0, resultsMax),
      },
    ],
  }
}

function ruleDescriptor(id: string): unknown {
  const rule = rules.find(each => each.id === id)
  if (rule === undefined) return { id }
  return {
    id,
    name: rule.verdict,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.meaning },
    help: { text: rule.advice },
  }
}

function problemResult({ code, severity, text, why, todo, ...place }: ReportProblem): unknown {
  const body = [text, why, todo].filter(part => part !== undefined).join('. ')
  const { file, ...rest } = place
  return {
    ruleId: code,
    level: levels[severity],
    message: { text: body },
    ...(file !== undefined && { locations: [location({ file, ...rest })] }),
  }
}

function findingResult(finding: Finding): unknown {
  const { id, rule, severity, message, object, workload, causes, remedies } = finding
  const because = causes.map(({ text }) => `because ${text}`)
  const body = [`${objectText(workload ?? object)}: ${message}`, ...because, whenText(finding)]
  const flow = causes.flatMap(cause =>
    cause.locations.map(place => ({ location: location(place, cause.text) })),
  )
  const proven = remedies.filter(({ applicability }) => applicability === 'proven')
  const fixes = proven.filter(({ edits }) => edits.length > 0).map(fix)
  return {
    ruleId: rule,
    level: levels[severity],
    message: { text: body.join('\n') },
    partialFingerprints: { 'seatrial/v1': id },
    ...(finding.location !== undefined && { locations: [location(finding.location)] }),
    ...(flow.length > 0 && { codeFlows: [{ threadFlows: [{ locations: flow }] }] }),
    ...(fixes.length > 0 && { fixes }),
  }
}

function location({ file, line, column }: Location, text?: string): unknown {
  return {
    physicalLocation: {
      artifactLocation: { uri: uri(file) },
      ...(line !== undefined && {
        region: { startLine: line, ...(column !== undefined && { startColumn: column }) },
      }),
    },
    ...(text !== undefined && { message: { text } }),
  }
}

/** A path as a relative URI reference. */
function uri(file: string): string {
  return encodeURI(file.replaceAll('\\', '/')).replaceAll('?', '%3F').replaceAll('#', '%23')
}

function fix({ summary, edits }: Remedy): unknown {
  return {
    description: { text: summary },
    artifactChanges: edits.map(({ file, start, end, text }) => ({
      artifactLocation: { uri: uri(file) },
      replacements: [
        {
          deletedRegion: { charOffset: start, charLength: end - start },
          insertedContent: { text },
        },
      ],
    })),
  }
}
