// The workloads of scheduler_perf by name: nodes, pods that are there, pods that are measured.
// Upstream: test/integration/scheduler_perf/*/performance-config.yaml and templates, v1.36.3.

import type { Node, Pod, PodAffinityTerm, PodSpec } from '../src/kube/generated/types.ts'
import type { KubeObject } from '../src/kube/object.ts'

export interface Workload {
  readonly name: string
  readonly zones: readonly string[]
  readonly initPods: number
  readonly pods: number
  /** In turn. */
  readonly initTemplates: readonly Pod[]
  readonly templates: readonly Pod[]
  readonly objects?: readonly KubeObject[]
  /** Initial pods are put on nodes in turn instead of being scheduled. */
  readonly preplaced?: boolean
  /** Each pod has a claim that is bound to a CSI volume. */
  readonly claims?: boolean
  /** The measured pods preempt; the victims go, and the pod is tried again. */
  readonly preempts?: boolean
  /** Least decisions per second at 100, 1,000, 5,000 and 15,000 nodes. */
  readonly floors: readonly [number, number, number, number]
  /** How many times the specification the fast engine must reach at least. */
  readonly overSpecificationMin?: number
  /** The threshold of scheduler_perf at 5,000 nodes, if it has one. */
  readonly published?: number
}

const hostname = 'kubernetes.io/hostname'
const zone = 'topology.kubernetes.io/zone'

interface Shape {
  readonly cpu?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly namespace?: string
  readonly spec?: Partial<PodSpec>
  readonly owner?: string
}

function template({
  cpu = '100m',
  labels = {},
  namespace = 'sched-0',
  spec = {},
  owner,
}: Shape = {}): Pod {
  const controller = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    uid: `rs-${owner}`,
    controller: true,
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'template',
      namespace,
      labels,
      ...(owner !== undefined && { ownerReferences: [{ ...controller, name: owner }] }),
    },
    spec: {
      schedulerName: 'default-scheduler',
      priority: 0,
      containers: [
        {
          name: 'pause',
          image: 'registry.k8s.io/pause:3.10',
          resources: { requests: { cpu, memory: '500Mi' } },
        },
      ],
      ...spec,
    },
  }
}

/** One node as scheduler_perf has them: 4 cores, 32Gi, 110 pods. */
export function nodeOf(index: number, zones: readonly string[]): Node {
  const name = `node-${String(index).padStart(5, '0')}`
  const zoneName = zones[index % zones.length]
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: name,
      labels: { [hostname]: name, ...(zoneName !== undefined && { [zone]: zoneName }) },
    },
    spec: {},
    status: { allocatable: { cpu: '4', memory: '32Gi', pods: '110' } },
  }
}

function term(color: string, topologyKey: string): PodAffinityTerm {
  const namespaces = ['sched-0', 'sched-1']
  return { labelSelector: { matchLabels: { color } }, topologyKey, namespaces }
}

function selecting(color: string, topologyKey: string): PodAffinityTerm {
  const namespaceSelector = { matchLabels: { team: 'devops' } }
  return { labelSelector: { matchLabels: { color } }, topologyKey, namespaceSelector }
}

const requiredKey = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferredKey = 'preferredDuringSchedulingIgnoredDuringExecution'

function anti(color: string, of: PodAffinityTerm): Pod {
  return template({
    labels: { color },
    spec: { affinity: { podAntiAffinity: { [requiredKey]: [of] } } },
  })
}
function near(color: string, of: PodAffinityTerm): Pod {
  return template({
    labels: { color },
    spec: { affinity: { podAffinity: { [requiredKey]: [of] } } },
  })
}
function prefersFar(color: string, of: PodAffinityTerm): Pod {
  const podAntiAffinity = { [preferredKey]: [{ weight: 1, podAffinityTerm: of }] }
  return template({ labels: { color }, spec: { affinity: { podAntiAffinity } } })
}
function prefersNear(color: string, of: PodAffinityTerm): Pod {
  const podAffinity = { [preferredKey]: [{ weight: 1, podAffinityTerm: of }] }
  return template({ labels: { color }, spec: { affinity: { podAffinity } } })
}

function spread(whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway'): Pod {
  const labelSelector = { matchLabels: { color: 'blue' } }
  const constraint = { maxSkew: 5, topologyKey: zone, whenUnsatisfiable, labelSelector }
  return template({ labels: { color: 'blue' }, spec: { topologySpreadConstraints: [constraint] } })
}

const inTwoZones = template({
  spec: {
    affinity: {
      nodeAffinity: {
        [requiredKey]: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: zone, operator: 'In', values: ['zone1', 'zone2'] }] },
          ],
        },
      },
    },
  },
})

