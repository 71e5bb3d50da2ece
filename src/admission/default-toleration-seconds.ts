// DefaultTolerationSeconds lets pods stay 300 s on a node that went away.
// Upstream: plugin/pkg/admission/defaulttolerationseconds/admission.go, v1.36.3.

import type { AdmissionPlugin } from '../apiserver/admission.ts'
import type { Pod, PodSpec, Toleration } from '../kube/generated/types.ts'

/** Flags of kube-apiserver: `--default-not-ready-toleration-seconds` and its sister. */
export interface TolerationSeconds {
  readonly notReady?: number
  readonly unreachable?: number
}

const secondsDefault = 300

function tolerationsOf({ notReady, unreachable }: TolerationSeconds): readonly Toleration[] {
  const toleration = (taint: string, seconds = secondsDefault): Toleration => ({
    key: `node.kubernetes.io/${taint}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: seconds,
  })
  return [toleration('not-ready', notReady), toleration('unreachable', unreachable)]
}

function tolerates(tolerations: readonly Toleration[], taint: string | undefined): boolean {
  return tolerations.some(
    ({ key = '', effect = '' }) =>
      (key === taint || key === '') && (effect === 'NoExecute' || effect === ''),
  )
}

function withTolerations(spec: PodSpec, added: readonly Toleration[]): PodSpec {
  const before = spec.tolerations ?? []
  if (before.length === 0) return { ...spec, tolerations: added }
  const missing = added.filter(({ key }) => !tolerates(before, key))
  if (missing.length === 0) return spec
  return { ...spec, tolerations: [...before, ...missing] }
}

function tolerating(pod: Pod, added: readonly Toleration[]): Pod {
  if (pod.spec === undefined) return pod
  const spec = withTolerations(pod.spec, added)
  return spec === pod.spec ? pod : { ...pod, spec }
}

const standard = tolerationsOf({})

export const defaultTolerationSeconds = {
  name: 'DefaultTolerationSeconds',
  doc: 'Adds tolerations of 300 s for nodes that are not ready or unreachable.',
  kinds: ['Pod'],
  operations: ['create', 'update'],
  admit: ({ object }) => tolerating(object as Pod, standard),
} satisfies AdmissionPlugin

/** The plugin under other flags. */
export function defaultTolerationsOf(seconds: TolerationSeconds): AdmissionPlugin {
  const added = tolerationsOf(seconds)
  return { ...defaultTolerationSeconds, admit: ({ object }) => tolerating(object as Pod, added) }
}
