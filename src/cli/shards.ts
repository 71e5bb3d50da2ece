// Explores with several processes: each takes every Nth act, and the report puts them in order, so
// that it is the one of a single process.

import type { ExploreReport } from '../index.ts'
import type { Call } from './commands/framework.ts'
import { exits } from './exit.ts'
import { type Flag, type FlagName, flags } from './flags.ts'
import type { Settings } from './settings.ts'

/** The merged report of --jobs processes; undefined where one process is to do it all. */
export async function sharded(
  call: Call,
  { explore, inputs }: Settings,
): Promise<ExploreReport | undefined> {
  const { jobs, shard } = explore
  // What comes over stdin can be read once only.
  if (jobs === 1 || shard !== undefined || inputs.includes('-')) return undefined
  const parts = await Promise.all(
    Array.from({ length: jobs }, (_, index) => partOf(call, `${index + 1}/${jobs}`)),
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

/** Flags that a part has of its own, or that are for the whole. */
const ofTheWhole: readonly FlagName[] = ['jobs', 'shard', 'record', 'output']

/** The words of the command that explores one shard of a call, and nothing else of it. */
export function shardWords({ args, given }: Call, shard: string): readonly string[] {
  const kept = (flags as readonly (Flag & { readonly name: FlagName })[]).flatMap(flag => {
    if (ofTheWhole.includes(flag.name)) return []
    const values = given.get(flag.name)?.values ?? []
    const name = `--${flag.name}`
    return values.map(value => (flag.value === undefined ? name : `${name}=${value}`))
  })
  return ['explore', ...kept, '--output=json', '--jobs=1', `--shard=${shard}`, '--', ...args]
}

/** What a process of its own says of a shard; nothing when the shard has no act. */
async function partOf(call: Call, shard: string): Promise<ExploreReport | undefined> {
  const { spawn } = await import('node:child_process')
  const [, script = ''] = process.argv
  const words = [...process.execArgv, script, ...shardWords(call, shard)]
  // Variables are among the words already; one that is for the whole would come back through them.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('SEATRIAL_')),
  )
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const text = Buffer.concat(out).toString('utf8')
      const hasReport = code !== null && code < exits.bug && text !== ''
      if (hasReport) resolve(JSON.parse(text) as ExploreReport)
      else if (code === exits.usage) resolve(undefined)
      else
        reject(
          new Error(`shard ${shard} ended with ${code ?? signal}:\n${String(Buffer.concat(err))}`),
        )
    })
  })
}
