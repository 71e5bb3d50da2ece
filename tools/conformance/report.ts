// The text of a suite's result for people: the first differences, then one row per family.

import type { Difference, SuiteResult } from './suite.ts'

const shownMax = 300

function short(text: string): string {
  return text.length <= shownMax ? text : `${text.slice(0, shownMax)}… (${text.length} characters)`
}

function differenceText({ id, paths }: Difference): string {
  const places = paths.map(
    ({ path, want, got }) =>
      `  ${path === '' ? '(all)' : path}\n    recorded ${short(want)}\n    twin     ${short(got)}`,
  )
  return [id, ...places].join('\n')
}

/** Everything a person needs to see; ends with a newline. */
export function resultText(result: SuiteResult): string {
  const width = Math.max(6, ...result.families.map(family => family.name.length))
  const rows = result.families.map(
    ({ name, cases, checked, mismatches }) =>
      `${name.padEnd(width)} ${String(cases).padStart(7)} ${String(checked).padStart(8)} ` +
      `${String(mismatches).padStart(11)}`,
  )
  const header = `${'family'.padEnd(width)}   cases  checked  mismatches`
  const { suite, folder, cases, checked, mismatches, skipped } = result
  const hidden = mismatches - result.differences.length
  return [
    ...result.differences.map(differenceText),
    ...(hidden > 0 && result.differences.length > 0 ? [`… and ${hidden} more that differ`] : []),
    header,
    ...rows,
    ...(result.notes ?? []),
    `${suite} ${folder}: ${cases} cases, ${checked} checked, ${mismatches} mismatches, ` +
      `${skipped} skipped (docs/deviations.md)`,
    '',
  ].join('\n')
}
