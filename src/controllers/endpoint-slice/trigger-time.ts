// The time of the change that led to a write of slices, for their last-change annotation.
// Upstream: k8s.io/endpointslice util/trigger_time_tracker.go, v0.36.3.

import type { Pod, Service } from '../../kube/generated/types.ts'

/** What was known at the last sync. RFC 3339 times in UTC compare as strings. */
export interface TriggerTimes {
  readonly service: string
  readonly pods: Readonly<Record<string, string>>
}

export const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time'

export function triggerKey(serviceKey: string): string {
  return `trigger:${serviceKey}`
}

/** The earliest of the changes since the last sync; undefined when there was none. */
export function triggerTime(
  before: TriggerTimes | undefined,
  service: Service,
  pods: readonly Pod[],
): { readonly times: TriggerTimes; readonly time: string | undefined } {
  const created = service.metadata.creationTimestamp ?? ''
  const podTimes: Record<string, string> = {}
  let earliest: string | undefined
  for (const pod of pods) {
    const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready')
    const time = ready?.lastTransitionTime ?? ''
    if (time === '') continue
    const name = pod.metadata.name ?? ''
    podTimes[name] = time
    if (time > (before?.pods[name] ?? '')) earliest = least(earliest, time)
  }
  if (created > (before?.service ?? '')) earliest = least(earliest, created)
  const times = { service: created, pods: podTimes }
  return { times, time: before === undefined ? created : earliest }
}

function least(a: string | undefined, b: string): string {
  return a === undefined || b < a ? b : a
}
