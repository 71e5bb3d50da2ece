// Explores with several processes: each takes every Nth act, and the report puts them in order, so
// that it is the one of a single process.

import type { ExploreReport } from '../index.ts'
import type { Settings } from './settings.ts'

/** The merged report of --jobs processes; undefined where one process is to do it all. */
export async function sharded({ explore }: Settings): Promise<ExploreReport | undefined> {
  const { jobs, shard } = explore
  if (jobs === 1 || shard !== undefined) return undefined
  const parts = await Promise.all(
    Array.from({ length: jobs }, (_, index) => partOf(`${index + 1}/${jobs}`)),
  )
  return merged(parts.flatMap(part => part ?? []))
}

/** The acts of all parts in the order in which one process would explore them. */
export function merged(parts: readonly ExploreReport[]): ExploreReport | undefined {
  const [first] = parts
  if (first === undefined) return undefined
  const most = Math.max(...parts.map(({ scenarios }) => scenarios.length))
  const scenarios = Array.from({ length: most }, (_, round) =>
    parts.flatMap(part => part.scenarios[round] ?? []),
  ).flat()
  return { ...first, scenarios }
}

/** What another process of the same command line says of its shard; nothing when it has no act. */
async function partOf(shard: string): Promise<ExploreReport | undefined> {
  const { spawn } = await import('node:child_process')
  const given = process.argv.slice(1)
  const args = [...process.execArgv, ...given, '--shard', shard, '--jobs', '1', '-o', 'json']
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      resolve(text === '' ? undefined : (JSON.parse(text) as ExploreReport))
    })
  })
}
