// `npm run tidy`: what a machine can judge about the house style. Old offenders of the size limits
// are listed in tidy-offenders.json, a list that may only shrink (`npm run tidy -- --shrink`).

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSourceFile, type SourceFile } from './source-file.ts'
import {
  checkBanned,
  checkFirstLine,
  checkSpreads,
  checkImports,
  checkMembers,
  checkSize,
  type Offence,
} from './tidy-checks.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const offendersPath = join(root, 'tools', 'tidy-offenders.json')
const folders = ['src', 'tools', 'test', 'bench']
const skipped = /(^|\/)(generated|testdata|node_modules)\/|\.generated\.ts$/

/** `check path subject` → the amount that is tolerated. */
export type Offenders = Readonly<Record<string, number>>

/** All offences of the given files, before the ratchet. */
export function offencesIn(files: readonly SourceFile[]): readonly Offence[] {
  const each = files.flatMap(file => [
    ...checkImports(file),
    ...checkBanned(file),
    ...checkSize(file),
    ...checkFirstLine(file),
    ...checkSpreads(file),
  ])
  return [...each, ...checkMembers(files)]
}

function ratchetKey(offence: Offence): string | undefined {
  return offence.subject === undefined ? undefined : `${offence.path} ${offence.subject}`
}

/** The largest amount of each offence that the ratchet knows. */
export function measured(offences: readonly Offence[]): Offenders {
  const amounts: Record<string, number> = {}
  for (const offence of offences) {
    const key = ratchetKey(offence)
    if (key === undefined) continue
    amounts[key] = Math.max(amounts[key] ?? 0, offence.amount ?? 0)
  }
  return amounts
}

/** Offences that no list excuses, and lines of the list that are larger than need be. */
export function afterRatchet(offences: readonly Offence[], listed: Offenders): readonly Offence[] {
  const now = measured(offences)
  const worse = offences.filter(offence => {
    const key = ratchetKey(offence)
    return key === undefined || (offence.amount ?? 0) > (listed[key] ?? 0)
  })
  const stale = Object.entries(listed)
    .filter(([key, amount]) => (now[key] ?? 0) < amount)
    .map(([key, amount]) => ({
      check: 'ratchet',
      path: 'tools/tidy-offenders.json',
      line: 1,
      text: `"${key}" is listed with ${amount} and now is ${now[key] ?? 'fine'}: run npm run tidy -- --shrink`,
    }))
  return [...worse, ...stale]
}

/** The list with every line at most as large as it is now; nothing is ever added. */
export function shrunk(offences: readonly Offence[], listed: Offenders): Offenders {
  const now = measured(offences)
  const kept = Object.entries(listed).flatMap(([key, amount]) => {
    const left = Math.min(amount, now[key] ?? 0)
    return left === 0 ? [] : [[key, left] as const]
  })
  return Object.fromEntries(kept)
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return filesBelow(path)
    return path.endsWith('.ts') && !skipped.test(path) ? [path] : []
  })
}

/** Every source file that tidy looks at. */
export function sourceFiles(): readonly SourceFile[] {
  return folders
    .flatMap(filesBelow)
    .sort()
    .map(path => readSourceFile(root, path))
}

/** Checks the working tree; the offences that remain after the ratchet. */
export function tidy(): { readonly files: number; readonly offences: readonly Offence[] } {
  const files = sourceFiles()
  return { files: files.length, offences: afterRatchet(offencesIn(files), readOffenders()) }
}

function readOffenders(): Offenders {
  return JSON.parse(readFileSync(offendersPath, 'utf8')) as Offenders
}

function main(): void {
  if (process.argv.includes('--shrink')) {
    const list = shrunk(offencesIn(sourceFiles()), readOffenders())
    writeFileSync(offendersPath, `${JSON.stringify(list, null, 2)}\n`)
  }
  const { files, offences } = tidy()
  for (const { path, line, check, text } of offences) {
    console.error(`${path}:${line} ${check}: ${text}`)
  }
  console.error(`tidy: ${files} files, ${offences.length} offences`)
  if (offences.length > 0) process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
