// What the definition of Kyverno's policies says of the parts that are read here. An API server
// refuses a policy that does not fit. Upstream: kyverno v1.19.1 config/crds/kyverno.

import { cel } from '../../kube/cel/provider.ts'
import { shapedResource } from '../../kube/custom-resource.ts'
import type { Schema } from '../../kube/custom/schema.ts'
import type { CustomResourceDefinitionVersion } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { FieldError } from '../../kube/validation/field-error.ts'

const text: Schema = { type: 'string' }
const texts: Schema = { type: 'array', items: text }
const labels: Schema = { type: 'object', additionalProperties: text }

function open(properties: Readonly<Record<string, Schema>> = {}): Schema {
  return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties }
}

function listOf(items: Schema): Schema {
  return { type: 'array', items }
}

const selector = open({
  matchLabels: labels,
  matchExpressions: listOf(open({ key: text, operator: text, values: texts })),
})

const filter = open({
  resources: open({
    annotations: labels,
    kinds: texts,
    name: text,
    names: texts,
    namespaces: texts,
    namespaceSelector: selector,
    operations: texts,
    selector,
  }),
})

const match = open({ ...filter.properties, any: listOf(filter), all: listOf(filter) })

const rule = open({
  name: text,
  match,
  exclude: match,
  mutate: open({ patchesJson6902: text }),
})

const failurePolicy: Schema = { type: 'string', enum: ['Ignore', 'Fail'] }

const openAPIV3Schema = open({
  spec: open({
    admission: { type: 'boolean' },
    applyRules: { type: 'string', enum: ['All', 'One'] },
    failurePolicy,
    rules: listOf(rule),
    webhookConfiguration: open({ failurePolicy }),
  }),
})

export interface CheckedPolicy {
  /** Without fields that are null, which count as absent. */
  readonly policy: KubeObject
  readonly errors: readonly FieldError[]
}

/** The policy as an API server takes it, and why it does not. */
export function checkedPolicy(source: KubeObject): CheckedPolicy {
  const name = source.apiVersion.slice(source.apiVersion.indexOf('/') + 1)
  const version = { name, schema: { openAPIV3Schema } } as CustomResourceDefinitionVersion
  const definition = { ...source, spec: { versions: [version] } }
  const { value: policy } = shapedResource(source, definition)
  return { policy, errors: cel().resourceErrors(version, { object: policy, meta: [] }).errors }
}
