// Parts that seatrial.yaml and trial files share: pools, sources, durations. Input is already
// valid.

import { isAbsolute, join } from 'node:path'
import type { PoolSpec, SourceSpec, TimerSpec } from '../../trials/spec.ts'
import { isMapping, type Json } from '../objects.ts'
import type { GateSettings } from '../../kube/feature-gates.ts'
import type { PathPart } from '../../kube/field-path.ts'
import { locateIn, type SourceDocument } from '../source-object.ts'

/** Node pools as written under `path`, with the defaults of a node's size. */
export function poolsFrom(
  value: unknown,
  source: SourceDocument,
  path: readonly PathPart[],
): readonly PoolSpec[] {
  if (!Array.isArray(value)) return []
  return value.filter(isMapping).map((pool, index) => {
    const { name, count, cpu, memory, taints, ephemeralStorage, extended, reserved, ...same } = pool
    return {
      ...(same as Partial<PoolSpec>),
      name: String(name),
      count: Number(count),
      cpu: quantity(cpu) ?? '4',
      memory: quantity(memory) ?? '16Gi',
      ...(cpu === undefined || memory === undefined ? { assumed: ['size'] as const } : {}),
      ...optional('ephemeralStorage', quantity(ephemeralStorage)),
      ...optional('extended', quantities(extended)),
      ...optional('reserved', quantities(reserved)),
      ...(Array.isArray(taints) ? { taints: taints.map(taintFrom) } : {}),
      location: locateIn(source, [...path, index, 'count']),
    }
  })
}

/** Feature gates that are set; only those that the schema names. */
export function gatesFrom(value: unknown): { readonly featureGates?: GateSettings } {
  return isMapping(value) ? { featureGates: value as GateSettings } : {}
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V })
}

function quantity(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value)
}

function quantities(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isMapping(value)) return undefined
  return Object.fromEntries(Object.entries(value).map(([key, amount]) => [key, String(amount)]))
}

type Taint = NonNullable<PoolSpec['taints']>[number]

function taintFrom(value: unknown): Taint {
  if (isMapping(value)) {
    const taint = { key: String(value['key']), effect: value['effect'] as Taint['effect'] }
    return value['value'] === undefined ? taint : { ...taint, value: String(value['value']) }
  }
  const [left = '', effect = ''] = String(value).split(':')
  const [key = '', text] = left.split('=')
  const taint = { key, effect: effect as Taint['effect'] }
  return text === undefined || text === '' ? taint : { ...taint, value: text }
}

/** A path as a file in `folder` writes it: absolute, or relative to that folder. */
export function pathIn(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path)
}

/** Sources with paths that are relative to the folder of the file that names them. */
export function sourcesFrom(value: unknown, folder: string): readonly SourceSpec[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((entry): SourceSpec[] => {
    if (typeof entry === 'string') return [{ path: pathIn(folder, entry) }]
    return isMapping(entry) ? sourceFrom(entry, folder) : []
  })
}

function sourceFrom(entry: Json, folder: string): SourceSpec[] {
  const { path, kustomize, helm, inventory, values, release } = entry
  if (typeof path === 'string') return [{ path: pathIn(folder, path) }]
  if (typeof kustomize === 'string') return [{ kustomize: pathIn(folder, kustomize) }]
  if (typeof inventory === 'string') return [{ inventory: pathIn(folder, inventory) }]
  if (typeof helm !== 'string') return []
  const files = Array.isArray(values) ? values.map(file => pathIn(folder, String(file))) : []
  const name = typeof release === 'string' ? release : (helm.split('/').at(-1) ?? 'release')
  return [{ helm: pathIn(folder, helm), values: files, release: name }]
}

/** Flags of the control plane as written; undefined when there are none. */
export function timersFrom(value: unknown): TimerSpec | undefined {
  if (!isMapping(value)) return undefined
  const nodeMonitorGraceMs = durationMs(value['nodeMonitorGracePeriod'])
  const seconds = (field: string): number | undefined => {
    const ms = durationMs(value[field])
    return ms === undefined ? undefined : Math.round(ms / 1000)
  }
  return {
    ...optional('nodeMonitorGraceMs', nodeMonitorGraceMs),
    ...optional('notReadyTolerationSeconds', seconds('notReadyToleration')),
    ...optional('unreachableTolerationSeconds', seconds('unreachableToleration')),
  }
}

/** Files with configurations of kube-scheduler, relative to `folder`. */
export function schedulersFrom(
  value: unknown,
  folder: string,
): { readonly schedulers?: readonly string[] } {
  if (!Array.isArray(value)) return {}
  return { schedulers: value.map(file => pathIn(folder, String(file))) }
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Milliseconds of `1h30m`, or undefined when nothing is written. */
export function durationMs(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  let total = 0
  for (const [, amount = '0', unit = 's'] of value.matchAll(/([0-9.]+)(ms|s|m|h)/g)) {
    total += Number(amount) * (unitMs[unit] ?? 0)
  }
  return Math.round(total)
}
