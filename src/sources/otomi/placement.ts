// What places workloads in an Otomi with a nodeSelector: Gatekeeper's mutations as each release has
// them, later a policy of Kyverno. Upstream: linode/apl-core v2.3.0 to v2.8.1
// charts/gatekeeper-artifacts/templates/mutations.yaml, v6.2.1 values/kyverno/kyverno-raw.gotmpl.

import { sortedStrings } from '../../base/compare.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { JsonObject } from '../../kube/patch/json.ts'
import type { Release } from './releases.ts'

export type Labels = Readonly<Record<string, string>>

/** All labels in one term: a node has to carry every one of them, or none for teams. */
function affinity(labels: Labels, operator: 'In' | 'NotIn'): JsonObject {
  const matchExpressions = sortedStrings(Object.keys(labels)).map(key => ({
    key,
    operator,
    values: [labels[key] as string],
  }))
  return {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
  }
}

interface Mutation {
  readonly name: string
  readonly applyTo: readonly {
    readonly groups: string[]
    readonly kinds: string[]
    readonly versions: string[]
  }[]
  readonly kinds: readonly { readonly apiGroups: string[]; readonly kinds: string[] }[]
  readonly namespaces: JsonObject
  readonly location: string
  readonly value: JsonObject
}

function assign({ name, applyTo, kinds, namespaces, location, value }: Mutation): KubeObject {
  return {
    apiVersion: 'mutations.gatekeeper.sh/v1alpha1',
    kind: 'Assign',
    metadata: { name },
    spec: {
      applyTo,
      match: { scope: 'Namespaced', kinds, ...namespaces },
      location,
      parameters: { assign: { value } },
    },
  }
}

interface Lists {
  /** What the platform mutations leave out. */
  readonly left: JsonObject
  /** What the team mutation takes in. */
  readonly taken: JsonObject
}

/** An empty list of namespaces is no list: then a mutation is for all of them. */
function listsOf({ argocd }: Release, teams: readonly string[]): Lists {
  const own = sortedStrings(teams).map(team => `team-${team}`)
  const list = (name: string, items: readonly string[]): JsonObject =>
    items.length === 0 ? {} : { [name]: [...items] }
  const shared = argocd === 'listed' && own.length > 0 ? [...own, 'argocd'] : own
  const left = argocd === 'excluded' ? [...own, 'argocd'] : shared
  const taken = argocd === 'listed' ? shared : own
  return { left: list('excludedNamespaces', left), taken: list('namespaces', taken) }
}

const workloads = ['Deployment', 'ReplicaSet', 'StatefulSet']
const knative = 'serving.knative.dev'

/** The three mutations of a release. CronJobs: at a location that they do not have. */
export function mutationsOf(
  release: Release,
  labels: Labels,
  teams: readonly string[],
): readonly KubeObject[] {
  const { left, taken } = listsOf(release, teams)
  const [forPlatform, forTeams] = [affinity(labels, 'In'), affinity(labels, 'NotIn')]
  return [
    assign({
      name: 'set-platform-node-affinity-cronjobs',
      applyTo: [{ groups: ['batch'], kinds: ['CronJob'], versions: ['v1'] }],
      kinds: [{ apiGroups: ['batch'], kinds: ['CronJob'] }],
      namespaces: left,
      location: 'spec.jobTemplate.spec.affinity.nodeAffinity',
      value: forPlatform,
    }),
    assign({
      name: 'set-platform-node-affinity-others',
      applyTo: [
        { groups: ['apps'], kinds: workloads, versions: ['v1'] },
        { groups: ['batch'], kinds: ['Job'], versions: ['v1'] },
        { groups: [knative], kinds: ['Service'], versions: ['v1'] },
      ],
      kinds: [
        { apiGroups: ['apps'], kinds: workloads },
        { apiGroups: ['batch'], kinds: ['Job'] },
        { apiGroups: [knative], kinds: ['Service'] },
      ],
      namespaces: left,
      location: 'spec.template.spec.affinity.nodeAffinity',
      value: forPlatform,
    }),
    assign({
      name: 'set-team-node-affinity',
      applyTo: [{ groups: [''], kinds: ['Pod'], versions: ['v1'] }],
      kinds: [{ apiGroups: ['*'], kinds: ['Pod'] }],
      namespaces: taken,
      location: 'spec.affinity.nodeAffinity',
      value: forTeams,
    }),
  ]
}

/** Gatekeeper's own settings: the namespaces that it leaves alone altogether. */
export function gatekeeperConfig(excludedNamespaces: readonly string[]): KubeObject {
  return {
    apiVersion: 'config.gatekeeper.sh/v1alpha1',
    kind: 'Config',
    metadata: { name: 'config', namespace: 'gatekeeper-system' },
    spec: { match: [{ excludedNamespaces, processes: ['*'] }] },
  }
}

const placedNamespaces: readonly string[] = [
  'otomi harbor keycloak otel grafana istio-system knative-serving knative-operator gitea',
  'gitea-operator cert-manager tekton-pipelines tekton-triggers tekton-pipelines-resolvers',
  'otomi-operator maintenance external-secrets external-dns ingress cnpg-system kyverno vault',
  'trivy-operator',
].flatMap(line => line.split(' '))

const placedMonitoring: readonly string[] = [
  'prometheus-po-prometheus-*',
  'po-operator-*',
  'prometheus-blackbox-exporter-*',
  'prometheus-operator-kube-state-metrics-*',
  'loki-*',
]

/** The policy of Kyverno that took over from Gatekeeper: a node selector for pods by namespace. */
export function nodeSelectorPolicy(nodeSelector: Labels): KubeObject {
  const pods = (namespaces: readonly string[], names?: readonly string[]): JsonObject => ({
    resources: { kinds: ['Pod'], namespaces, ...(names && { names }) },
  })
  return {
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    metadata: { name: 'require-otomi-node-selector' },
    spec: {
      background: false,
      rules: [
        {
          name: 'otomi-all-node-selector',
          match: { any: [pods(placedNamespaces), pods(['monitoring'], placedMonitoring)] },
          mutate: { patchStrategicMerge: { spec: { nodeSelector } } },
        },
      ],
    },
  }
}
