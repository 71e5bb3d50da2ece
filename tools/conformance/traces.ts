// `tsx tools/conformance/traces.ts FILE... [--case TEXT] [--first N] [--log] [-o json]`: replays recorded
// traces of a real control plane and tells where the twin differs.

import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Mismatch } from './trace-compare.ts'
import { readCases } from './trace-format.ts'
import { replayTrace, type TraceResult } from './trace-run.ts'

interface Family {
  readonly name: string
  readonly cases: number
  readonly checked: number
  readonly mismatches: number
  readonly aspects: Readonly<Record<string, number>>
}

function aspectsOf(results: readonly TraceResult[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { mismatches } of results) {
    for (const aspect of new Set(mismatches.map(each => each.aspect))) {
      counts[aspect] = (counts[aspect] ?? 0) + 1
    }
  }
  return counts
}

function line({ aspect, t, subject, want, got }: Mismatch): string {
  const when = t === undefined ? '' : ` t=${t}`
  return `    ${aspect}${when} ${subject}\n      want ${JSON.stringify(want)}\n      got  ${JSON.stringify(got)}`
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      case: { type: 'string', default: '' },
      first: { type: 'string', default: '3' },
      log: { type: 'boolean', default: false },
      output: { type: 'string', short: 'o', default: 'text' },
    },
  })
  const families: Family[] = []
  const say = values.output === 'json' ? () => {} : (text: string) => console.log(text)
  for (const path of positionals) {
    const cases = readCases(path).filter(({ id }) => id.includes(values.case))
    const results = cases.map(each => replayTrace(each))
    const bad = results.filter(({ mismatches }) => mismatches.length > 0)
    if (values.log) for (const { log } of results) say(log().join('\n'))
    for (const { id, mismatches } of bad) {
      say(`  ${id}: ${mismatches.length}`)
      for (const mismatch of mismatches.slice(0, Number(values.first))) say(line(mismatch))
    }
    const name = basename(path).replace(/\.jsonl(\.gz)?$/, '')
    const aspects = aspectsOf(bad)
    families.push({
      name,
      cases: cases.length,
      checked: results.length,
      mismatches: bad.length,
      aspects,
    })
    say(`${name}: ${cases.length} cases, ${bad.length} differ ${JSON.stringify(aspects)}`)
  }
  const mismatches = families.reduce((sum, family) => sum + family.mismatches, 0)
  const checked = families.reduce((sum, family) => sum + family.checked, 0)
  if (values.output === 'json') {
    const report = { suite: 'traces', cases: checked, checked, mismatches, skipped: 0, families }
    console.log(JSON.stringify(report))
  }
  process.exitCode = mismatches === 0 ? 0 : 1
}

main()