const plain = template()
const threeZones = ['zone1', 'zone2', 'zone3']
const moons = ['moon-1', 'moon-2', 'moon-3']

const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'app', namespace: 'sched-0' },
  spec: { selector: { app: 'web' } },
} as KubeObject

function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { team: 'devops' } } }
}

const namespaces = [namespace('sched-0'), namespace('sched-1')]

interface Sizes {
  readonly nodes: number
  /** As scheduler_perf has them at 5,000 nodes; fewer where the nodes would be full. */
  readonly usual: Counts
  /** At most one pod for two nodes. */
  readonly apart: Counts
  /** Few initial pods, so that hosts without one remain. */
  readonly onHosts: Counts
}

type Counts = Pick<Workload, 'initPods' | 'pods'>

function sizesFor(nodes: number): Sizes {
  const half = Math.trunc(nodes / 2)
  const initPods = Math.min(5000, nodes * 2)
  const pods = Math.min(10_000, nodes * 30)
  return {
    nodes,
    usual: { initPods, pods },
    apart: { initPods: Math.min(1000, Math.trunc(nodes / 4)), pods: Math.min(2000, half) },
    onHosts: { initPods: Math.min(initPods, half), pods },
  }
}

type Templates = Pick<Workload, 'initTemplates' | 'templates'>

/** Initial and measured pods alike. */
function same(one: Pod): Templates {
  return { initTemplates: [one], templates: [one] }
}

/** Initial pods are plain. */
function measured(...templates: readonly Pod[]): Templates {
  return { initTemplates: [plain], templates }
}

/** Every workload for a number of nodes. */
export function workloadsFor(nodes: number): readonly Workload[] {
  const sizes = sizesFor(nodes)
  const all = [
    ...basicWorkloads(sizes),
    ...spreadWorkloads(sizes),
    ...affinityWorkloads(sizes),
    ...selectorWorkloads(sizes),
    ...failingWorkloads(sizes),
    { name: 'Platform200', zones: threeZones, ...sizes.usual, ...platform(), floors: floors.mixed },
  ]
  return all.map(one => ({ ...one, objects: [...namespaces, ...(one.objects ?? [])] }))
}

function basicWorkloads({ usual }: Sizes): Workload[] {
  const withSecret = template({ spec: { volumes: [{ name: 's', secret: { secretName: 's' } }] } })
  const mix = [
    plain,
    inTwoZones,
    prefersFar('yellow', term('yellow', hostname)),
    spread('DoNotSchedule'),
    plain,
    near('blue', term('blue', zone)),
  ]
  return [
    { name: 'SchedulingBasic', zones: [], ...usual, ...same(plain), ...perf(680, floors.basic) },
    { name: 'SchedulingSecrets', zones: [], ...usual, ...same(withSecret), ...perf(790) },
    { name: 'SchedulingCSIPVs', zones: [], ...usual, ...same(plain), claims: true, ...perf(100) },
    {
      name: 'SchedulingNodeAffinity',
      zones: threeZones,
      ...usual,
      ...measured(inTwoZones),
      ...perf(220),
    },
    {
      name: 'MixedSchedulingBasePod',
      zones: threeZones,
      ...usual,
      ...measured(...mix),
      ...perf(140),
    },
  ]
}

function spreadWorkloads({ nodes, usual }: Sizes): Workload[] {
  const hard = measured(spread('DoNotSchedule'))
  const soft = measured(spread('ScheduleAnyway'))
  const byService = {
    ...same(template({ labels: { app: 'web' } })),
    objects: [service],
    ...(nodes >= 5000 && { overSpecificationMin: 50 }),
  }
  return [
    { name: 'TopologySpreading', zones: moons, ...usual, ...hard, ...perf(460, floors.hard) },
    {
      name: 'PreferredTopologySpreading',
      zones: moons,
      ...usual,
      ...soft,
      ...perf(340, floors.soft),
    },
    {
      name: 'DefaultTopologySpreading',
      zones: moons,
      ...usual,
      ...byService,
      ...perf(160, floors.soft),
    },
  ]
}

function affinityWorkloads({ usual, apart, onHosts }: Sizes): Workload[] {
  const far = same(anti('green', term('green', hostname)))
  const near1 = same(near('blue', term('blue', zone)))
  const wantsNear = same(prefersNear('red', term('red', hostname)))
  const wantsFar = same(prefersFar('yellow', term('yellow', hostname)))
  const { apartFloors, preferred } = floors
  return [
    { name: 'SchedulingPodAntiAffinity', zones: [], ...apart, ...far, ...perf(60, apartFloors) },
    { name: 'SchedulingPodAffinity', zones: ['zone1'], ...usual, ...near1, ...perf(35) },
    {
      name: 'SchedulingPreferredPodAffinity',
      zones: [],
      ...onHosts,
      ...wantsNear,
      ...perf(90, preferred),
    },
    {
      name: 'SchedulingPreferredPodAntiAffinity',
      zones: [],
      ...onHosts,
      ...wantsFar,
      ...perf(90, preferred),
    },
  ]
}

