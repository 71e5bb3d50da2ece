// Flags of the node lifecycle controller and the clock of its loops.
// Upstream: pkg/controller/nodelifecycle/config/v1alpha1/defaults.go, v1.36.3.

export interface NodeLifecycleOptions {
  /** --node-monitor-grace-period: 40 s before Kubernetes 1.32, 50 s since. */
  readonly graceMs: number
  /** --node-startup-grace-period. */
  readonly startupGraceMs: number
  /** --node-eviction-rate and its reduced form for large, partly disrupted zones. */
  readonly evictionsPerSecond: number
  readonly secondaryEvictionsPerSecond: number
  /** --large-cluster-size-threshold. */
  readonly largeZoneNodes: number
  /** --unhealthy-zone-threshold. */
  readonly unhealthyShare: number
  /** Unix ms at which the controller started, if not at the start of the run. */
  readonly startMs?: number
}

export const nodeLifecycleDefaults: NodeLifecycleOptions = {
  graceMs: 50_000,
  startupGraceMs: 60_000,
  evictionsPerSecond: 0.1,
  secondaryEvictionsPerSecond: 0.01,
  largeZoneNodes: 50,
  unhealthyShare: 0.55,
}

/** Health is looked at every 5 s and queued taints every 100 ms, counted from the start. */
export const monitorPeriodMs = 5000
export const taintPeriodMs = 100

/** The first time at or after `atMs` that is a whole number of periods after the start. */
export function tickAtOrAfter(atMs: number, startMs: number, periodMs: number): number {
  if (atMs <= startMs) return startMs
  const past = (atMs - startMs) % periodMs
  return past === 0 ? atMs : atMs + periodMs - past
}

/** The first such time after `atMs`. */
export function tickAfter(atMs: number, startMs: number, periodMs: number): number {
  return tickAtOrAfter(atMs + 1, startMs, periodMs)
}
