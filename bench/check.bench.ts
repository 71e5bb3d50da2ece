// `check` as a user runs it: whole processes on a generated platform, the first byte of help, and
// peak memory. Targets: 300 ms and 120 MiB for check, 100 ms for help, on two idle cores.

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { platformNodes, platformPods, writePlatform } from './platform.ts'
import { confirm, peakMebibytes, timed } from './process.ts'
import { type Row, type SuiteOptions, timedRow } from './suite.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = join(root, '.cache', 'bench', 'check')
const { ensureBuilt } = createRequire(import.meta.url)('../tools/first-use.cjs') as {
  ensureBuilt: () => string
}

/** Times bare node, help, and check. */
export async function rows({ runs, say }: SuiteOptions): Promise<readonly Row[]> {
  const bundle = ensureBuilt()
  const manifests = writePlatform(folder)
  const check = [bundle, 'check', folder, '--nodes', String(platformNodes), '-o', 'json']
  say(`bench: check of ${manifests} manifests, ${runs} runs`)
  confirm(check, { nodes: platformNodes, pods: platformPods })
  const about = { nodes: 0, pods: 0, engine: 'whole process' }
  const size = { nodes: platformNodes, pods: platformPods, engine: 'whole process' }
  const bare = await timed(['-e', 'console.log(1)'], runs, 'first byte')
  const help = await timed([bundle, '--help'], runs, 'first byte')
  const whole = await timed(check, runs, 'exit')
  return [
    timedRow({ workload: 'node alone, first byte', ...about, samples: bare, millisecondsMax: 100 }),
    timedRow({ workload: '--help, first byte', ...about, samples: help, millisecondsMax: 100 }),
    timedRow({
      workload: `check of ${manifests} manifests`,
      ...size,
      samples: whole,
      millisecondsMax: 300,
      mebibytes: peakMebibytes(check),
    }),
  ]
}
