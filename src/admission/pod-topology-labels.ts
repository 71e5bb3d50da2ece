// PodTopologyLabels copies zone and region of the node to the pods bound to it.
// Upstream: plugin/pkg/admission/podtopologylabels/admission.go, v1.36.3.

import type { AdmissionContext, AdmissionPlugin } from '../apiserver/admission.ts'
import type { Binding, Pod } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'

const copied = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'] as const

function withLabelsOf(object: KubeObject, node: string, context: AdmissionContext): KubeObject {
  const nodeLabels = context.get('Node', node)?.metadata.labels ?? {}
  let labels: Record<string, string> | undefined
  for (const key of copied) {
    const value = nodeLabels[key]
    if (value === undefined || object.metadata.labels?.[key] === value) continue
    labels ??= { ...object.metadata.labels }
    labels[key] = value
  }
  return labels === undefined ? object : { ...object, metadata: { ...object.metadata, labels } }
}

export const podTopologyLabels = {
  name: 'PodTopologyLabels',
  doc: 'Copies the zone and region labels of the node to its pods.',
  kinds: ['Pod'],
  operations: ['create', 'update'],
  subresources: ['binding'],
  admit: ({ object, subresource }, context) => {
    const bound = subresource === 'binding'
    const node = bound ? (object as Binding).target.name : (object as Pod).spec?.nodeName
    return node === undefined || node === '' ? object : withLabelsOf(object, node, context)
  },
} satisfies AdmissionPlugin
