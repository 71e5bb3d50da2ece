// Reads all inputs of a run and merges them into one platform: objects with places, pools, gates.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../base/problem.ts'
import { matches, type Selector } from '../kube/label-selector.ts'
import { kindKeyOf } from '../kube/kinds.ts'
import { fittingPools, type PoolFault } from '../nodes/fitting-pools.ts'
import type {
  Assumption,
  InstallSpec,
  PlatformPart,
  PoolSpec,
  SchedulerSpec,
  SlaSpec,
  SourceSpec,
  Suppression,
} from '../trials/spec.ts'
import type { LoadContext, Place, RunTool } from './framework.ts'
import { inNamespaces } from './namespaces.ts'
import {
  isPlatformFile,
  platformFileIn,
  readPlatform,
  readPlatformFile,
} from './own/platform-file.ts'
import { readSchedulers } from './own/scheduler-files.ts'
import { noInventory } from './unknown-inventory.ts'
import { openNamed } from './place.ts'
import { codes, errorAt, warningAt } from './problems.ts'
import { sourceFor } from './registry.ts'
import type { SourceObject } from './source-object.ts'
import { suppressionsOf } from './suppressions.ts'
import { runTool } from './tool.ts'
import { emptyHarvest, type Harvest, harvest } from './walk.ts'

export interface LoadOptions {
  /** For namespaced objects that name none; `default` when not given. */
  readonly namespace?: string
  /** Labels that objects must have; others are left out, as kubectl apply -l does. */
  readonly selector?: Selector
  /** Pools of the command line or environment; they replace all others. */
  readonly pools?: readonly PoolSpec[]
  /** Configurations of kube-scheduler that the command line names; they replace all others. */
  readonly schedulers?: readonly string[]
  /** What seatrial.yaml says, already read. */
  readonly platform?: PlatformPart
  readonly toolTimeoutMs?: number
  readonly run?: RunTool
  readonly readStdin?: () => string
}

/** A platform as the user's files describe it. */
export interface Loaded {
  /** Each object once, in the order of the inputs; namespaces are filled in. */
  readonly objects: readonly SourceObject[]
  readonly pools: readonly PoolSpec[]
  /** Who said what the pools are: a flag, a file or `default`. */
  readonly poolsSetBy: string
  readonly kubernetes?: string
  readonly install?: InstallSpec
  readonly name?: string
  readonly sla?: SlaSpec
  readonly timers?: NonNullable<PlatformPart['timers']>
  readonly featureGates?: NonNullable<PlatformPart['featureGates']>
  readonly schedulers?: readonly SchedulerSpec[]
  /** A configuration of kube-scheduler cannot be used: any run would be one of another cluster. */
  readonly isRefused?: boolean
  readonly etcdHosts?: readonly string[]
  readonly trials?: NonNullable<PlatformPart['trials']>
  readonly operators?: NonNullable<PlatformPart['operators']>
  readonly problems: readonly Problem[]
  readonly assumptions: readonly Assumption[]
  readonly notes: readonly string[]
  readonly suppressions: readonly Suppression[]
}

const defaultToolTimeoutMs = 60_000

/** The pool of a user who says nothing about nodes. */
export const defaultPool: PoolSpec = {
  name: 'workers',
  count: 3,
  cpu: '4',
  memory: '16Gi',
  assumed: ['count', 'size', 'labels'],
}

/** Reads files, folders (`-` is the standard input), kustomizations; problems are data. */
export function load(inputs: readonly (string | SourceSpec)[], options: LoadOptions = {}): Loaded {
  const found = emptyHarvest()
  const named = inputs.length === 0 ? (options.platform?.sources ?? []) : inputs
  const distinct = named.filter((input, index) => named.indexOf(input) === index)
  for (const input of distinct) readInput(found, input, options)
  const namespace = namespaceOf(found, options)
  const chosen = selected(found.objects, options.selector)
  const once = withoutRepeats(inNamespaces(chosen, namespace))
  const problems = [...found.problems, ...once.problems]
  if (once.objects.length === 0 && problems.every(({ severity }) => severity !== 'error')) {
    problems.push(nothingToJudge(named, found.objects.length))
  }
  return finish(found, once.objects, problems, options)
}

function selected(
  objects: readonly SourceObject[],
  selector: Selector | undefined,
): readonly SourceObject[] {
  if (selector === undefined) return objects
  return objects.filter(({ object }) => matches(selector, object.metadata.labels))
}

function namespaceOf(found: Harvest, options: LoadOptions): string {
  if (options.namespace !== undefined) return options.namespace
  return firstOf(orderedParts(found, options.platform), 'namespace') ?? 'default'
}

// How deep seatrial.yaml files may name each other.
const nestingMax = 8

