// `survive` as a user runs it: a whole process that installs a platform of 500 pods and strikes
// each of its 50 nodes. Target: 1 s on two idle cores.

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { writePlatform } from './platform.ts'
import { confirm, peakMebibytes, timed } from './process.ts'
import { type Row, type SuiteOptions, timedRow } from './suite.ts'

const folder = join(import.meta.dirname, '..', '.cache', 'bench', 'survive')
const { ensureBuilt } = createRequire(import.meta.url)('../tools/first-use.cjs') as {
  ensureBuilt: () => string
}

const size = { nodes: 50, pods: 500 } as const

/** Times the whole process. */
export async function rows({ runs, say }: SuiteOptions): Promise<readonly Row[]> {
  const manifests = writePlatform(folder, { deployments: 69, statefulSets: 6, services: 30 })
  const args = [ensureBuilt(), 'survive', folder, '--nodes', String(size.nodes), '-o', 'json']
  say(`bench: survive of ${manifests} manifests, ${runs} runs`)
  confirm(args, size)
  const samples = await timed(args, runs, 'exit')
  const mebibytes = peakMebibytes(args)
  const workload = 'survive, each node lost'
  const about = { workload, ...size, engine: 'whole process', millisecondsMax: 1000 }
  return [timedRow({ ...about, samples, mebibytes })]
}
