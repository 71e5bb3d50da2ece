// The hashes by which a Rollout knows its ReplicaSets and its steps.
// Port of argo-rollouts v1.8.3 utils/hash/hash.go and utils/conditions ComputeStepHash.

import { goJson, goJsonString, goJsonValue } from '../../kube/go-json.ts'
import { schemaOf, type StructType, structAt } from '../../kube/schema.ts'
import { hashText } from '../../kube/template-hash.ts'
import type { Rollout } from './types.ts'

let templateType: StructType | undefined

/** ComputePodTemplateHash: of the template as it was written, without defaults. */
export function podTemplateHash({ spec, status }: Rollout): string {
  templateType ??= structAt(schemaOf('apps/v1', 'Deployment') as StructType, ['spec', 'template'])
  return hashText(goJson(templateType, spec?.template), status?.collisionCount)
}

/**
 * Structs of a canary step in the order of their fields. `?` leaves out what is empty, `:name` is a
 * struct, `[]` a list of them, `{}` a map; a struct without `?` is written even when absent.
 */
const shapes: Readonly<Record<string, readonly string[]>> = {
  step: [
    'setWeight?',
    'pause?:pause',
    'experiment?:experiment',
    'analysis?:analysis',
    'setCanaryScale?:setCanaryScale',
    'setHeaderRoute?:setHeaderRoute',
    'setMirrorRoute?:setMirrorRoute',
    'plugin?:plugin',
  ],
  pause: ['duration?'],
  setCanaryScale: ['weight?', 'replicas?', 'matchTrafficWeight?'],
  setHeaderRoute: ['name?', 'match?:headerMatch[]'],
  headerMatch: ['headerName', 'headerValue:stringMatch'],
  stringMatch: ['exact?', 'prefix?', 'regex?'],
  setMirrorRoute: ['name', 'match?:routeMatch[]', 'percentage?'],
  routeMatch: ['method?:stringMatch', 'path?:stringMatch', 'headers?:stringMatch{}'],
  plugin: ['name', 'config?'],
  analysis: [
    'templates?:templateRef[]',
    'args?:argument[]',
    'dryRun?:dryRun[]',
    'measurementRetention?:retention[]',
    'analysisRunMetadata:metadata',
  ],
  templateRef: ['templateName', 'clusterScope?'],
  argument: ['name', 'value?', 'valueFrom?:valueFrom'],
  valueFrom: ['podTemplateHashValue?', 'fieldRef?:fieldRef'],
  fieldRef: ['fieldPath'],
  dryRun: ['metricName'],
  retention: ['metricName', 'limit'],
  metadata: ['labels?', 'annotations?'],
  experiment: [
    'templates:experimentTemplate[]',
    'duration?',
    'analyses?:experimentAnalysis[]',
    'dryRun?:dryRun[]',
    'analysisRunMetadata:metadata',
  ],
  experimentTemplate: [
    'name',
    'specRef',
    'replicas?',
    'metadata:metadata',
    'selector?:selector',
    'weight?',
    'service?:service',
  ],
  selector: ['matchLabels?', 'matchExpressions?:requirement[]'],
  requirement: ['key', 'operator', 'values?'],
  service: ['name?'],
  experimentAnalysis: [
    'name',
    'templateName',
    'clusterScope?',
    'args?:argument[]',
    'requiredForCompletion?',
  ],
}

type Json = Readonly<Record<string, unknown>>

/** ComputeStepHash: of the steps of a canary; empty for blue-green. */
export function stepHash({ spec }: Rollout): string {
  const canary = spec?.strategy?.canary
  if (spec?.strategy?.blueGreen !== undefined || canary === undefined) return ''
  const { steps } = canary
  return hashText(steps === undefined ? 'null' : listText('step', steps))
}

function listText(shape: string, items: readonly unknown[]): string {
  return `[${items.map(item => structText(shape, (item ?? {}) as Json)).join(',')}]`
}

function structText(shape: string, value: Json): string {
  const written: string[] = []
  for (const field of shapes[shape] ?? []) {
    const [, name = '', optional, inner, kind] =
      /^(\w+)(\?)?(?::(\w+)(\[\]|\{\})?)?$/.exec(field) ?? []
    const given = value[name]
    if (optional === '?' && isEmpty(given)) continue
    written.push(`${goJsonString(name)}:${fieldText(inner, kind, given)}`)
  }
  return `{${written.join(',')}}`
}

function fieldText(shape: string | undefined, kind: string | undefined, value: unknown): string {
  if (shape === undefined) return value === undefined ? '""' : goJsonValue(value)
  if (kind === '[]') return Array.isArray(value) ? listText(shape, value) : 'null'
  if (kind !== '{}') return structText(shape, (value ?? {}) as Json)
  const entries = Object.entries((value ?? {}) as Json).sort(([a], [b]) => (a < b ? -1 : 1))
  const texts = entries.map(
    ([key, item]) => `${goJsonString(key)}:${structText(shape, (item ?? {}) as Json)}`,
  )
  return `{${texts.join(',')}}`
}

/** Numbers of steps are pointers: zero is not empty. A struct behind a pointer is not, either. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true
  return Array.isArray(value) && value.length === 0
}
