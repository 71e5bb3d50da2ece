// `init` behind its words: looks for sources, writes seatrial.yaml, says what it found.

import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { dump } from 'js-yaml'
import type { Problem } from '../base/problem.ts'
import { reportProblem } from '../explain/problems.ts'
import { problemText } from '../reports/problem.ts'
import { counted } from '../reports/words.ts'
import { defaultPool } from '../sources/load.ts'
import { type Surveyed, survey } from '../sources/survey.ts'
import type { PoolSpec, SourceSpec } from '../trials/spec.ts'
import type { Call } from './commands/framework.ts'
import { exits } from './exit.ts'
import { contextFor } from './output.ts'
import { changedPools, usageProblem } from './pools.ts'
import { type Product, realProduct } from './product.ts'
import { settingsOf } from './opening.ts'
import type { Settings } from './settings.ts'

const file = 'seatrial.yaml'

/** Runs `seatrial init` in a folder; answers the exit status. */
export async function runInitCommand(
  call: Call,
  product: Product = realProduct,
  folder = '.',
): Promise<number> {
  const { args, io } = call
  const settings = settingsOf(call, product)
  if (settings === undefined) return exits.usage
  const fail = (problem: Problem): number => {
    io.err(problemText(reportProblem(problem), contextFor(settings, io, 'err')))
    return exits.usage
  }
  const found = args.length === 0 ? survey(folder) : args.flatMap(named)
  if (found.length === 0) return fail(nothingFound(args))
  const text = fileText(found, settings, folder)
  try {
    writeFileSync(join(folder, file), text, { flag: 'wx' })
  } catch (error) {
    return fail(notWritten(error))
  }
  io.out(`${text}\n${summary(found)}\n`)
  io.err(`wrote ${file}; next: ${io.invocation} check\n`)
  return exits.holds
}

/** A path of the user: what it is as a whole, else what is below it. */
function named(path: string): readonly Surveyed[] {
  const inside = survey(path)
  const isOne = inside.length === 1 && !('path' in (inside[0]?.source ?? {}))
  if (isOne || inside.length === 0) return inside
  const objects = inside.reduce((sum, each) => sum + (each.objects ?? 0), 0)
  return [{ source: { path }, objects, hasPools: inside.some(({ hasPools }) => hasPools) }]
}

function nothingFound(args: readonly string[]): Problem {
  const where = args.length === 0 ? 'this folder' : args.join(', ')
  const todo = 'go to the folder of your manifests, or name it: seatrial init ./deploy'
  return usageProblem(`nothing to judge lies in ${where}`, todo)
}

function notWritten(error: unknown): Problem {
  const { code, message } = error as NodeJS.ErrnoException
  if (code !== 'EEXIST') return usageProblem(`${file} cannot be written`, 'see the reason', message)
  const todo = 'edit it, or delete it first; seatrial check --show-config shows what applies'
  return usageProblem(`there is a ${file} already`, todo, 'init never overwrites one')
}

function fileText(found: readonly Surveyed[], settings: Settings, folder: string): string {
  const parts = [
    '# What this platform is made of; every part is optional, flags come first.',
    '# yaml-language-server: $schema=https://seatrial.dev/schemas/platform.schema.json',
    'apiVersion: seatrial.dev/v1',
    'kind: Platform',
    settings.kubernetes === undefined
      ? '# kubernetes: "1.36"'
      : `kubernetes: ${JSON.stringify(settings.kubernetes)}`,
    ...poolLines(found, settings),
    'sources:',
    ...found.map(({ source }) => `- ${flow(written(source, folder))}`),
    '# trials: [install, restart, lose-node, drain]',
    '# How long nobody may serve after one failure, in seconds: beyond it a finding is an error.',
    '# sla: {downSeconds: 60}',
  ]
  return `${parts.join('\n')}\n`
}

function poolLines(found: readonly Surveyed[], settings: Settings): readonly string[] {
  const { pools, nodes, nodeSize: size, zones } = settings
  const isSaid = pools ?? nodes ?? size ?? zones
  if (isSaid === undefined && found.some(({ hasPools }) => hasPools)) {
    return ['# The nodes are those of a cluster definition among the sources.']
  }
  const said = changedPools(pools ?? [defaultPool], {
    ...(nodes !== undefined && { nodes }),
    ...(size !== undefined && { size }),
    ...(zones !== undefined && { zones }),
  })
  const note = isSaid === undefined ? ['# Nobody said what nodes there are: correct this.'] : []
  return [...note, 'pools:', ...said.map(pool => `- ${flow(poolWritten(pool))}`)]
}

function poolWritten({ location: _, assumed: __, ...pool }: PoolSpec): unknown {
  return pool
}

/** Relative to the file. */
function written(source: SourceSpec, folder: string): unknown {
  const shown = (path: string): string => {
    const near = relative(folder, path)
    return near === '' ? '.' : near.startsWith('..') ? near : `./${near}`
  }
  if ('path' in source) return shown(source.path)
  if ('kustomize' in source) return { kustomize: shown(source.kustomize) }
  return 'helm' in source ? { helm: shown(source.helm) } : source
}

function flow(value: unknown): string {
  return dump(value, { flowLevel: 0, lineWidth: -1 }).trimEnd()
}

function summary(found: readonly Surveyed[]): string {
  const objects = found.reduce((sum, each) => sum + (each.objects ?? 0), 0)
  const built = found.filter(each => each.objects === undefined).length
  const parts = [
    ...(objects > 0 ? [counted(objects, 'object')] : []),
    ...(built > 0 ? [`${counted(built, 'source')} that your kubectl or helm builds`] : []),
  ]
  return `# ${counted(found.length, 'source')}: ${parts.join(', ')}`
}
