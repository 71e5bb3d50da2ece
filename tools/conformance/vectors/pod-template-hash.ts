// Answers pod-template-hash vectors: the template is decoded, defaulted, dumped and hashed.

import { canonicalJson, fnv1, revisionData } from '../../../src/controllers/revisions.ts'
import { decodeAs, decodeObject } from '../../../src/kube/decode.ts'
import { templateDefaults } from '../../../src/kube/defaults/pod.ts'
import { applyDefaults } from '../../../src/kube/defaults/registry.ts'
import type { PodTemplateSpec, StatefulSet } from '../../../src/kube/generated/types.ts'
import { schemaOf, structAt } from '../../../src/kube/schema.ts'
import { computeTemplateHash, safeEncode, templateDump } from '../../../src/kube/template-hash.ts'
import type { Topic } from './topic.ts'

interface Input {
  readonly template: PodTemplateSpec
  readonly statefulSet: StatefulSet
  readonly collisionCount: number | null
}

/** Recorded before the conversion that copies serviceAccountName to the old serviceAccount. */
function unconverted(template: PodTemplateSpec, given: PodTemplateSpec): PodTemplateSpec {
  if (template.spec === undefined || given.spec?.serviceAccount !== undefined) return template
  const { serviceAccount: _, ...spec } = template.spec
  return { ...template, spec }
}

function deployment({ template, collisionCount }: Input): unknown {
  const kind = schemaOf('apps/v1', 'Deployment')
  if (kind === undefined) return undefined
  const decoded = decodeAs(structAt(kind, ['spec', 'template']), template)
  const defaults = templateDefaults(decoded.value as PodTemplateSpec)
  const defaultedTemplate = unconverted(defaults, template)
  return {
    defaultedTemplate,
    dump: templateDump(defaultedTemplate),
    hash: computeTemplateHash(defaultedTemplate, collisionCount),
  }
}

function statefulSet({ statefulSet: given, collisionCount }: Input): unknown {
  const set = applyDefaults('StatefulSet', decodeObject(given).value) as StatefulSet
  const template = unconverted(set.spec?.template ?? {}, given.spec?.template ?? {})
  const data = canonicalJson(revisionData(template))
  const hash = safeEncode(String(fnv1(data + (collisionCount ?? ''))))
  return { data, hash, name: `${set.metadata.name}-${hash}` }
}

export const answer: Topic = (family, input) =>
  family === 'deployment' ? deployment(input as Input) : statefulSet(input as Input)
