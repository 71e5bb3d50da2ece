// DefaultTolerationSeconds lets pods stay 300 s on a node that went away.
// Upstream: plugin/pkg/admission/defaulttolerationseconds/admission.go, v1.36.3.

import type { AdmissionPlugin } from '../apiserver/admission.ts'
import type { Pod, PodSpec, Toleration } from '../kube/generated/types.ts'

const seconds = 300
const taints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const

const added: readonly Toleration[] = taints.map(key => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: seconds,
}))

function tolerates(tolerations: readonly Toleration[], taint: string | undefined): boolean {
  return tolerations.some(
    ({ key = '', effect = '' }) =>
      (key === taint || key === '') && (effect === 'NoExecute' || effect === ''),
  )
}

function withTolerations(spec: PodSpec): PodSpec {
  const before = spec.tolerations ?? []
  if (before.length === 0) return { ...spec, tolerations: added }
  const missing = added.filter(({ key }) => !tolerates(before, key))
  if (missing.length === 0) return spec
  return { ...spec, tolerations: [...before, ...missing] }
}

export const defaultTolerationSeconds = {
  name: 'DefaultTolerationSeconds',
  doc: 'Adds tolerations of 300 s for nodes that are not ready or unreachable.',
  kinds: ['Pod'],
  operations: ['create', 'update'],
  admit: ({ object }) => {
    const pod = object as Pod
    if (pod.spec === undefined) return pod
    const spec = withTolerations(pod.spec)
    return spec === pod.spec ? pod : { ...pod, spec }
  },
} satisfies AdmissionPlugin
