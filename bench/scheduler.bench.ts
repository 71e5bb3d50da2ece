// `npm run -s bench -- scheduler [--only NAME] [--nodes 100,1000,5000] [--runs N]`: decisions per
// second of both engines on the workloads of scheduler_perf. Runs from a bundle, as the product
// does: the loader of the sources adds code to every function.

import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { Row, SuiteOptions } from './suite.ts'

const here = dirname(fileURLToPath(import.meta.url))

interface Bundle {
  readonly measureAll: (options: SuiteOptions) => readonly Row[]
  readonly measureGate: () => Row
}

/** The measurements, built as the product is. */
export async function bundled(): Promise<Bundle> {
  const folder = join(here, '..', '.cache', 'bench')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, 'scheduler-decisions.mjs')
  const entryPoints = [join(here, 'scheduler-decisions.ts')]
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm' })
  return (await import(pathToFileURL(outfile).href)) as Bundle
}

export async function rows(options: SuiteOptions): Promise<readonly Row[]> {
  const { measureAll } = await bundled()
  return measureAll(options)
}
