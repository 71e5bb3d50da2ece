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
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number }
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
  const since = (): number => world.nowMs - startMs
  const found = (): boolean => find(world, gate) !== undefined
  if (!poll(voyage, gate.findTimeoutMs, gate.pollMs, found)) {
    return { gate, atMs: since(), outcome: 'not-found', message: gate.findMessage }
  }
  const isReady = poll(voyage, gate.readyTimeoutMs, gate.pollMs, () => {
    const object = find(world, gate)
    return object !== undefined && readyOf(object) === wantedOf(object)
  })
  const object = find(world, gate) as Counted
  const counts = { ready: readyOf(object), wanted: wantedOf(object) }
  if (isReady) return { gate, atMs: since(), outcome: 'ready', ...counts }
  const message = gate.readyMessage.replace('{name}', object.metadata.name ?? '')
  return { gate, atMs: since(), outcome: 'not-ready', ...counts, message }
}

/** Asks at once and then every `everyMs`, until it holds or the time is up. */
function poll(voyage: Voyage, timeoutMs: number, everyMs: number, holds: () => boolean): boolean {
  const { world } = voyage
  const endMs = world.nowMs + timeoutMs
  for (;;) {
    if (holds()) return true
    if (world.nowMs >= endMs || voyage.isStuck) return false
    voyage.wait(Math.min(everyMs, endMs - world.nowMs))
  }
}

/**
 * The first object in name order that carries the gate's label, as the installer lists them; one
 * without pods does not count as found yet.
 */
function find(world: World, gate: InstallGate): Counted | undefined {
  const { key, value } = gate.label
  const objects = world.store.list(gate.kind, gate.namespace) as readonly Counted[]
  const first = objects.find(({ metadata }) => metadata.labels?.[key] === value)
  return (first?.status?.replicas ?? 0) > 0 ? first : undefined
}

function readyOf(object: Counted): number {
  return object.status?.readyReplicas ?? 0
}

function wantedOf(object: Counted): number {
  return object.spec?.replicas ?? 1
}
