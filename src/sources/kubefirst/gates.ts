// What Kubefirst's installer waits for after it applied Argo CD, in its order and with its texts.
// Upstream: konstructio/kubefirst-api b506582 internal/k8s/argocd.go, internal/k8s/exec.go,
// internal/controller/argocd.go, internal/argocd/bootstrap.go.

import type { InstallGate, InstallSpec } from '../../trials/spec.ts'

/** Where the installer's kustomization puts everything that names no namespace. */
export const argocdNamespace = 'argocd'
const namespace = argocdNamespace
const timeoutMs = 300_000
const applyTimeoutMs = 240_000
const pollMs = 5000

interface Row {
  readonly kind: 'StatefulSet' | 'Deployment'
  readonly key: string
  readonly value: string
  readonly name: string
  /** How the installer's messages call it: when looking for it and when waiting for it. */
  readonly finding: string
  readonly waiting: string
}

const rows: readonly Row[] = [
  {
    // The Redis StatefulSet carries this label too: the order of the list decides.
    kind: 'StatefulSet',
    key: 'app.kubernetes.io/part-of',
    value: 'argocd',
    name: 'argocd-application-controller',
    finding: 'ArgoCD Application Controller StatefulSet',
    waiting: 'ArgoCD Application Controller StatefulSet',
  },
  {
    kind: 'Deployment',
    key: 'app.kubernetes.io/name',
    value: 'argocd-server',
    name: 'argocd-server',
    finding: 'ArgoCD server deployment',
    waiting: 'ArgoCD server deployment',
  },
  {
    kind: 'Deployment',
    key: 'app.kubernetes.io/name',
    value: 'argocd-repo-server',
    name: 'argocd-repo-server',
    finding: 'ArgoCD repo deployment',
    waiting: 'ArgoCD repo deployment',
  },
  {
    kind: 'Deployment',
    key: 'app.kubernetes.io/name',
    value: 'argocd-redis-ha-haproxy',
    name: 'argocd-redis-ha-haproxy',
    finding: 'ArgoCD argocd-redis-ha-haproxy Deployment',
    waiting: 'ArgoCD argocd-redis-ha-haproxy deployment',
  },
  {
    kind: 'StatefulSet',
    key: 'app.kubernetes.io/name',
    value: 'argocd-redis-ha',
    name: 'argocd-redis-ha-server',
    finding: 'ArgoCD argocd-redis-ha StatefulSet',
    waiting: 'ArgoCD argocd-redis-ha StatefulSet',
  },
]

const gates: readonly InstallGate[] = rows.map(row => ({
  name: row.name,
  kind: row.kind,
  namespace,
  label: { key: row.key, value: row.value },
  findTimeoutMs: timeoutMs,
  readyTimeoutMs: timeoutMs,
  pollMs,
  findMessage: `error finding ${row.finding}: ${notFound(row)}: context deadline exceeded`,
  readyMessage:
    `error waiting for ${row.waiting} ready state: the ${row.kind} "{name}" in Namespace ` +
    `"${namespace}" was not ready within the timeout period: context deadline exceeded`,
}))

function notFound(row: Row): string {
  return row.kind === 'Deployment'
    ? 'error waiting for Deployment'
    : `the StatefulSet "${row.value}" in Namespace "${namespace}" was not created within the ` +
        'timeout period'
}

/** Kubefirst as an installer of management clusters. */
export const kubefirstInstall: InstallSpec = {
  by: 'kubefirst',
  applyTimeoutMs,
  gates,
  facts: [
    'the gates of high availability are constant in the installer, whatever the manifests hold',
    'Argo CD comes from a kustomize remote base that a constant pins; there are no Helm values',
  ],
}
