// `npm run -s bench -- time [--runs N]`: simulated seconds per second of processor time. Runs from
// a bundle, as the product does: the loader of the sources adds code to every function.

import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { Row, SuiteOptions } from './suite.ts'

const here = dirname(fileURLToPath(import.meta.url))

export async function rows(options: SuiteOptions): Promise<readonly Row[]> {
  const folder = join(here, '..', '.cache', 'bench')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, 'hours.cjs')
  const entryPoints = [join(here, 'hours.ts')]
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs' })
  const module = (await import(pathToFileURL(outfile).href)) as {
    readonly measureHours: (folder: string, options: SuiteOptions) => readonly Row[]
  }
  return module.measureHours(join(folder, 'time'), options)
}
