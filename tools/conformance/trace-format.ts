// The recorded traces of a real control plane, as their README describes them.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { KubeObject } from '../../src/kube/object.ts'

export interface TraceCase {
  readonly id: string
  readonly topic: string
  readonly description: string
  readonly flags: Readonly<Record<string, readonly string[] | undefined>>
  readonly hollow: { readonly runAfterMs: number; readonly leaseRenewMs: number }
  readonly namespace: string
  /** Wall clock at t = 0, a whole second. */
  readonly t0: string
  readonly nodes: readonly KubeObject[]
  readonly actions: readonly TraceAction[]
  readonly events: readonly TraceEvent[]
  readonly changes: readonly TraceChange[]
  readonly snapshots: readonly TraceSnapshot[]
}

export interface TraceAction {
  readonly t: number
  readonly do: Deed
  readonly result?: { readonly code?: number; readonly reason?: string; readonly message?: string }
}

/** What was done to the cluster; which fields are present depends on `op`. */
export interface Deed {
  readonly op: string
  readonly fieldValidation?: string
  readonly object?: KubeObject
  readonly kind?: string
  readonly name?: string
  readonly node?: string
  readonly patchType?: string
  readonly patch?: unknown
  readonly subresource?: string
  readonly fieldManager?: string
  readonly force?: boolean
  readonly options?: Readonly<Record<string, unknown>>
  readonly ready?: boolean
  readonly restartCount?: number
  readonly exitCode?: number
  /** Names of components, separated by blanks. */
  readonly component?: string
  readonly metric?: string
  readonly value?: Readonly<Record<string, unknown>>
}

export interface TraceEvent {
  readonly t: number
  readonly type: string
  readonly reason: string
  readonly kind: string
  readonly name: string
  readonly message: string
  readonly source?: string
}

export interface TraceChange {
  readonly t: number
  readonly verb: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly kind: string
  readonly name: string
  readonly object?: KubeObject
  readonly diff?: Readonly<Record<string, unknown>>
}

export interface TraceSnapshot {
  readonly t: number
  readonly quiet: boolean
  readonly objects: readonly KubeObject[] | null
  readonly nodes: readonly KubeObject[] | null
}

/** The cases of one file, gzipped or not: one JSON document per line. */
export function readCases(path: string): readonly TraceCase[] {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as TraceCase)
}
