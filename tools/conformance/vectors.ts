// Suite `vectors`: arithmetic, selectors, patches, hashes and other small answers of upstream's
// libraries. A topic is one file of the folder; tools/conformance/vectors/<topic>.ts answers it.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readRecording, recordingsIn } from './recordings.ts'
import type { Run } from './suite.ts'
import { Tally } from './tally.ts'
import type { Topic } from './vectors/topic.ts'

const here = dirname(fileURLToPath(import.meta.url))

interface Case {
  readonly id: string
  readonly family: string
  readonly in: unknown
  readonly out: unknown
}

async function topicOf(name: string): Promise<Topic | undefined> {
  const file = join(here, 'vectors', `${name}.ts`)
  if (!existsSync(file)) return undefined
  const module: { answer: Topic } = await import(pathToFileURL(file).href)
  return module.answer
}

export const run: Run = async (folder, options) => {
  const tally = new Tally('vectors', folder, options)
  for (const { name, path } of recordingsIn(folder)) {
    const answer = await topicOf(name)
    for (const line of readRecording(path)) check(line as Case, { name, answer, tally })
  }
  return tally.result()
}

interface Checking {
  readonly name: string
  readonly answer: Topic | undefined
  readonly tally: Tally
}

function check(given: Case, { name, answer, tally }: Checking): void {
  const family = `${name}/${given.family}`
  const caseName = { family, id: given.id }
  if (!tally.wants(caseName)) return
  if (answer === undefined || tally.isDeviation(family)) {
    tally.cannotRun(caseName, 'not implemented')
    return
  }
  let got: unknown
  try {
    got = answer(given.family, given.in)
  } catch (error) {
    got = { threw: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
  if (got === undefined) tally.cannotRun(caseName, 'not implemented')
  else tally.compare(caseName, given.out, got)
}
