// TaintNodesByCondition registers nodes as not ready until their conditions say otherwise.
// Upstream: plugin/pkg/admission/nodetaint/admission.go, v1.36.3.

import type { AdmissionPlugin } from '../apiserver/admission.ts'
import type { Node } from '../kube/generated/types.ts'

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const

export const taintNodesByCondition = {
  name: 'TaintNodesByCondition',
  doc: 'Taints a new Node as not ready.',
  kinds: ['Node'],
  operations: ['create'],
  admit: ({ object }) => {
    const node = object as Node
    const taints = node.spec?.taints ?? []
    const known = taints.some(
      taint => taint.key === notReady.key && taint.effect === notReady.effect,
    )
    return known ? node : { ...node, spec: { ...node.spec, taints: [...taints, notReady] } }
  },
} satisfies AdmissionPlugin
