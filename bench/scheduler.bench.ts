// `npm run -s bench -- scheduler [--only NAME] [--nodes 100,1000,5000] [--runs N]`: decisions per
// second of both engines on the workloads of scheduler_perf. Runs from a bundle, as the product
// does: the loader of the sources adds code to every function.

import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { peakMebibytes } from './process.ts'
import type { Row, SuiteOptions } from './suite.ts'

/** The product reads versions through `require`, which a module does not have. */
const requireBanner = `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)`

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
  const banner = { js: requireBanner }
  const entryPoints = [join(here, 'scheduler-decisions.ts')]
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', banner })
  return (await import(pathToFileURL(outfile).href)) as Bundle
}

export async function rows(options: SuiteOptions): Promise<readonly Row[]> {
  const { measureAll } = await bundled()
  const measured = measureAll(options)
  const isWanted = options.nodes === undefined || options.nodes.includes(memoryNodes)
  if (!isWanted || !'Memory'.includes(options.only ?? '')) return measured
  return [...measured, await memoryRow(options)]
}

const memoryNodes = 5000
const podsPerNode = 30
const mebibytesMax = 400

async function memoryRow({ say }: SuiteOptions): Promise<Row> {
  const outfile = join(here, '..', '.cache', 'bench', 'scheduler-memory.mjs')
  const banner = { js: requireBanner }
  const entryPoints = [join(here, 'scheduler-memory.ts')]
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', banner })
  const mebibytes = peakMebibytes([outfile, String(memoryNodes), String(podsPerNode)])
  say(`Memory ${memoryNodes}: ${mebibytes} MiB`)
  return {
    workload: 'Memory',
    nodes: memoryNodes,
    pods: memoryNodes * podsPerNode,
    engine: 'whole process',
    perSecond: 0,
    spread: 0,
    floor: 0,
    ratio: Number((mebibytesMax / mebibytes).toPrecision(3)),
    mebibytes,
    mebibytesMax,
  }
}
