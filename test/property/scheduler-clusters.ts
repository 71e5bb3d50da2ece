// Random clusters and workloads for comparing the engines of the scheduler: few label values, few
// zones and tight nodes, so that every rule is met often.

import fc from 'fast-check'
import type { Node, Pod, PodSpec } from '../../src/kube/generated/types.ts'
import type { KubeObject } from '../../src/kube/object.ts'

const hostname = 'kubernetes.io/hostname'
const zone = 'topology.kubernetes.io/zone'

const app = fc.constantFrom('web', 'db', 'cache')
const labels = fc.record({ app, tier: fc.constantFrom('front', 'back') }, { requiredKeys: ['app'] })
const namespace = fc.constantFrom('default', 'other')
const topologyKey = fc.constantFrom(hostname, zone, 'rack')

const labelSelector = fc.oneof(
  app.map(name => ({ matchLabels: { app: name } })),
  fc.constant({}),
  app.map(name => ({
    matchExpressions: [{ key: 'app', operator: 'NotIn' as const, values: [name] }],
  })),
)

const taint = fc.record({
  key: fc.constantFrom('dedicated', 'spot'),
  value: fc.constantFrom('a', 'b'),
  effect: fc.constantFrom('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
})

const toleration = fc.oneof(
  fc.record({ key: fc.constantFrom('dedicated', 'spot'), operator: fc.constant('Exists') }),
  fc.record({ key: fc.constantFrom('dedicated', 'spot'), value: fc.constantFrom('a', 'b') }),
)

const image = fc.constantFrom('web:1', 'db:2', 'big:3')

const nodeFields = fc.record({
  zone: fc.option(fc.constantFrom('z1', 'z2', 'z3'), { nil: undefined, freq: 6 }),
  rack: fc.option(fc.constantFrom('r1', 'r2'), { nil: undefined }),
  pool: fc.constantFrom('a', 'b'),
  taints: fc.array(taint, { maxLength: 2 }),
  unschedulable: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, fc.constant(true)),
  cpu: fc.constantFrom('1', '2', '4'),
  memory: fc.constantFrom('1Gi', '4Gi'),
  pods: fc.constantFrom('3', '20'),
  images: fc.array(image, { maxLength: 2 }),
  gpus: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
})

function nodeFrom(
  fields: typeof nodeFields extends fc.Arbitrary<infer T> ? T : never,
  name: string,
): Node {
  const { taints, unschedulable, cpu, memory, pods, images, gpus } = fields
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: `node-${name}`,
      labels: {
        [hostname]: name,
        pool: fields.pool,
        ...(fields.zone !== undefined && { [zone]: fields.zone }),
        ...(fields.rack !== undefined && { rack: fields.rack }),
      },
    },
    spec: { unschedulable, ...(taints.length > 0 && { taints }) },
    status: {
      allocatable: { cpu, memory, pods, ...(gpus !== undefined && { 'example.com/gpu': gpus }) },
      images: images.map(one => ({ names: [one], sizeBytes: 400_000_000 })),
    },
  }
}

const affinityTerm = fc.record(
  {
    labelSelector,
    topologyKey,
    namespaces: fc.constant(['default', 'other']),
    namespaceSelector: fc.constantFrom({}, { matchLabels: { team: 'a' } }),
  },
  { requiredKeys: ['labelSelector', 'topologyKey'] },
)
const weighted = fc.record({
  weight: fc.integer({ min: 1, max: 100 }),
  podAffinityTerm: affinityTerm,
})
const few = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 2 })

const podAffinity = fc.record(
  {
    requiredDuringSchedulingIgnoredDuringExecution: fc.array(affinityTerm, { maxLength: 1 }),
    preferredDuringSchedulingIgnoredDuringExecution: few(weighted),
  },
  { requiredKeys: [] },
)

const expression = fc.record({
  key: fc.constantFrom('pool', zone),
  operator: fc.constantFrom('In', 'NotIn'),
  values: fc.constantFrom(['a'], ['b', 'z1'], ['z2']),
})
const nodeTerm = fc.record({
  matchExpressions: fc.array(expression, { minLength: 1, maxLength: 2 }),
})

const nodeAffinity = fc.record(
  {
    requiredDuringSchedulingIgnoredDuringExecution: fc.record({
      nodeSelectorTerms: fc.oneof(
        fc.array(nodeTerm, { minLength: 1, maxLength: 2 }),
        fc
          .constantFrom('n1', 'n2', 'n5')
          .map(name => [
            { matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] },
          ]),
      ),
    }),
    preferredDuringSchedulingIgnoredDuringExecution: few(
      fc.record({ weight: fc.integer({ min: 1, max: 100 }), preference: nodeTerm }),
    ),
  },
  { requiredKeys: [] },
)

const spreadConstraint = fc.record(
  {
    maxSkew: fc.integer({ min: 1, max: 2 }),
    topologyKey,
    whenUnsatisfiable: fc.constantFrom('DoNotSchedule' as const, 'ScheduleAnyway' as const),
    labelSelector,
    minDomains: fc.integer({ min: 1, max: 3 }),
    nodeAffinityPolicy: fc.constantFrom('Honor', 'Ignore'),
    nodeTaintsPolicy: fc.constantFrom('Honor', 'Ignore'),
    matchLabelKeys: fc.constant(['tier']),
  },
  { requiredKeys: ['maxSkew', 'topologyKey', 'whenUnsatisfiable', 'labelSelector'] },
)

const sometimes = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 2 })

