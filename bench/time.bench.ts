// `npm run -s bench -- time [--runs N]`: simulated seconds per second of processor time.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { benchCache, bundled } from './bundle.ts'
import type { Row, SuiteOptions } from './suite.ts'

export async function rows(options: SuiteOptions): Promise<readonly Row[]> {
  const module = (await import(pathToFileURL(await bundled('hours')).href)) as {
    readonly measureHours: (folder: string, options: SuiteOptions) => readonly Row[]
  }
  return module.measureHours(join(benchCache, 'time'), options)
}
