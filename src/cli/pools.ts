// Node pools of the command line: --pool in full, or --nodes, --node-size and --zones on top of
// what the files say.

import type { Mutable } from '../base/mutable.ts'
import type { Checked, Problem } from '../base/problem.ts'
import type { PoolSpec } from '../trials/spec.ts'
import { didYouMean } from '../base/nearest.ts'

export const usageCode = 'ST0001'

/** A Problem with something that was typed. */
export function usageProblem(what: string, todo: string, why?: string): Problem {
  return { code: usageCode, severity: 'error', what, ...(why !== undefined && { why }), todo }
}

/** Something that cannot be read. */
export function wrong<T>(what: string, todo: string, why?: string): Checked<T> {
  return { ok: false, problems: [usageProblem(what, todo, why)] }
}

/** Something that was read. */
export function right<T>(value: T): Checked<T> {
  return { ok: true, value, problems: [] }
}

export interface NodeSize {
  readonly cpu: string
  readonly memory: string
}

const cpuPattern = /^\d+(\.\d+)?m?$/
const memoryPattern = /^\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)$/
const nothing = /^[0.]+[A-Za-z]*$/

/** `4x16Gi`: CPU and memory of a node. */
export function parseNodeSize(text: string): Checked<NodeSize> {
  const [cpu = '', memory = '', ...rest] = text.split('x')
  const isNone = nothing.test(cpu) || nothing.test(memory)
  if (rest.length === 0 && !isNone && cpuPattern.test(cpu) && memoryPattern.test(memory)) {
    return right({ cpu, memory })
  }
  return wrong(`"${text}" is not the size of a node`, 'write CPU, x, memory: 4x16Gi')
}

export interface CountRange {
  readonly least?: number
  readonly most?: number
  /** Why there is a most. */
  readonly why?: string
}

/** As many nodes as Kubernetes itself supports in one cluster. */
export const nodesRange: CountRange = {
  least: 1,
  most: 5000,
  why: 'Kubernetes itself supports 5000 nodes in one cluster, and a pod needs at least one',
}

const countMax = 999_999_999

/** A whole number within a range; from 1 on unless told otherwise. */
export function parseCount(
  text: string,
  flag: string,
  { least = 1, most = countMax, why }: CountRange = {},
): Checked<number> {
  const count = Number(text)
  if (/^\d{1,9}$/.test(text) && count >= least && count <= most) return right(count)
  const what = `${flag}: "${text}" is not a whole number from ${least} to ${most}`
  const example = flag === '-v' ? '-v=1' : `${flag} 3`
  return wrong(what, `write ${example}`, /^-?\d+$/.test(text) ? why : undefined)
}

/** `a,b,c` without empty parts. */
export function parseList(text: string): readonly string[] {
  return text
    .split(/[,;]/)
    .map(part => part.trim())
    .filter(part => part !== '')
}

type PoolFields = Partial<Mutable<PoolSpec>>
type FieldReader = (value: string, into: PoolFields) => string | undefined

/** Each key of --pool: writes its field, or answers what is wrong. */
const poolFields: Readonly<Record<string, FieldReader>> = {
  name: (value, into) => {
    into.name = value
    return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(value) ? undefined : 'a lower-case name: workers'
  },
  count: (value, into) => wholeNumber(value, 0, count => (into.count = count)),
  min: (value, into) => wholeNumber(value, 0, count => (into.min = count)),
  max: (value, into) => wholeNumber(value, 0, count => (into.max = count)),
  pods: (value, into) => wholeNumber(value, 1, count => (into.pods = count)),
  arch: (value, into) => {
    into.arch = value
    return /^[a-z0-9]+$/.test(value) ? undefined : 'an architecture: amd64 or arm64'
  },
  cpu: (value, into) => {
    into.cpu = value
    return cpuPattern.test(value) ? undefined : 'a CPU quantity: 4 or 3500m'
  },
  memory: (value, into) => {
    into.memory = value
    return memoryPattern.test(value) ? undefined : 'a memory quantity: 16Gi'
  },
  zones: (value, into) => {
    into.zones = parseList(value)
    return into.zones.length > 0 ? undefined : 'zones: a;b;c'
  },
  labels: (value, into) => {
    const pairs = parseList(value).map(pair => pair.split('='))
    into.labels = Object.fromEntries(pairs.map(([key = '', ...rest]) => [key, rest.join('=')]))
    return pairs.every(pair => pair.length === 2) ? undefined : 'labels: key=value;key2=value2'
  },
  taints: (value, into) => {
    const taints = parseList(value).map(parseTaint)
    into.taints = taints.filter(taint => taint !== undefined)
    return taints.includes(undefined) ? 'taints: key=value:NoSchedule' : undefined
  },
}