function readInput(
  found: Harvest,
  input: string | SourceSpec,
  options: LoadOptions,
  depth = 0,
): void {
  const spec = typeof input === 'string' ? { path: input } : input
  const opened = openNamed(pathOf(spec), options.readStdin ?? (() => readFileSync(0, 'utf8')))
  if ('problem' in opened) {
    found.problems.push(opened.problem)
    return
  }
  const { place } = opened
  if ('inventory' in spec && sourceFor(place)?.isInventory !== true) {
    found.problems.push(noInventory(spec.inventory))
    return
  }
  const part = platformOf(place)
  if (part?.sources === undefined || depth === nestingMax) {
    harvest(found, place, contextOf(spec, options))
    return
  }
  // A seatrial.yaml that names sources says what the platform consists of.
  found.parts.push({ part, isNamed: true })
  for (const source of part.sources) readInput(found, source, options, depth + 1)
}

/** What the seatrial.yaml says that the user named, or that lies in the folder the user named. */
function platformOf(place: Place): PlatformPart | undefined {
  if (place.type !== 'folder') {
    return place.type === 'file' && isPlatformFile(place) ? readPlatform(place).part : undefined
  }
  const name = platformFileIn(place.entries)
  return name === undefined ? undefined : readPlatformFile(join(place.path, name)).part
}

function pathOf(spec: SourceSpec): string {
  if ('path' in spec) return spec.path
  if ('kustomize' in spec) return spec.kustomize
  return 'helm' in spec ? spec.helm : spec.inventory
}

function contextOf(spec: SourceSpec, options: LoadOptions): LoadContext {
  return {
    namespace: options.namespace ?? options.platform?.namespace ?? 'default',
    run: options.run ?? runTool,
    toolTimeoutMs: options.toolTimeoutMs ?? defaultToolTimeoutMs,
    ...('helm' in spec ? { chart: { values: spec.values, release: spec.release } } : {}),
  }
}

function finish(
  found: Harvest,
  objects: readonly SourceObject[],
  problems: readonly Problem[],
  options: LoadOptions,
): Loaded {
  const parts = orderedParts(found, options.platform)
  const assumptions = [...found.assumptions]
  const { faults, ...pools } = checked(poolsOf(parts, options.pools, assumptions))
  const kubernetes = firstOf(parts, 'kubernetes')
  const install = firstOf(parts, 'install')
  const name = firstOf(parts, 'name')
  const sla = firstOf(parts, 'sla')
  const timers = firstOf(parts, 'timers')
  const featureGates = firstOf(parts, 'featureGates')
  const files = options.schedulers ?? firstOf(parts, 'schedulers')
  const configured = readSchedulers(files ?? [], options.readStdin)
  const etcdHosts = firstOf(parts, 'etcdHosts')
  const trials = firstOf(parts, 'trials')
  const operators = parts.flatMap(part => part.operators ?? [])
  const suppressed = suppressionsOf(objects)
  const total = pools.pools.reduce((sum, pool) => sum + pool.count, 0)
  return {
    objects,
    ...pools,
    ...(kubernetes === undefined ? {} : { kubernetes }),
    ...(install === undefined ? {} : { install }),
    ...(name === undefined ? {} : { name }),
    ...(sla === undefined ? {} : { sla }),
    ...(timers === undefined ? {} : { timers }),
    ...(featureGates === undefined ? {} : { featureGates }),
    ...(files === undefined ? {} : { schedulers: configured.schedulers }),
    isRefused: configured.problems.some(({ severity }) => severity === 'error'),
    ...(operators.length === 0 ? {} : { operators }),
    ...(etcdHosts === undefined ? {} : { etcdHosts }),
    ...(trials === undefined ? {} : { trials }),
    problems: [
      ...problems,
      ...configured.problems,
      ...faults,
      ...suppressed.problems,
      ...(total === 0 && faults.length === 0 ? [noNodes(pools)] : []),
    ],
    suppressions: suppressed.suppressions,
    assumptions,
    notes: notesOf(found),
  }
}

// A definition that the user named comes before seatrial.yaml, one found by walking after it.
function orderedParts(found: Harvest, platform: PlatformPart | undefined): readonly PlatformPart[] {
  const named = found.parts.filter(({ isNamed }) => isNamed).map(({ part }) => part)
  const others = found.parts.filter(({ isNamed }) => !isNamed).map(({ part }) => part)
  return [...named, ...(platform === undefined ? [] : [platform]), ...others]
}

function firstOf<K extends keyof PlatformPart>(
  parts: readonly PlatformPart[],
  field: K,
): PlatformPart[K] | undefined {
  return parts.find(part => part[field] !== undefined)?.[field]
}

interface Pools {
  readonly pools: readonly PoolSpec[]
  readonly poolsSetBy: string
}