const podFields = fc.record({
  labels,
  namespace,
  cpu: fc.constantFrom('0', '100m', '500m', '1500m'),
  memory: fc.constantFrom('0', '128Mi', '900Mi'),
  gpu: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, fc.constant('1')),
  hostPort: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, fc.constant(8080)),
  image,
  priority: fc.constantFrom(0, 0, 0, 10, 100),
  affinity: sometimes(
    fc.record({ podAffinity, podAntiAffinity: podAffinity, nodeAffinity }, { requiredKeys: [] }),
  ),
  tolerations: sometimes(few(toleration)),
  nodeSelector: fc.option(fc.constantFrom({ pool: 'a' }, { pool: 'b' }), {
    nil: undefined,
    freq: 6,
  }),
  topologySpreadConstraints: sometimes(few(spreadConstraint)),
  owned: fc.boolean(),
})

function podFrom(
  fields: typeof podFields extends fc.Arbitrary<infer T> ? T : never,
  name: string,
): Pod {
  const { cpu, memory, gpu, hostPort, affinity, tolerations, nodeSelector } = fields
  const { topologySpreadConstraints = [] } = fields
  const requests = { cpu, memory, ...(gpu !== undefined && { 'example.com/gpu': gpu }) }
  const spec = {
    schedulerName: 'default-scheduler',
    priority: fields.priority,
    ...(affinity !== undefined && { affinity }),
    ...(tolerations !== undefined && { tolerations }),
    ...(nodeSelector !== undefined && { nodeSelector }),
    ...(topologySpreadConstraints.length > 0 && { topologySpreadConstraints }),
    containers: [
      {
        name: 'app',
        image: fields.image,
        resources: { requests },
        ...(hostPort !== undefined && { ports: [{ containerPort: 80, hostPort }] }),
      },
    ],
  } as unknown as PodSpec
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: 'web',
    uid: 'rs',
    controller: true,
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: `pod-${name}`,
      namespace: fields.namespace,
      labels: fields.labels,
      ...(fields.owned && { ownerReferences: [owner] }),
    },
    spec,
  }
}

/** What happens between decisions. */
export type Step =
  | { readonly kind: 'schedule'; readonly pod: Pod }
  | { readonly kind: 'delete'; readonly index: number }
  | { readonly kind: 'terminate'; readonly index: number }
  | { readonly kind: 'node'; readonly node: Node }
  | { readonly kind: 'remove-node'; readonly name: string }
  | { readonly kind: 'fork' }

export interface RandomCluster {
  readonly nodes: readonly Node[]
  readonly steps: readonly Step[]
  readonly percentageOfNodesToScore: number
  readonly version: '1.34' | '1.36'
}

const index = fc.nat({ max: 40 })
const otherSteps = fc.oneof(
  index.map(at => ({ kind: 'delete' as const, index: at })),
  index.map(at => ({ kind: 'terminate' as const, index: at })),
  fc
    .tuple(nodeFields, fc.nat({ max: 12 }))
    .map(([fields, at]) => ({ kind: 'node' as const, node: nodeFrom(fields, `n${at}`) })),
  fc.nat({ max: 12 }).map(at => ({ kind: 'remove-node' as const, name: `n${at}` })),
  fc.constant({ kind: 'fork' as const }),
)

export interface ClusterSize {
  readonly templatesMax: number
  readonly stepsMin: number
  readonly stepsMax: number
  /** How often the nodes that were drawn are repeated. */
  readonly copies: fc.Arbitrary<number>
}

/** Small ones, and now and then one in which the walk stops early. */
export const randomCluster = randomClusterOf({
  templatesMax: 5,
  stepsMin: 5,
  stepsMax: 40,
  copies: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.constant(20)),
})

/** A cluster and what happens to it. */
export function randomClusterOf(size: ClusterSize): fc.Arbitrary<RandomCluster> {
  const { templatesMax, stepsMin, stepsMax, copies: copiesOf } = size
  return fc
    .record({
      nodes: fc.array(nodeFields, { minLength: 1, maxLength: 12 }),
      templates: fc.array(podFields, { minLength: 1, maxLength: templatesMax }),
      steps: fc.array(
        fc.oneof(
          { weight: 6, arbitrary: fc.nat({ max: templatesMax - 1 }) },
          { weight: 1, arbitrary: otherSteps },
        ),
        { minLength: stepsMin, maxLength: stepsMax, size: 'max' },
      ),
      /** From 100 nodes on the walk stops early. */
      copies: copiesOf,
      percentageOfNodesToScore: fc.constantFrom(0, 50),
      version: fc.constantFrom('1.34' as const, '1.36' as const),
    })
    .map(({ nodes, templates, steps, copies, ...rest }) => ({
      ...rest,
      nodes: Array.from({ length: nodes.length * copies }, (_, at) =>
        nodeFrom(nodes[at % nodes.length] as (typeof nodes)[number], `n${at}`),
      ),
      steps: steps.map((step, at): Step => {
        if (typeof step !== 'number') return step
        const fields = templates[step % templates.length] as (typeof templates)[number]
        return { kind: 'schedule', pod: podFrom(fields, `p${at}`) }
      }),
    }))
}

/** Services, owners and namespaces that the pods may belong to. */
export const surroundings: readonly KubeObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels: { team: 'a' } } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other', labels: { team: 'b' } } },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' } },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } } },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'db', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'db' } } },
    status: { disruptionsAllowed: 1 },
  },
] as readonly KubeObject[]
