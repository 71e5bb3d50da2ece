// Changes that were tried as remedies of the report: with edits of the user's files and how sure.

import type { Remedy } from '../explain/report.ts'
import type { Tried } from '../remedies/search.ts'
import type { PoolSpec } from '../trials/spec.ts'
import type { SourceObject } from './source-object.ts'
import { writtenChange } from './written-change.ts'

/** What was tried as the report tells it, in the same order. */
export function remediesOf(
  tried: readonly Tried[],
  from: { readonly objects: readonly SourceObject[]; readonly pools: readonly PoolSpec[] },
): readonly Remedy[] {
  return tried.map(({ remedy, proposal, proof }) => {
    const { edits, diff, isExact } = writtenChange(proposal, from)
    const isProven = proof.gone && proof.fresh.length === 0
    // Something else follows from it: a person has to decide.
    const applicability = isProven ? (isExact ? 'proven' : 'likely') : 'manual'
    return {
      name: remedy.name,
      kind: remedy.kind,
      applicability,
      summary: proposal.summary,
      ...(proposal.cost !== undefined && { cost: proposal.cost }),
      edits,
      diff,
      proof: proof.text,
    }
  })
}