/** The same with terms that select namespaces by their labels. */
function selectorWorkloads({ usual, apart, onHosts }: Sizes): Workload[] {
  const far = same(anti('green', selecting('green', hostname)))
  const wantsFar = same(prefersFar('yellow', selecting('yellow', hostname)))
  const near1 = same(near('blue', selecting('blue', zone)))
  const wantsNear = same(prefersNear('red', selecting('red', hostname)))
  const { apartFloors, preferred } = floors
  return [
    {
      name: 'RequiredPodAntiAffinityWithNSSelector',
      zones: [],
      ...apart,
      ...far,
      ...perf(24, apartFloors),
    },
    {
      name: 'PreferredAntiAffinityWithNSSelector',
      zones: [],
      ...onHosts,
      ...wantsFar,
      ...perf(55, preferred),
    },
    {
      name: 'RequiredPodAffinityWithNSSelector',
      zones: ['zone1'],
      ...usual,
      ...near1,
      ...perf(35),
    },
    {
      name: 'PreferredAffinityWithNSSelector',
      zones: [],
      ...onHosts,
      ...wantsNear,
      ...perf(90, preferred),
    },
  ]
}

function failingWorkloads({ nodes, usual }: Sizes): Workload[] {
  return [
    {
      name: 'Unschedulable',
      zones: [],
      ...usual,
      ...measured(plain, template({ cpu: '9' })),
      ...perf(590),
    },
    {
      name: 'PreemptionBasic',
      zones: [],
      initPods: nodes * 4,
      pods: Math.min(2000, Math.trunc(nodes / 2)),
      initTemplates: [template({ cpu: '900m' })],
      templates: [template({ cpu: '3', spec: { priority: 10 } })],
      preplaced: true,
      preempts: true,
      floors: floors.preemption,
    },
  ]
}

type Floors = Workload['floors']

/** Where no floor is set for a size, that of the next larger one. */
const floors = {
  basic: [300_000, 150_000, 100_000, 70_000],
  apartFloors: [60_000, 60_000, 40_000, 25_000],
  preferred: [200_000, 80_000, 60_000, 40_000],
  hard: [90_000, 90_000, 90_000, 50_000],
  soft: [50_000, 50_000, 50_000, 35_000],
  mixed: [120_000, 50_000, 40_000, 25_000],
  preemption: [25_000, 25_000, 8000, 8000],
} satisfies Readonly<Record<string, Floors>>

const overPublishedMin = 50

/** The threshold of scheduler_perf; without a floor of its own a workload must reach 50 times it. */
function perf(published: number, own?: Floors): Pick<Workload, 'published' | 'floors'> {
  const least = published * overPublishedMin
  return { published, floors: own ?? [least, least, least, least] }
}

/** 200 deployments with services: a third prefers to be apart, a tenth must, a tenth is spread hard. */
function platform(): Pick<Workload, 'initTemplates' | 'templates' | 'objects'> {
  const templates: Pod[] = []
  const objects: KubeObject[] = []
  for (let index = 0; index < 200; index += 1) {
    const app = `app-${index}`
    const labels = { app }
    const cpu = ['50m', '100m', '100m', '150m'][index % 4] as string
    const own = { labelSelector: { matchLabels: labels }, topologyKey: hostname }
    const spec: Partial<PodSpec> = {
      ...(index % 3 === 0 && {
        affinity: { podAntiAffinity: { [preferredKey]: [{ weight: 100, podAffinityTerm: own }] } },
      }),
      ...(index % 10 === 1 && { affinity: { podAntiAffinity: { [requiredKey]: [own] } } }),
      ...(index % 10 === 2 && {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: zone,
            whenUnsatisfiable: 'DoNotSchedule' as const,
            labelSelector: { matchLabels: labels },
          },
        ],
      }),
    }
    templates.push(template({ cpu, labels, spec, owner: app }))
    const metadata = { name: app, namespace: 'sched-0' }
    objects.push({
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels },
    } as KubeObject)
    objects.push({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata,
      spec: { selector: { matchLabels: labels } },
    } as KubeObject)
  }
  return { initTemplates: [], templates, objects }
}
