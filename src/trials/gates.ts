// Readiness gates of an installer: it waits for one object after the other, each with a time limit.

import type { World } from '../engine/world.ts'
import type { KubeObject } from '../kube/object.ts'
import type { InstallGate } from './spec.ts'
import type { Voyage } from './voyage.ts'

export interface GateResult {
  readonly gate: InstallGate
  /** Virtual ms since the start of the install at which the gate opened or gave up. */
  readonly atMs: number
  readonly outcome: 'ready' | 'not-found' | 'not-ready'
  /** Ready and wanted replicas of the object at that moment, when it was found. */
  readonly ready?: number
  readonly wanted?: number
  /** What the installer says when it gives up. */
  readonly message?: string
}

type Counted = KubeObject & {
  readonly spec?: { readonly replicas?: number }
  readonly status?: { readonly readyReplicas?: number }
}

/** Goes through the gates in order; the first that does not open in time ends the install. */
export function passGates(
  voyage: Voyage,
  gates: readonly InstallGate[],
  startMs: number,
): readonly GateResult[] {
  const results: GateResult[] = []
  for (const gate of gates) {
    const result = passGate(voyage, gate, startMs)
    results.push(result)
    if (result.outcome !== 'ready') break
  }
  return results
}

function passGate(voyage: Voyage, gate: InstallGate, startMs: number): GateResult {
  const { world } = voyage
  const isFound = waitFor(voyage, gate.findTimeoutMs, () => find(world, gate) !== undefined)
  const since = (): number => world.nowMs - startMs
  if (!isFound) return { gate, atMs: since(), outcome: 'not-found', message: gate.findMessage }
  const isReady = waitFor(voyage, gate.readyTimeoutMs, () => {
    const object = find(world, gate)
    return object !== undefined && readyOf(object) === wantedOf(object)
  })
  const object = find(world, gate)
  const counts =
    object === undefined ? {} : { ready: readyOf(object), wanted: wantedOf(object) }
  return isReady
    ? { gate, atMs: since(), outcome: 'ready', ...counts }
    : { gate, atMs: since(), outcome: 'not-ready', ...counts, message: gate.readyMessage }
}

/** Runs the cluster event by event until `holds` or the time is up. */
function waitFor(voyage: Voyage, timeoutMs: number, holds: () => boolean): boolean {
  const { world } = voyage
  const endMs = world.nowMs + timeoutMs
  while (!holds()) {
    const next = world.nextEventMs()
    if (next === undefined || next > endMs) {
      voyage.wait(endMs - world.nowMs)
      return holds()
    }
    voyage.wait(next - world.nowMs)
  }
  return true
}

/** The first object in name order that carries the gate's label, as the installer lists them. */
function find(world: World, gate: InstallGate): Counted | undefined {
  const { key, value } = gate.label
  return world.store
    .list(gate.kind, gate.namespace)
    .find(object => object.metadata.labels?.[key] === value) as Counted | undefined
}

function readyOf(object: Counted): number {
  return object.status?.readyReplicas ?? 0
}

function wantedOf(object: Counted): number {
  return object.spec?.replicas ?? 1
}
