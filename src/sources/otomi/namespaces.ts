// The namespaces of an Otomi, and those whose objects Gatekeeper leaves alone.
// Upstream: linode/apl-core v2.8.1 and v6.2.1 core.yaml, values/gatekeeper.

import type { KubeObject } from '../../kube/object.ts'
import type { Release } from './releases.ts'

interface Row {
  readonly name: string
  /** Policies, and mutations with them, are switched off in it. */
  readonly isUnchecked?: true
}

const off = { isUnchecked: true } as const

const earlier: readonly Row[] = [
  { name: 'argocd' },
  { name: 'cert-manager' },
  { name: 'cnpg-system', ...off },
  { name: 'default', ...off },
  { name: 'drone' },
  { name: 'drone-pipelines', ...off },
  { name: 'external-dns' },
  { name: 'external-secrets' },
  { name: 'falco', ...off },
  { name: 'harbor' },
  { name: 'gatekeeper-system' },
  { name: 'gitea' },
  { name: 'gitea-operator' },
  { name: 'grafana' },
  { name: 'istio-system' },
  { name: 'istio-operator' },
  { name: 'httpbin' },
  { name: 'ingress' },
  { name: 'jaeger' },
  { name: 'jaeger-operator' },
  { name: 'keycloak' },
  { name: 'kiali' },
  { name: 'kiali-operator' },
  { name: 'knative-serving', ...off },
  { name: 'kured' },
  { name: 'tekton-pipelines', ...off },
  { name: 'tekton-triggers', ...off },
  { name: 'otel' },
  { name: 'tempo' },
  { name: 'maintenance' },
  { name: 'minio', ...off },
  { name: 'monitoring' },
  { name: 'olm', ...off },
  { name: 'opa-exporter', ...off },
  { name: 'operators', ...off },
  { name: 'opencost', ...off },
  { name: 'otomi' },
  { name: 'otomi-operator' },
  { name: 'cluster-overprovisioner' },
  { name: 'rabbitmq' },
  { name: 'redis' },
  { name: 'team-admin' },
  { name: 'trivy-operator', ...off },
  { name: 'sealed-secrets' },
  { name: 'vault' },
  { name: 'velero' },
  { name: 'otomi-pipelines', ...off },
]

const later: readonly Row[] = [
  'argocd cert-manager cnpg-system default external-dns harbor apl-harbor-operator git-server',
  'gitea apl-gitea-operator apl-operator grafana istio-system keycloak apl-keycloak-operator',
  'knative-serving kserve knative-operator kfp kyverno tekton-dashboard tekton-pipelines',
  'tekton-triggers otel maintenance monitoring otomi otomi-operator rabbitmq redis team-admin',
  'trivy-operator sealed-secrets external-secrets apl-secrets policy-reporter',
].flatMap(line => line.split(' ').map(name => ({ name })))

function rowsOf({ by }: Release): readonly Row[] {
  return by === 'kyverno' ? later : earlier
}

/** Every namespace of the platform, then one for each team. */
export function namespacesOf(release: Release, teams: readonly string[]): readonly KubeObject[] {
  const own = rowsOf(release).map(({ name }) => name)
  const ofTeams = teams.map(team => `team-${team}`).filter(name => !own.includes(name))
  return [...own, ...ofTeams].map(name => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { name, ...(name.startsWith('team-') && { type: 'team' }) },
    },
  }))
}

/** The namespaces that Gatekeeper leaves alone, those of the values among them. */
export function uncheckedIn(release: Release, more: readonly string[]): readonly string[] {
  const own = rowsOf(release).filter(({ isUnchecked }) => isUnchecked === true)
  return ['kube-system', ...own.map(({ name }) => name), ...more]
}
