// A pod template as Go prints its internal form in messages: see docs/deviations.md.

import type { PodTemplateSpec } from '../generated/types.ts'

/** The value that a message about an immutable template shows. */
export function goTemplate(template: PodTemplateSpec | undefined): unknown {
  return template
}
