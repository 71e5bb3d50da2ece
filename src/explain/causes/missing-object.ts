// A pod names an object without which it is refused or never placed, and none of the files defines
// it: which one, and the field that names it.

import { fieldsOf, listOf, podSpecOf, podSpecPath } from '../../trials/written.ts'
import { type ExplainContext, places } from '../context.ts'
import { nearbyText } from '../nearby.ts'
import type { Cause } from '../report.ts'
import type { CauseFinder } from './cause-finder.ts'

interface Missing {
  readonly kind: string
  readonly namespaced: boolean
  /** What the API server or the scheduler says; the group is the name. */
  readonly pattern: RegExp
  /** Fields of the pod spec that name such an object. */
  readonly fields: readonly string[]
  readonly effect: string
}

const refusal = 'the API server refuses every pod that names it'

/** Texts of admission plugins and of VolumeBinding, v1.36.3. */
const missing: readonly Missing[] = [
  {
    kind: 'ServiceAccount',
    namespaced: true,
    pattern: /serviceaccount "([^"]+)" not found/,
    fields: ['serviceAccountName', 'serviceAccount'],
    effect: refusal,
  },
  {
    kind: 'PriorityClass',
    namespaced: false,
    pattern: /no PriorityClass with name (\S+) was found/,
    fields: ['priorityClassName'],
    effect: refusal,
  },
  {
    kind: 'RuntimeClass',
    namespaced: false,
    pattern: /RuntimeClass "([^"]+)" not found/,
    fields: ['runtimeClassName'],
    effect: refusal,
  },
  {
    kind: 'PersistentVolumeClaim',
    namespaced: true,
    pattern: /persistentvolumeclaim "([^"]+)" not found/,
    fields: [],
    effect: 'the scheduler places no pod that mounts it',
  },
]

export const missingObject = {
  name: 'missing-object',
  doc: 'An object that pods name and none of the files defines: account, class or claim.',
  find: context => {
    const message = context.incident.message ?? ''
    return missing.flatMap(each => {
      const name = each.pattern.exec(message)?.[1]
      return name === undefined ? [] : [causeOf(context, each, name)]
    })
  },
} satisfies CauseFinder

function causeOf(context: ExplainContext, wanted: Missing, name: string): Cause {
  const { kind, namespaced, fields, effect } = wanted
  const { namespace } = context.incident.object
  const sought = { kind, name, ...(namespaced && namespace !== undefined && { namespace }) }
  const near = nearbyText(context.platform, sought)
  const spec = podSpecPath(context.incident.object.kind)
  const paths = kind === 'PersistentVolumeClaim' ? claimPaths(context, name) : fields
  return {
    code: `${kind.replace(/(?<=.)([A-Z])/g, '-$1').toLowerCase()}-missing`,
    text:
      `${kind} ${name} is in none of the files, so ${effect}` +
      (near === undefined ? '' : `; ${near}`),
    facts: { kind, name },
    locations: places(
      context,
      paths.map(path => `${spec}.${path}`),
    ),
    writers: [],
  }
}

function claimPaths({ written }: ExplainContext, name: string): readonly string[] {
  if (written === undefined) return []
  const volumes = listOf(podSpecOf(written.object)['volumes'])
  return volumes.flatMap(({ persistentVolumeClaim }, index) => {
    const isIt = fieldsOf(persistentVolumeClaim)['claimName'] === name
    return isIt ? [`volumes[${index}].persistentVolumeClaim.claimName`] : []
  })
}
