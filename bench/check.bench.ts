// `check` as a user runs it: whole processes on a generated platform, the first byte of help, and
// peak memory. Targets: 300 ms and 120 MiB for check, 100 ms for help, on two idle cores.

import { spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { platformNodes, platformPods, writePlatform } from './platform.ts'
import { type Row, type SuiteOptions, timedRow } from './suite.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = join(root, '.cache', 'bench', 'check')
const { ensureBuilt } = createRequire(import.meta.url)('../tools/first-use.cjs') as {
  ensureBuilt: () => string
}

const warmUps = 3

/** Times bare node, help, and check. */
export async function rows({ runs, say }: SuiteOptions): Promise<readonly Row[]> {
  const bundle = ensureBuilt()
  const manifests = writePlatform(folder)
  const check = [bundle, 'check', folder, '--nodes', String(platformNodes), '-o', 'json']
  say(`bench: check of ${manifests} manifests, ${runs} runs`)
  confirm(check)
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

/** The platform must be the one that the figures are about. */
function confirm(args: readonly string[]): void {
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (stdout === '') throw new Error(`check gave no report: ${stderr}`)
  const report = JSON.parse(stdout) as { platform: { nodes: unknown[]; pods: number } }
  const { nodes, pods } = report.platform
  if (nodes.length !== platformNodes || pods !== platformPods) {
    throw new Error(`the platform has ${nodes.length} nodes and ${pods} pods`)
  }
}

async function timed(
  args: readonly string[],
  runs: number,
  until: 'first byte' | 'exit',
): Promise<readonly number[]> {
  const samples: number[] = []
  for (let run = -warmUps; run < runs; run += 1) {
    const milliseconds = await once(args, until)
    if (run >= 0) samples.push(milliseconds)
  }
  return samples
}

function once(args: readonly string[], until: 'first byte' | 'exit'): Promise<number> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  return new Promise((resolve, reject) => {
    let firstByteMs = 0
    child.stdout.on('data', () => {
      if (firstByteMs === 0) firstByteMs = performance.now() - startedMs
    })
    child.on('error', reject)
    child.on('close', () => {
      resolve(until === 'exit' ? performance.now() - startedMs : firstByteMs)
    })
  })
}

/** Peak resident memory of one run. */
function peakMebibytes(args: readonly string[]): number {
  const hook = join(root, 'bench', 'rss-hook.cjs')
  const { output } = spawnSync(process.execPath, ['--require', hook, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  })
  return Math.round(Number(output[3]) / 1024)
}
