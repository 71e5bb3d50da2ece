// JUnit XML: one suite per trial, one case per finding, and one case for the trial itself.

import type { Finding, TrialReport } from '../explain/report.ts'
import { placeText } from './frame.ts'
import type { Reporter } from './framework.ts'
import { byId, findingsOf, objectText, unsureText, whenText } from './words.ts'

export const junit = {
  name: 'junit',
  doc: 'JUnit XML for CI systems: errors are failures, warnings and notes are output.',
  render: report => {
    const all = byId(report.findings)
    const suites = report.trials.map(trial => suite(trial, findingsOf(trial, all)))
    const name = attribute('name', `seatrial on Kubernetes ${report.kubernetes}`)
    return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${name}>\n${suites.join('')}</testsuites>\n`
  },
} satisfies Reporter

function suite(trial: TrialReport, findings: readonly Finding[]): string {
  const failures = findings.filter(({ severity }) => severity === 'error').length
  const isSkipped = trial.outcome === 'inconclusive'
  const attributes = [
    attribute('name', trial.name),
    attribute('tests', String(findings.length + 1)),
    attribute('failures', String(failures)),
    attribute('skipped', isSkipped ? '1' : '0'),
    attribute('time', String(trial.bounds.virtualSeconds)),
  ]
  const whole = `${attribute('classname', trial.name)} ${attribute('name', trial.summary || trial.name)}`
  const skipped = `><skipped ${attribute('message', unsureText(trial))}/></testcase>`
  const trialCase = `    <testcase ${whole}${isSkipped ? skipped : '/>'}\n`
  const cases = findings.map(finding => findingCase(trial, finding))
  return `  <testsuite ${attributes.join(' ')}>\n${trialCase}${cases.join('')}  </testsuite>\n`
}

function findingCase(trial: TrialReport, finding: Finding): string {
  const { severity, rule, verdict, object, workload, message, causes, location } = finding
  const name = `${rule} ${verdict} ${objectText(workload ?? object)}`
  const place = location === undefined ? [] : [placeText(location)]
  const lines = [whenText(finding), ...place, ...causes.map(({ text }) => `because ${text}`)]
  const attributes = `${attribute('classname', trial.name)} ${attribute('name', name)}`
  const body = escaped([message, ...lines].join('\n'))
  const inside =
    severity === 'error'
      ? `<failure ${attribute('type', rule)} ${attribute('message', message)}>${body}</failure>`
      : `<system-out>${body}</system-out>`
  return `    <testcase ${attributes}>${inside}</testcase>\n`
}

function attribute(name: string, value: string): string {
  return `${name}="${escaped(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;')}"`
}

/** XML text; characters that XML 1.0 cannot hold become U+FFFD. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
}
