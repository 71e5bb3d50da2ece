// `npm run -s bench -- scheduler [--only NAME] [--nodes 100,1000,5000] [--runs N]`: decisions per
// second of both engines on the workloads of scheduler_perf. SEATRIAL_SCHEDULER_CORE names a folder
// with the Go program that runs the real scheduler's decision core beside them.

import { pathToFileURL } from 'node:url'
import { bundled } from './bundle.ts'
import { peakMebibytes } from './process.ts'
import { withCore } from './scheduler-core.ts'
import type { Row, SuiteOptions } from './suite.ts'

interface Measurements {
  readonly measureAll: (options: SuiteOptions) => readonly Row[]
  readonly measureGate: () => Row
}

/** The measurements of decisions. */
export async function measurements(): Promise<Measurements> {
  return (await import(pathToFileURL(await bundled('scheduler-decisions')).href)) as Measurements
}

export async function rows(options: SuiteOptions): Promise<readonly Row[]> {
  const { measureAll } = await measurements()
  const own = measureAll(options)
  const recorder = process.env['SEATRIAL_SCHEDULER_CORE']
  const measured = recorder === undefined ? own : withCore(own, recorder)
  const isWanted = options.nodes === undefined || options.nodes.includes(memoryNodes)
  if (!isWanted || !'Memory'.includes(options.only ?? '')) return measured
  return [...measured, await memoryRow(options)]
}

const memoryNodes = 5000
const podsPerNode = 30
const mebibytesMax = 400

async function memoryRow({ say }: SuiteOptions): Promise<Row> {
  const outfile = await bundled('scheduler-memory')
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