function wholeNumber(
  value: string,
  least: number,
  set: (count: number) => void,
): string | undefined {
  if (!/^\d{1,6}$/.test(value) || Number(value) < least) return `a whole number from ${least}`
  set(Number(value))
  return undefined
}

type Taint = NonNullable<PoolSpec['taints']>[number]

function parseTaint(text: string): Taint | undefined {
  const match = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(text)
  if (match === null) return undefined
  const [, key = '', value, effect] = match
  return { key, effect: effect as Taint['effect'], ...(value && { value }) }
}

/** `name=workers,count=3,cpu=4,memory=16Gi,…`; what is not said is a default. */
export function parsePool(text: string, index: number): Checked<PoolSpec> {
  if (text.trim() === '') return wrong('--pool says nothing', 'write --pool name=workers,count=3')
  const fields: PoolFields = {}
  for (const part of text.split(',').filter(each => each !== '')) {
    const at = part.indexOf('=')
    const key = at < 0 ? part : part.slice(0, at)
    const read = Object.hasOwn(poolFields, key) ? poolFields[key] : undefined
    if (read === undefined) {
      return wrong(`--pool has no "${key}"`, didYouMean(key, Object.keys(poolFields)))
    }
    const fault = at < 0 ? 'a value' : read(part.slice(at + 1), fields)
    if (fault !== undefined) return wrong(`--pool ${part}: this is not ${fault}`, `write ${fault}`)
  }
  const name = index === 0 ? 'workers' : `workers-${index + 1}`
  const assumed = [
    ...(fields.count === undefined ? (['count'] as const) : []),
    ...(fields.cpu === undefined || fields.memory === undefined ? (['size'] as const) : []),
  ]
  const said = assumed.length === 0 ? {} : { assumed }
  return right({ name, count: 3, cpu: '4', memory: '16Gi', ...said, ...fields })
}

export interface PoolChange {
  readonly nodes?: number
  readonly size?: NodeSize
  readonly zones?: readonly string[]
}

/** What --pool, --nodes, --node-size and --zones make of the pools of a trial. */
export function changePoolsBy(
  given: PoolChange & { readonly pools?: readonly PoolSpec[]; readonly nodeSize?: NodeSize },
): (own: readonly PoolSpec[]) => readonly PoolSpec[] {
  const { pools, nodes, nodeSize: size, zones } = given
  return own =>
    changedPools(pools ?? own, {
      ...(nodes !== undefined && { nodes }),
      ...(size !== undefined && { size }),
      ...(zones !== undefined && { zones }),
    })
}

/** The pools with another number of nodes, size or zones; the largest open pool varies. */
export function changedPools(
  pools: readonly PoolSpec[],
  { nodes, size, zones }: PoolChange,
): readonly PoolSpec[] {
  const varied = largest(pools)
  const others = pools.reduce((sum, pool) => sum + (pool === varied ? 0 : pool.count), 0)
  return pools.map(pool => {
    const counted = nodes !== undefined && pool === varied
    const said = [...(counted ? ['count'] : []), ...(size === undefined ? [] : ['size'])]
    const assumed = pool.assumed?.filter(each => !said.includes(each))
    return {
      ...pool,
      ...(assumed !== undefined && { assumed }),
      ...(size !== undefined && size),
      ...(zones !== undefined && { zones }),
      ...(counted && { count: Math.max(0, nodes - others) }),
    }
  })
}

/** The pool with most nodes among those that any pod can land on. */
function largest(pools: readonly PoolSpec[]): PoolSpec | undefined {
  const open = pools.filter(({ taints = [] }) =>
    taints.every(({ effect }) => effect === 'PreferNoSchedule'),
  )
  const candidates = open.length > 0 ? open : pools
  return candidates.reduce<PoolSpec | undefined>(
    (best, pool) => (best === undefined || pool.count > best.count ? pool : best),
    undefined,
  )
}
