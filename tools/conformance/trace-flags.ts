// What a trace says of the controller manager: its flags, and when its loops tick.

import type { ControllerFlags } from '../../src/controllers/registry.ts'
import { parseTime } from '../../src/kube/time.ts'
import type { TraceCase } from './trace-format.ts'

const monitorPeriodMs = 5000
/** One look of an autoscaler took so long on the recording machine: it shows between its looks. */
const autoscalerWorkMs = 10

/** The value of `--name=12s` in ms; undefined when the flag is not given. */
function durationFlag(trace: TraceCase, name: string): number | undefined {
  const given = trace.flags['kube-controller-manager'] ?? []
  const found = given.map(flag => new RegExp(`^--${name}=(\\d+)(ms|s|m)$`).exec(flag)).find(Boolean)
  if (!found) return undefined
  return Number(found[1]) * { ms: 1, s: 1000, m: 60_000 }[found[2] as 'ms' | 's' | 'm']
}

/** Unix ms at which the controller manager first saw the nodes; undefined when before the trace. */
function registeredMs(trace: TraceCase): number | undefined {
  const first = trace.events.find(({ reason }) => reason === 'RegisteredNode')
  return first && parseTime(trace.t0) + first.t
}

/**
 * The nodes are registered on the second tick of a controller manager that has just started. When
 * that was before the trace, the first node that it finds silent tells when it ticks; unless leases
 * are so seldom renewed that their unknown age decides which tick finds it.
 */
function startMs(trace: TraceCase): number | undefined {
  const firstOf = (wanted: string): number | undefined =>
    trace.events.find(({ reason }) => reason === wanted)?.t
  const t0 = parseTime(trace.t0)
  const registered = registeredMs(trace)
  if (registered !== undefined) return registered - monitorPeriodMs
  if (trace.hollow.leaseRenewMs >= monitorPeriodMs) return undefined
  const silent = firstOf('NodeNotReady')
  return silent === undefined ? undefined : t0 + (silent % monitorPeriodMs) - 2 * monitorPeriodMs
}

/** The flags under which the twin should run a trace; `seed` decides races of timers. */
export function controllerFlagsOf(trace: TraceCase, seed: number): ControllerFlags {
  const graceMs = durationFlag(trace, 'node-monitor-grace-period')
  const start = startMs(trace)
  const syncPeriodMs = durationFlag(trace, 'horizontal-pod-autoscaler-sync-period')
  const since = start !== undefined && { startMs: start }
  // Before the tick that registers a node its lease counts for nothing.
  const registered = registeredMs(trace)
  const seen = registered === undefined ? since : { startMs: registered }
  return {
    nodeLifecycle: { ...seen, ...(graceMs !== undefined && { graceMs }) },
    podGarbageCollection: { ...since, quarantineFirst: seed % 2 === 0 },
    autoscaler: {
      ...(syncPeriodMs !== undefined && { syncPeriodMs }),
      workMs: autoscalerWorkMs,
      assumesTarget: false,
    },
    // No one provisions volumes there, unless the harness does.
    provisioning: false,
  }
}
