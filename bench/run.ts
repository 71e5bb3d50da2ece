// `npm run -s bench -- SUITE [-o json] [--runs N] [--only NAME] [--nodes LIST]`: measures, prints the median and the spread.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { machineText, resultText, type Suite, type SuiteResult } from './suite.ts'

const here = dirname(fileURLToPath(import.meta.url))

async function suiteOf(name: string): Promise<Suite | undefined> {
  const file = join(here, `${name}.bench.ts`)
  return existsSync(file) ? ((await import(pathToFileURL(file).href)) as Suite) : undefined
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      output: { type: 'string', short: 'o' },
      runs: { type: 'string' },
      only: { type: 'string' },
      nodes: { type: 'string' },
    },
  })
  const [name = 'check'] = positionals
  const suite = await suiteOf(name)
  if (suite === undefined) {
    console.error(`bench: there is no suite "${name}"; see bench/*.bench.ts`)
    return 2
  }
  const say = (text: string): void => console.error(text)
  const rows = await suite.rows({
    runs: Number(values.runs ?? 20),
    ...(values.only !== undefined && { only: values.only }),
    ...(values.nodes !== undefined && { nodes: values.nodes.split(',').map(Number) }),
    say,
  })
  const result: SuiteResult = { suite: name, machine: machineText(), rows }
  const isJson = values.output === 'json'
  process.stdout.write(isJson ? `${JSON.stringify(result, null, 2)}\n` : resultText(result))
  const slow = rows.filter(
    ({ overSpecification = 0, overSpecificationMin = 0 }) =>
      overSpecification < overSpecificationMin,
  )
  for (const { workload, overSpecification, overSpecificationMin } of slow) {
    const text = `${workload}: × ${overSpecification} of the specification`
    console.error(`bench: ${text}, × ${overSpecificationMin} at least`)
  }
  return slow.length === 0 ? 0 : 1
}

process.exitCode = await main()
