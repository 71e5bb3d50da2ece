// When probes that always succeed let a container count as started and ready.
// Upstream: pkg/kubelet/prober/{worker,prober_manager}.go, v1.36.3, without the random sleep of a
// freshly started kubelet.

import { divCeil } from '../base/integer.ts'
import type { Container, Probe } from '../kube/generated/types.ts'

/**
 * A probe runs at once when its container comes to `fromMs`, then every period; runs before the
 * initial delay do nothing. So delay 5 s with period 10 s passes 10 s after the start, not 5 s.
 */
function passMs(probe: Probe, fromMs: number): number {
  const delayMs = (probe.initialDelaySeconds ?? 0) * 1000
  const periodMs = Math.max(1, probe.periodSeconds ?? 10) * 1000
  const skipped = delayMs <= fromMs ? 0 : divCeil(delayMs - fromMs, periodMs)
  return fromMs + (skipped + (probe.successThreshold ?? 1) - 1) * periodMs
}

/** From the start of a container until its startup probe has passed. */
export function startedAfterStartMs(container: Container): number {
  return container.startupProbe === undefined ? 0 : passMs(container.startupProbe, 0)
}

/** From the start of a container until its readiness probe has passed often enough. */
export function readyAfterStartMs(container: Container): number {
  const startedMs = startedAfterStartMs(container)
  const { readinessProbe } = container
  return readinessProbe === undefined ? startedMs : passMs(readinessProbe, startedMs)
}
