// What lies near an object that is not there: one whose name differs by a slip of the pen, one of
// the same name in another namespace, or one of the kind that is often mixed up with it.

import { editDistance } from '../base/nearest.ts'
import { placeText } from './context.ts'
import type { Platform, PlatformObject } from '../trials/platform.ts'

export interface Sought {
  readonly kind: string
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string
  readonly name: string
}

const mixedUp: Readonly<Record<string, string>> = { ConfigMap: 'Secret', Secret: 'ConfigMap' }

/** `did you mean Secret shop/web-tls (web.yaml:3)?`, or undefined when nothing is near. */
export function nearbyText({ objects }: Platform, sought: Sought): string | undefined {
  const same = objects.filter(({ object }) => object.kind === sought.kind)
  const here = same.filter(({ object }) => object.metadata.namespace === sought.namespace)
  const slip = here.find(({ object }) => isSlip(object.metadata.name ?? '', sought.name))
  if (slip !== undefined) return `did you mean ${named(slip)}?`
  const elsewhere = same.find(({ object }) => object.metadata.name === sought.name)
  if (elsewhere !== undefined) {
    return `there is ${named(elsewhere)}, but a pod reads only its own namespace`
  }
  const other = objects.find(
    ({ object: { kind, metadata } }) =>
      kind === mixedUp[sought.kind] &&
      metadata.name === sought.name &&
      metadata.namespace === sought.namespace,
  )
  return other === undefined ? undefined : `there is ${named(other)}: did you mean that kind?`
}

/** At most one wrong letter in eight. */
function isSlip(known: string, name: string): boolean {
  if (Math.abs(known.length - name.length) > 2) return false
  return editDistance(known, name) <= Math.min(2, Math.max(1, Math.trunc(name.length / 8)))
}

function named(item: PlatformObject): string {
  const { kind, metadata } = item.object
  const { namespace, name = '' } = metadata
  const who = namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
  return `${who} (${placeText(item.locate('metadata.name'))})`
}
