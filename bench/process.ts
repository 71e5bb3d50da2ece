// Whole processes, timed: what a user waits for.

import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const warmUps = 3

/** The platform must be the one that the figures are about. */
export function confirm(
  args: readonly string[],
  size: { readonly nodes: number; readonly pods: number },
): void {
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (stdout === '') throw new Error(`there was no report: ${stderr}`)
  const report = JSON.parse(stdout) as { platform: { nodes: unknown[]; pods: number } }
  const { nodes, pods } = report.platform
  if (nodes.length !== size.nodes || pods !== size.pods) {
    throw new Error(`the platform has ${nodes.length} nodes and ${pods} pods`)
  }
}

/** Milliseconds of so many runs, after three that warm the caches. */
export async function timed(
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
export function peakMebibytes(args: readonly string[]): number {
  const hook = join(root, 'bench', 'rss-hook.cjs')
  const { output } = spawnSync(process.execPath, ['--require', hook, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  })
  return Math.round(Number(output[3]) / 1024)
}
