// *.trial.yaml: a scripted trial as data, with the place of each step and expectation.

import { dirname } from 'node:path'
import type { Problem } from '../../base/problem.ts'
import { type Condition, conditionText, type When } from '../../checks/property.ts'
import type { VerdictName } from '../../checks/verdict.ts'
import type {
  DeleteStep,
  Expectation,
  FaultStep,
  ObjectChangeSpec,
  Placed,
  PodOf,
  PropertySpec,
  RestartTarget,
  SetStep,
  TrialSpec,
  TrialStep,
} from '../../trials/spec.ts'
import type { ObjectRef } from '../../kube/object.ts'
import { parseSchedule } from '../../engine/schedule.ts'
import type { DrainOptions } from '../../trials/drain.ts'
import { isMapping, type Json } from '../objects.ts'
import { filePlace } from '../place.ts'
import { codes, errorAt } from '../problems.ts'
import { locateIn } from '../source-object.ts'
import type { ReadDocument } from '../yaml/read.ts'
import { operatorProblems, operatorsFrom } from './operators.ts'
import {
  durationMs,
  gatesFrom,
  pathIn,
  poolsFrom,
  schedulersFrom,
  sourcesFrom,
  timersFrom,
} from './parts.ts'
import { minorOf } from './platform-file.ts'
import { validateOwn } from './validate.ts'

const installTimeoutMs = 600_000
const operatorsPath = ['spec', 'cluster', 'operators'] as const

export interface ReadTrials {
  readonly trials: readonly TrialSpec[]
  readonly problems: readonly Problem[]
}

/** Reads the trials of a file, one per document; `path` is how the user would call it. */
export function readTrialFile(path: string): ReadTrials {
  const { documents, problems } = filePlace(path, true).read()
  const found: Problem[] = [...problems]
  const trials: TrialSpec[] = []
  for (const document of documents) {
    if (document.value === null) continue
    const invalid = validateOwn(document, 'trial')
    const wrong = invalid.length > 0 ? invalid : operatorProblems(document, operatorsPath)
    found.push(...wrong)
    if (wrong.length === 0 && isMapping(document.value)) {
      trials.push(trialFrom(document.value, document, path))
    }
  }
  if (trials.length === 0 && found.length === 0) found.push(noTrial(path))
  return { trials, problems: found }
}

function noTrial(path: string): Problem {
  return errorAt(
    codes.emptyFile,
    { file: path },
    {
      what: 'this file holds no trial',
      why: 'a trial has apiVersion: seatrial.dev/v1, kind: Trial and a spec with steps',
      todo: 'write the trial, or name another file',
    },
  )
}

function trialFrom(value: Json, document: ReadDocument, path: string): TrialSpec {
  const spec = mapping(value['spec'])
  const cluster = mapping(spec['cluster'])
  const { pools, kubernetes } = cluster
  const timers = timersFrom(cluster['timers'])
  const operators = operatorsFrom(cluster['operators'], document.source, operatorsPath)
  const { description } = spec
  const folder = dirname(path)
  return {
    name: nameOf(value, path),
    file: path,
    ...(typeof description === 'string' ? { description } : {}),
    ...scheduleFrom(spec['schedule'], document),
    ...(typeof kubernetes === 'string' ? { kubernetes: minorOf(kubernetes) } : {}),
    ...(pools === undefined
      ? {}
      : { pools: poolsFrom(pools, document.source, ['spec', 'cluster', 'pools']) }),
    ...(timers === undefined ? {} : { timers }),
    ...gatesFrom(cluster['featureGates']),
    ...schedulersFrom(cluster['schedulers'], folder),
    ...(operators.length === 0 ? {} : { operators }),
    sources: sourcesFrom(spec['sources'], folder),
    changes: placed(spec, 'changes', document).map(changeFrom),
    steps: placed(spec, 'steps', document).flatMap(([step, at]) => stepFrom(step, at, folder)),
    properties: placed(spec, 'properties', document).map(propertyFrom),
    expect: placed(spec, 'expect', document).map(([item, at]) => ({
      ...expectationFrom(item),
      ...at,
    })),
  }
}

/** The schema lets only well-formed ones pass. */
function scheduleFrom(text: Json[string], { source }: ReadDocument): Pick<TrialSpec, 'schedule'> {
  const parsed = typeof text === 'string' ? parseSchedule(text) : undefined
  if (parsed?.ok !== true) return {}
  const location = locateIn(source, ['spec', 'schedule'])
  return { schedule: { chosen: parsed.value, location } }
}

function nameOf(value: Json, path: string): string {
  const { name } = mapping(value['metadata'])
  if (typeof name === 'string') return name
  return (path.split('/').at(-1) ?? path).replace(/(?:\.trial)?\.ya?ml$/, '')
}

function mapping(value: unknown): Json {
  return isMapping(value) ? value : {}
}

function placed(spec: Json, field: string, document: ReadDocument): readonly [Json, Placed][] {
  const items = spec[field]
  if (!Array.isArray(items)) return []
  return items.map((item, index) => {
    const location = locateIn(document.source, ['spec', field, index])
    return [mapping(item), { location }]
  })
}

function changeFrom([item, at]: readonly [Json, Placed]): ObjectChangeSpec {
  return { object: text(item['object']), path: text(item['path']), value: item['value'], ...at }
}

const moments: readonly When[] = ['always', 'never', 'eventually']

