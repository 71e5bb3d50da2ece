// What check and size do before a trial: settings, seatrial.yaml, input files, node pools.

import { statSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import type { Problem } from '../base/problem.ts'
import { discoverPlatform, readPlatformFile } from '../sources/own/platform-file.ts'
import { fittingPools } from '../nodes/fitting-pools.ts'
import { defaultPool, type Loaded, load, poolProblem } from '../sources/load.ts'
import { codes } from '../sources/problems.ts'
import type { Assumption, PlatformPart, PoolSpec } from '../trials/spec.ts'
import { unknownVariables } from './flags.ts'
import type { Io } from './io.ts'
import { changedPools, usageProblem } from './pools.ts'
import type { Settings } from './settings.ts'

export interface Prepared {
  readonly loaded: Loaded
  /** Inputs as the user called them. */
  readonly sources: readonly string[]
  /** The seatrial.yaml that applies, if any. */
  readonly platformFile?: string
}

/** Reads everything; whatever is wrong is in `loaded.problems`. */
export function prepare(settings: Settings): Prepared {
  const named = settings.inputs
  const file = named.length === 0 ? shownPath(discoverPlatform('.')) : platformFileFor(named)
  const { part, problems } = file === undefined ? noPlatform : readPlatformFile(file)
  if (named.length === 0 && part?.sources === undefined) {
    // A platform file that cannot be read may well list sources: its own problems say enough.
    return { loaded: nothing(problems.length > 0 ? problems : [noInput()]), sources: [] }
  }
  const loaded = load(named, {
    ...(settings.namespace !== undefined && { namespace: settings.namespace }),
    ...(settings.selector !== undefined && { selector: settings.selector }),
    ...(settings.pools !== undefined && { pools: settings.pools }),
    ...(settings.schedulers !== undefined && { schedulers: settings.schedulers }),
    ...(part !== undefined && { platform: part }),
  })
  const inputs = named.length > 0 ? named : (part?.sources ?? [])
  return {
    loaded: withPools({ ...loaded, problems: [...problems, ...loaded.problems] }, settings),
    sources: inputs.map(input =>
      typeof input === 'string' ? input : Object.values(input).join(' '),
    ),
    ...(file !== undefined && { platformFile: file }),
  }
}

/**
 * The seatrial.yaml that belongs to the first input: in its folder or above. One that lies in a
 * named folder is read together with that folder.
 */
function platformFileFor(inputs: Settings['inputs']): string | undefined {
  const paths = inputs.map(input => (typeof input === 'string' ? input : pathOf(input)))
  const [first = '-'] = paths
  const found = discoverPlatform(first === '-' ? '.' : folderOf(first))
  if (found === undefined) return undefined
  const home = dirname(resolve(found))
  const isRead = inputs.some(input => typeof input === 'string' && resolve(input) === home)
  return isRead ? undefined : shownPath(found)
}

function pathOf(input: Exclude<Settings['inputs'][number], string>): string {
  return 'kustomize' in input ? input.kustomize : '.'
}

/** Paths below the current folder are shown from there. */
function shownPath(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  const shown = relative('.', file)
  return shown.startsWith('..') ? file : shown
}

/** The folder of a file, or the folder itself; the current one when there is no such path. */
function folderOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return '.'
  return stats.isDirectory() ? path : dirname(path)
}

const noPlatform: { readonly part?: PlatformPart; readonly problems: readonly Problem[] } = {
  problems: [],
}

function noInput(): Problem {
  return usageProblem(
    'nothing to judge was named',
    'name files, folders or - for stdin: seatrial check ./deploy; or list sources in seatrial.yaml',
  )
}

/** A platform of nothing but problems. */
export function nothing(problems: readonly Problem[]): Loaded {
  return {
    objects: [],
    pools: [],
    poolsSetBy: 'default',
    problems,
    assumptions: [],
    notes: [],
    suppressions: [],
  }
}

/** --nodes, --node-size and --zones change the pools that the files give. */
export function withPools(loaded: Loaded, settings: Settings): Loaded {
  const { nodes, nodeSize: size, zones } = settings
  if (nodes === undefined && size === undefined && zones === undefined) return loaded
  const isDefault = loaded.poolsSetBy === 'default'
  const base = loaded.pools.length === 0 ? [defaultPool] : loaded.pools
  const changed = changedPools(base, {
    ...(nodes !== undefined && { nodes }),
    ...(size !== undefined && { size }),
    ...(zones !== undefined && { zones }),
  })
  const { pools, faults } = fittingPools(changed)
  const total = pools.reduce((sum, pool) => sum + pool.count, 0)
  const before = loaded.problems.filter(({ code }) => code !== codes.noNodes || total === 0)
  const problems = [...before, ...faults.map(fault => poolProblem(fault, 'flags'))]
  const others = loaded.assumptions.filter(({ setBy }) => setBy !== 'default' || !isDefault)
  const rest = isDefault ? remaining(settings, pools) : []
  return { ...loaded, pools, problems, poolsSetBy: 'flags', assumptions: [...rest, ...others] }
}

/** What is still taken for granted about nodes when only a part of it was said. */
function remaining(
  { nodes, nodeSize }: Settings,
  [pool]: readonly PoolSpec[],
): readonly Assumption[] {
  const { count = 0, cpu = '', memory = '' } = pool ?? {}
  const parts = [
    ...(nodes === undefined ? [`${count} nodes`] : []),
    ...(nodeSize === undefined ? [`nodes of ${cpu} CPU / ${memory.replace('Gi', ' GiB')}`] : []),
  ]
  const flags = [
    ...(nodes === undefined ? ['--nodes'] : []),
    ...(nodeSize === undefined ? ['--node-size'] : []),
  ]
  if (parts.length === 0) return []
  return [
    {
      what: parts.join(', '),
      why: `nothing says so; ${flags.join(', ')} or seatrial.yaml does`,
      setBy: 'default',
    },
  ]
}

/** A warning for each SEATRIAL_ variable that means nothing. */
export function environmentNotes({ env }: Pick<Io, 'env'>): string {
  return unknownVariables(env)
    .map(name => `seatrial: ${name} is not a setting and is ignored\n`)
    .join('')
}
