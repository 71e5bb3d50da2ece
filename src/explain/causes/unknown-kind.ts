// An object of a kind or version that the API server does not have: the one that was meant, if any.

import { refText } from '../../checks/life.ts'
import { groupOf, kinds } from '../../kube/kinds.ts'
import { type ExplainContext, places } from '../context.ts'
import { definedKinds, kindMeant } from '../kind-hint.ts'
import type { Cause } from '../report.ts'
import type { CauseFinder } from './cause-finder.ts'

function causeOf(context: ExplainContext): Cause | undefined {
  const object = context.written?.object
  if (object === undefined) return undefined
  const { apiVersion, kind } = object
  const meant = kindMeant(
    object,
    definedKinds(context.platform.objects.map(({ object: other }) => other)),
  )
  const isOtherVersion = kinds.get(kind)?.group === groupOf(apiVersion)
  const isRightKind = isOtherVersion || meant?.startsWith(`${kind} (`) === true
  const served = `Kubernetes ${context.platform.kubernetes} has no ${kind} in ${apiVersion}`
  const hint = isOtherVersion ? `it serves ${meant ?? kind}` : `did you mean ${meant ?? ''}?`
  return {
    code: 'unknown-kind',
    text: meant === undefined ? served : `${served}; ${hint}`,
    facts: { apiVersion, kind, ...(meant !== undefined && { meant }) },
    locations: places(context, [isRightKind ? 'apiVersion' : 'kind']),
    writers: [],
  }
}

export const unknownKind = {
  name: 'unknown-kind',
  doc: 'A kind or version that the API server does not have, with the one that may be meant.',
  find: context => {
    const { incident } = context
    const isUnknown = incident.run.observation.refusals.some(
      ({ object, message }) =>
        refText(object) === refText(incident.object) && message.includes('no matches for kind "'),
    )
    const cause = incident.verdict === 'rejected' && isUnknown ? causeOf(context) : undefined
    return cause === undefined ? [] : [cause]
  },
} satisfies CauseFinder
