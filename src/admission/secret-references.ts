// Secrets that a pod refers to. Upstream: pkg/api/pod/util.go VisitPodSecretNames, v1.36.3.

import type { Container, PodSpec, Volume } from '../kube/generated/types.ts'

/** The first Secret that the pod refers to, if any. */
export function podSecretReference(spec: PodSpec | undefined): string | undefined {
  if (spec === undefined) return undefined
  const pull = spec.imagePullSecrets?.[0]?.name
  if (pull !== undefined) return pull
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])]
  for (const container of containers) {
    const name = containerSecret(container)
    if (name !== undefined) return name
  }
  for (const volume of spec.volumes ?? []) {
    const name = volumeSecret(volume)
    if (name !== undefined) return name
  }
  return undefined
}

function containerSecret({ env = [], envFrom = [] }: Container): string | undefined {
  const from = envFrom.find(source => source.secretRef !== undefined)?.secretRef?.name
  return from ?? env.find(each => each.valueFrom?.secretKeyRef)?.valueFrom?.secretKeyRef?.name
}

function volumeSecret(volume: Volume): string | undefined {
  const projected = volume.projected?.sources?.find(source => source.secret !== undefined)
  return volume.secret?.secretName ?? projected?.secret?.name
}