function poolsOf(
  parts: readonly PlatformPart[],
  given: readonly PoolSpec[] | undefined,
  assumptions: Assumption[],
): Pools {
  if (given !== undefined) return { pools: given, poolsSetBy: 'flags' }
  const withPools = parts.filter(part => part.pools !== undefined)
  const first = withPools[0]
  if (first?.pools === undefined) {
    const { count, cpu, memory } = defaultPool
    assumptions.push({
      what: `${count} nodes of ${cpu} CPU / ${memory.replace('Gi', ' GiB')}`,
      why: 'nothing says what nodes there are; --nodes, --node-size or seatrial.yaml does',
      setBy: 'default',
    })
    return { pools: [defaultPool], poolsSetBy: 'default' }
  }
  for (const other of withPools.slice(1)) {
    assumptions.push({
      what: `the nodes are those of ${first.setBy}, not those of ${other.setBy}`,
      why: 'each describes a cluster of its own; name the one you mean',
      setBy: first.setBy,
    })
  }
  return { pools: first.pools, poolsSetBy: first.setBy }
}

/** The pools without what no node may have; each such thing is a problem at its pool. */
function checked({ pools: given, poolsSetBy }: Pools): Pools & { readonly faults: Problem[] } {
  const { pools, faults } = fittingPools(given)
  return { pools, poolsSetBy, faults: faults.map(fault => poolProblem(fault, poolsSetBy)) }
}

/** A part of a pool that Kubernetes refuses, at the place where the pool was said. */
export function poolProblem({ pool, what, why }: PoolFault<PoolSpec>, poolsSetBy: string): Problem {
  const told = {
    what: `pool ${pool.name}: ${what}`,
    why: `the API server refuses it: ${why}`,
    todo: 'correct it; it is left out of this run',
  }
  const { location } = pool
  if (location === undefined && poolsSetBy === 'flags') {
    return { code: 'ST0001', severity: 'error', ...told }
  }
  return errorAt(codes.ownFile, location ?? { file: poolsSetBy }, told)
}

function noNodes(pools: Pools): Problem {
  const location = pools.pools[0]?.location ?? { file: pools.poolsSetBy }
  return errorAt(codes.noNodes, location, {
    what: 'this platform has no nodes',
    why: 'no pod can run, so there is nothing to try',
    todo: 'give a pool at least one node',
  })
}

function nothingToJudge(inputs: readonly (string | SourceSpec)[], others: number): Problem {
  const names = inputs.map(input => (typeof input === 'string' ? input : pathOf(input)))
  return errorAt(
    codes.emptyFolder,
    { file: names[0] ?? '.' },
    {
      what: `no Kubernetes object was found in ${names.join(', ') || 'no input'}`,
      why:
        others === 0
          ? 'there is nothing to judge'
          : `none of the ${others} objects has the labels of --selector`,
      todo:
        others === 0
          ? 'name the manifests of the platform as well'
          : 'correct --selector, or leave it away',
    },
  )
}

// Applying the same object again changes it: the last one is what the cluster ends up with.
function withoutRepeats(objects: readonly SourceObject[]): {
  readonly objects: readonly SourceObject[]
  readonly problems: readonly Problem[]
} {
  const last = new Map<string, number>()
  objects.forEach((item, index) => {
    const key = identity(item)
    if (key !== undefined) last.set(key, index)
  })
  const repeats = new Map<string, { count: number; example: SourceObject; kept: SourceObject }>()
  const kept = objects.filter((item, index) => {
    const key = identity(item)
    const winner = key === undefined ? index : (last.get(key) ?? index)
    const other = objects[winner]
    if (winner === index || other === undefined) return true
    const files = `${item.source.file.name}\n${other.source.file.name}`
    const known = repeats.get(files)
    if (known === undefined) repeats.set(files, { count: 1, example: item, kept: other })
    else known.count++
    return false
  })
  return { objects: kept, problems: [...repeats.values()].map(repeatProblem) }
}

function identity({ object }: SourceObject): string | undefined {
  const { name, namespace } = object.metadata
  return name === undefined ? undefined : `${kindKeyOf(object)}/${namespace ?? ''}/${name}`
}

function repeatProblem(repeat: {
  readonly count: number
  readonly example: SourceObject
  readonly kept: SourceObject
}): Problem {
  const { example, kept, count } = repeat
  const place = kept.locate('metadata.name')
  const also = count === 1 ? '' : `, and ${count - 1} more objects of this file likewise`
  const { namespace, name } = example.object.metadata
  return warningAt(codes.sameObject, example.locate('metadata.name'), {
    object: `${example.object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name ?? ''}`,
    what: `this object is also in ${place.file}:${place.line ?? 1}${also}`,
    why: 'the later one is applied over the earlier one; only the later one is judged',
    todo: 'name only the files that belong to one platform',
  })
}

function notesOf(found: Harvest): readonly string[] {
  const { skippedFiles } = found
  if (skippedFiles === 0) return found.notes
  const files = skippedFiles === 1 ? '1 file holds' : `${skippedFiles} files hold`
  return [...found.notes, `${files} no Kubernetes object (values, workflows and the like)`]
}
