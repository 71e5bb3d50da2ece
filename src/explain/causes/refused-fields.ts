// The fields that the API server does not accept, where they are written. Answers of validation
// name them. A body that cannot be decoded is decoded again, and what Gatekeeper refuses is built
// again, since those answers name none.

import { mutatorGroup } from '../../admission/gatekeeper/mutator.ts'
import { refusedField } from '../../admission/gatekeeper/system.ts'
import { nearest } from '../../base/nearest.ts'
import { refText } from '../../checks/life.ts'
import type { Refusal } from '../../checks/verdict.ts'
import { decodeObject } from '../../kube/decode.ts'
import { type CauseFinder, listText } from './cause-finder.ts'

interface Refused {
  readonly path: string
  /** The field that was probably meant. */
  readonly meant?: string
}

export const refusedFields = {
  name: 'refused-fields',
  doc: 'The fields that the API server does not accept, where they are written.',
  find: context => {
    const { incident } = context
    const refusal = incident.run.observation.refusals.find(
      ({ what, object }) => what === 'apply' && refText(object) === refText(incident.object),
    )
    if (incident.verdict !== 'rejected' || refusal === undefined) return []
    const refused = refusedIn(refusal)
    if (refused.length === 0) return []
    // One field may be refused for several reasons.
    const fields = [...new Set(refused.map(({ path }) => path))]
    const meant = refused.flatMap(each => each.meant ?? [])
    const hint = meant.length === 0 ? '' : `; did you mean ${listText(meant)}?`
    const text = `the API server answers ${refusal.code} because of ${listText(fields)}${hint}`
    // A field that is required and absent shows its parent.
    const locations = fields.flatMap(path => context.written?.locate(writtenPath(path)) ?? [])
    return [{ code: 'field-refused', text, facts: { fields }, locations, writers: [] }]
  },
} satisfies CauseFinder

/** A definition whose only version has the schema is answered in terms of an older form. */
function writtenPath(path: string): string {
  const schema = 'spec.validation.openAPIV3Schema'
  if (!path.startsWith(schema)) return path
  const rest = path.slice(schema.length).replaceAll(/\[(\D[^\]]*)\]/g, '.$1')
  return `spec.versions[0].schema.openAPIV3Schema${rest}`
}

function refusedIn({ fields = [], manifest, message }: Refusal): readonly Refused[] {
  // An unknown kind has a finder of its own.
  if (message.includes('no matches for kind "')) return []
  if (fields.length > 0 || manifest === undefined) return fields.map(path => ({ path }))
  if (manifest.apiVersion.startsWith(`${mutatorGroup}/`)) {
    const path = refusedField(manifest)
    return path === undefined ? [] : [{ path }]
  }
  if (!message.includes(' cannot be handled as a ')) return []
  return decodeObject(manifest).faults.map(({ path, known = [] }) => {
    const meant = nearest(path.split('.').at(-1) ?? path, known)
    return { path, ...(meant !== undefined && { meant }) }
  })
}