function propertyFrom([item, at]: readonly [Json, Placed]): PropertySpec {
  const when = moments.find(each => item[each] !== undefined) ?? 'always'
  const { object, ...asked } = mapping(item[when])
  const condition = asked as Condition
  const name = item['name'] ?? `${when} ${text(object)} ${conditionText(condition)}`
  return { ...condition, name: text(name), when, object: objectOf(text(object)), ...at }
}

function objectOf(path: string): ObjectRef {
  const [kind = '', first = '', second] = path.split('/')
  return second === undefined ? { kind, name: first } : { kind, namespace: first, name: second }
}

function text(value: unknown): string {
  return String(value)
}

function stepFrom(step: Json, at: Placed, folder: string): (TrialStep & Placed)[] {
  const [name] = Object.keys(step)
  const found = name === undefined ? undefined : stepOf(name, mapping(step[name]), folder)
  return found === undefined ? [] : [{ ...found, ...at }]
}

function stepOf(name: string, args: Json, folder: string): TrialStep | undefined {
  const node = text(args['node'])
  const object = text(args['object'])
  switch (name) {
    case 'install':
      return { install: { timeoutMs: durationMs(args['timeout']) ?? installTimeoutMs } }
    case 'restart':
      return { restart: restartFrom(args) }
    case 'set':
      return { set: setFrom(args) }
    case 'apply':
      return {
        apply: {
          files: texts(args['files']).map(file => pathIn(folder, file)),
          by: args['by'] === 'k3s' ? 'k3s' : 'kubectl',
        },
      }
    case 'delete':
      return { delete: deleteFrom(args) }
    case 'scale':
      return { scale: { object, replicas: Number(args['replicas']) } }
    case 'fault':
      return { fault: faultFrom(args) }
    case 'drain':
      return { drain: { node, ...drainOptions(args) } }
    case 'cordon':
      return { cordon: { node } }
    case 'uncordon':
      return { uncordon: { node } }
    case 'upgrade':
      return { upgrade: {} }
    case 'wait':
      return { wait: { forMs: durationMs(args['for']) ?? 0 } }
    default:
      return undefined
  }
}

function deleteFrom(args: Json): DeleteStep {
  const { object, podOf } = args
  return {
    ...(typeof object === 'string' ? { object } : {}),
    ...(isMapping(podOf) ? { podOf: podOfFrom(podOf) } : {}),
    ...graceFrom(args),
  }
}

function podOfFrom({ object, index, terminating }: Json): PodOf {
  const which = { object: text(object), index: Number(index ?? 0) }
  return terminating === true ? { ...which, terminating } : which
}

function setFrom(args: Json): SetStep {
  const everyMs = durationMs(args['every'])
  const forMs = durationMs(args['for'])
  return {
    object: text(args['object']),
    path: text(args['path']),
    value: args['value'],
    ...(everyMs === undefined ? {} : { everyMs }),
    ...(forMs === undefined ? {} : { forMs }),
  }
}

function drainOptions(args: Json): DrainOptions {
  const timeoutMs = durationMs(args['timeout'])
  const { disableEviction, ignoreDaemonSets, deleteEmptyDirData, force } = args
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...graceFrom(args),
    ...(typeof disableEviction === 'boolean' ? { disableEviction } : {}),
    ...(typeof ignoreDaemonSets === 'boolean' ? { ignoreDaemonSets } : {}),
    ...(typeof deleteEmptyDirData === 'boolean' ? { deleteEmptyDirData } : {}),
    ...(typeof force === 'boolean' ? { force } : {}),
  }
}

function graceFrom(args: Json): { readonly gracePeriodSeconds?: number } {
  const graceMs = durationMs(args['gracePeriod'])
  return graceMs === undefined ? {} : { gracePeriodSeconds: graceMs / 1000 }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function restartFrom({ all, kind, namespace, name }: Json): RestartTarget {
  if (all === true) return { all: true }
  const where = typeof namespace === 'string' ? namespace : 'default'
  return { kind: text(kind), namespace: where, name: text(name) }
}

function faultFrom(args: Json): FaultStep {
  const { kind, node, zone, nodeOf, image, cpu, webhook, pods } = args
  const forMs = durationMs(args['for'])
  const byMs = durationMs(args['by'])
  return {
    kind: text(kind),
    ...(typeof node === 'string' ? { node } : {}),
    ...(typeof zone === 'string' ? { zone } : {}),
    ...(isMapping(nodeOf) ? { nodeOf: podOfFrom(nodeOf) } : {}),
    ...(typeof image === 'string' ? { image } : {}),
    ...(typeof cpu === 'string' ? { cpu } : {}),
    ...(byMs === undefined ? {} : { byMs }),
    ...(typeof webhook === 'string' ? { webhook } : {}),
    ...(typeof pods === 'number' ? { pods } : {}),
    ...(forMs === undefined ? {} : { forMs }),
  }
}

type Bare<T> = T extends Placed ? Omit<T, 'location'> : never

// The schema has made sure that exactly one of the heads is there and that types fit.
function expectationFrom(item: Json): Bare<Expectation> {
  const { verdict, never, holds, gate, ready, warns, ...rest } = item
  if (verdict !== undefined) return { ...rest, verdict: verdict as VerdictName }
  if (never !== undefined) return { ...rest, never: never as VerdictName }
  if (holds !== undefined) return { ...rest, holds: holds as 'trial' | 'all' }
  if (gate !== undefined) return { ...rest, gate: text(gate) }
  if (warns !== undefined) return { ...rest, warns: text(warns) }
  return { ...rest, ready: text(ready), count: Number(rest['count']) }
}
