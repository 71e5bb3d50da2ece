// `npm run -s bench -- scheduler [--only NAME] [--nodes 100,1000,5000] [--runs N]`: decisions per
// second of both engines on the workloads of scheduler_perf. Runs from a bundle, as the product
// does: the loader of the sources adds code to every function.

import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { Row, SuiteOptions } from './suite.ts'

const here = dirname(fileURLToPath(import.meta.url))

export async function rows(options: SuiteOptions): Promise<readonly Row[]> {
  const folder = join(here, '..', '.cache', 'bench')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, 'scheduler-decisions.mjs')
  const entryPoints = [join(here, 'scheduler-decisions.ts')]
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm' })
  const module = (await import(pathToFileURL(outfile).href)) as {
    readonly measureAll: (options: SuiteOptions) => readonly Row[]
  }
  return module.measureAll(options)
}
