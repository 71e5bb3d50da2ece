// Suite `vectors`: arithmetic, selectors, patches, hashes and other small answers of upstream's
// libraries. A topic is one file of the folder; tools/conformance/vectors/<topic>.ts answers it.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readLines, recordingsIn } from './recordings.ts'
import type { Run } from './suite.ts'
import { type CaseName, Tally } from './tally.ts'
import type { TopicModule } from './vectors/topic.ts'

const here = dirname(fileURLToPath(import.meta.url))

interface Case {
  readonly in: unknown
  readonly out: unknown
}

async function topicOf(name: string): Promise<TopicModule | undefined> {
  const file = join(here, 'vectors', `${name}.ts`)
  return existsSync(file) ? ((await import(pathToFileURL(file).href)) as TopicModule) : undefined
}

export const run: Run = async (folder, options) => {
  const tally = new Tally('vectors', folder, options)
  for (const { name, path } of recordingsIn(folder)) {
    const module = await topicOf(name)
    if (module?.prepare !== undefined) prepare(path, module.prepare)
    for (const line of readLines(path)) {
      // Keys are sorted, so the family stands in front of what is expensive to parse.
      const [, id, family] = /^\{"id":"([^"]*)","family":"([^"]*)"/.exec(line) ?? []
      if (id === undefined || family === undefined) throw new Error(`${path}: not a case: ${line}`)
      check({ line, module, name: { family: `${name}/${family}`, id }, topic: family }, tally)
    }
  }
  return tally.result()
}

/** Whatever `--only` asks for, the cases of a recording need its bindings. */
function prepare(path: string, take: (input: unknown) => void): void {
  for (const line of readLines(path)) {
    if (!/^\{"id":"[^"]*","family":"bindings"/.test(line)) continue
    const recorded: Case = JSON.parse(line)
    take(recorded.in)
  }
}

interface Checking {
  readonly line: string
  readonly module: TopicModule | undefined
  readonly name: CaseName
  /** The family as the recording calls it. */
  readonly topic: string
}

function check({ line, module, name, topic }: Checking, tally: Tally): void {
  if (!tally.wants(name)) return
  if (module === undefined || tally.isDeviation(name.family)) {
    tally.cannotRun(name, 'not implemented')
    return
  }
  const recorded: Case = JSON.parse(line)
  let got: unknown
  try {
    got = module.answer(topic, recorded.in)
  } catch (error) {
    got = { threw: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
  if (got === undefined) tally.cannotRun(name, 'not implemented')
  else {
    const [want, have] = module.comparable?.(recorded.out, got) ?? [recorded.out, got]
    tally.compare(name, want, have)
  }
}
