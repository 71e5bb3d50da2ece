// `npm run conformance -- SUITE DIR [-o json] [--only TEXT] [--first N] [--ratchet]`: compares the
// twin with recordings of the real components. Exit 0 only when nothing differs; 2 for wrong usage.
// --family is another word for --only. --engine specification|fast: one engine of the scheduler
// suite instead of both. With --ratchet differences that tools/conformance/open-differences.json counts are tolerated.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { readDeviations } from './conformance/deviations.ts'
import { beyondOpen, readOpenDifferences } from './conformance/open-differences.ts'
import { resultText } from './conformance/report.ts'
import type { Run, SuiteResult } from './conformance/suite.ts'

const here = dirname(fileURLToPath(import.meta.url))
const suites = ['ansible', 'controlplane', 'incidents', 'scheduler', 'vectors']
const usage =
  'usage: npm run conformance -- SUITE DIR [-o json] [--only TEXT] [--first N] [--ratchet]\n' +
  '       suite ansible: [--tree PROJECT@REF=FOLDER]...\n' +
  `suites: ${suites.join(', ')}\n`

async function suiteOf(name: string): Promise<Run | undefined> {
  const file = join(here, 'conformance', `${name}.ts`)
  if (!existsSync(file)) return undefined
  const module: { run: Run } = await import(pathToFileURL(file).href)
  return module.run
}

/** Folders by `project@ref`, from `--tree project@ref=FOLDER`. */
function treesOf(given: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map(each => {
      const [name = '', ...folder] = each.split('=')
      return [name, folder.join('=')] as const
    }),
  )
}

function printed(result: SuiteResult, output: string | undefined): string {
  if (output !== 'json') return resultText(result)
  const { differences: _, ...document } = result
  return `${JSON.stringify(document, undefined, 1)}\n`
}

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      output: { type: 'string', short: 'o' },
      only: { type: 'string' },
      family: { type: 'string' },
      engine: { type: 'string' },
      first: { type: 'string' },
      ratchet: { type: 'boolean' },
      tree: { type: 'string', multiple: true },
    },
  })
  const [name, folder] = positionals
  if (name === undefined || folder === undefined || !suites.includes(name)) {
    process.stderr.write(usage)
    return 2
  }
  const only = values.only ?? values.family
  const run = await suiteOf(name)
  if (run === undefined) {
    process.stderr.write(`conformance: suite ${name} is not written yet\n`)
    return 1
  }
  if (!existsSync(folder)) {
    process.stderr.write(`conformance: ${folder} is not there\n`)
    return 2
  }
  const result = await run(folder, {
    ...(only !== undefined && { only }),
    ...(values.engine !== undefined && { engine: values.engine }),
    differencesMax: Number(values.first ?? 5),
    deviations: readDeviations(join(here, '..', 'docs', 'deviations.md')),
    trees: treesOf(values.tree ?? []),
  })
  if (result.cases === 0) {
    process.stderr.write(`conformance: no recording of suite ${name} lies in ${folder}\n`)
    return 2
  }
  process.stdout.write(printed(result, values.output))
  if (values.ratchet !== true) return result.mismatches === 0 ? 0 : 1
  const beyond = beyondOpen(result, readOpenDifferences(join(here, 'conformance')))
  for (const line of beyond) process.stderr.write(`conformance: ${line}\n`)
  return beyond.length === 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
