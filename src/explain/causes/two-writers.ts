// Two writers of one field that never agree: an operator that puts it back, and a mutator that
// takes the write back in the same request.

import type { Verdict } from '../../checks/verdict.ts'
import type { ExplainContext } from '../context.ts'
import { placeText } from '../context.ts'
import type { Cause } from '../report.ts'
import { mutatorText } from '../writers.ts'
import type { CauseFinder } from './cause-finder.ts'

export const twoWriters = {
  name: 'two-writers',
  doc: 'Names both writers of a field that neither lets the other have.',
  find: context => {
    const fight = context.incident.verdicts.find(
      ({ verdict, reason }) => verdict === 'loop' && reason === 'WritesUndone',
    )
    return fight === undefined ? [] : [causeOf(context, fight)]
  },
} satisfies CauseFinder

function causeOf({ platform, making }: ExplainContext, fight: Verdict): Cause {
  const { writers = [], field: path = '' } = fight
  const [operator = '', ...names] = writers
  const mutators = names.flatMap(each => {
    const [kind = '', name = ''] = each.split(' ')
    return [mutatorText(platform, kind, name)]
  })
  const resource = making?.resource
  const { kind = '', metadata } = resource?.object ?? {}
  const at = resource?.locate('metadata.name')
  const owner = resource === undefined ? '' : ` (${kind} ${metadata?.name ?? ''}, ${placeText(at)})`
  const others =
    mutators.length === 0 ? 'a mutator' : mutators.map(({ text }) => text).join(' and ')
  return {
    code: 'two-writers',
    text:
      `${operator}${owner} puts ${path} back whenever it looks, and ${others} changes it again ` +
      'before it is stored',
    facts: { operator, path, hands: writers },
    locations: [at, ...mutators.map(({ place }) => place)].flatMap(place => place ?? []),
    writers: [],
  }
}
