// The workloads of scheduler_perf by name: nodes, pods that are there, pods that are measured.
// Upstream: kubernetes v1.36 test/integration/scheduler_perf/*/performance-config.yaml and templates.

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
  /** The measured pods preempt; the victims go, and the pod is tried again. */
  readonly preempts?: boolean
  /** Least decisions per second at 100, 1,000, 5,000 and 15,000 nodes. */
  readonly floors: readonly [number, number, number, number]
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

/** Every workload for a number of nodes. */
export function workloadsFor(nodes: number): readonly Workload[] {
  const init = Math.min(5000, nodes * 2)
  const full = Math.min(10_000, nodes * 30)
  const same = (one: Pod) => ({ initTemplates: [one], templates: [one] })
  const onHosts = { initPods: Math.min(init, Math.trunc(nodes / 2)), pods: full }
  const apart = {
    initPods: Math.min(1000, Math.trunc(nodes / 4)),
    pods: Math.min(2000, Math.trunc(nodes / 2)),
  }
  const sizes = { initPods: init, pods: full }
  const all: readonly Workload[] = [
    { name: 'SchedulingBasic', zones: [], ...sizes, ...same(plain), floors: basic, published: 680 },
    {
      name: 'TopologySpreading',
      zones: moons,
      ...sizes,
      initTemplates: [plain],
      templates: [spread('DoNotSchedule')],
      floors: hardSpread,
      published: 460,
    },
    {
      name: 'PreferredTopologySpreading',
      zones: moons,
      ...sizes,
      initTemplates: [plain],
      templates: [spread('ScheduleAnyway')],
      floors: softSpread,
      published: 340,
    },
    {
      name: 'DefaultTopologySpreading',
      zones: moons,
      ...sizes,
      ...same(template({ labels: { app: 'web' } })),
      objects: [service],
      floors: softSpread,
      published: 160,
    },
    {
      name: 'SchedulingPodAntiAffinity',
      zones: [],
      ...apart,
      ...same(anti('green', term('green', hostname))),
      floors: required,
      published: 60,
    },
    {
      name: 'SchedulingPodAffinity',
      zones: ['zone1'],
      ...sizes,
      ...same(near('blue', term('blue', zone))),
      floors: preferred,
      published: 35,
    },
    {
      name: 'SchedulingPreferredPodAffinity',
      zones: [],
      ...onHosts,
      ...same(prefersNear('red', term('red', hostname))),
      floors: preferred,
      published: 90,
    },
    {
      name: 'SchedulingPreferredPodAntiAffinity',
      zones: [],
      ...onHosts,
      ...same(prefersFar('yellow', term('yellow', hostname))),
      floors: preferred,
      published: 90,
    },
    {
      name: 'SchedulingNodeAffinity',
      zones: threeZones,
      ...sizes,
      initTemplates: [plain],
      templates: [inTwoZones],
      floors: preferred,
      published: 220,
    },
    {
      name: 'MixedSchedulingBasePod',
      zones: threeZones,
      ...sizes,
      initTemplates: [plain],
      templates: [
        plain,
        inTwoZones,
        prefersFar('yellow', term('yellow', hostname)),
        spread('DoNotSchedule'),
        plain,
        near('blue', term('blue', zone)),
      ],
      floors: mixed,
      published: 140,
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
      floors: [10_000, 25_000, 8000, 2000],
    },
    {
      name: 'Unschedulable',
      zones: [],
      ...sizes,
      initTemplates: [plain],
      templates: [plain, template({ cpu: '9' })],
      floors: mixed,
      published: 590,
    },
    {
      name: 'RequiredPodAntiAffinityWithNSSelector',
      zones: [],
      ...apart,
      ...same(anti('green', selecting('green', hostname))),
      floors: required,
      published: 24,
    },
    {
      name: 'PreferredAntiAffinityWithNSSelector',
      zones: [],
      ...onHosts,
      ...same(prefersFar('yellow', selecting('yellow', hostname))),
      floors: preferred,
      published: 55,
    },
    {
      name: 'RequiredPodAffinityWithNSSelector',
      zones: ['zone1'],
      ...sizes,
      ...same(near('blue', selecting('blue', zone))),
      floors: preferred,
      published: 35,
    },
    {
      name: 'PreferredAffinityWithNSSelector',
      zones: [],
      ...onHosts,
      ...same(prefersNear('red', selecting('red', hostname))),
      floors: preferred,
      published: 90,
    },
    {
      name: 'Platform200',
      zones: threeZones,
      initPods: 0,
      pods: full,
      ...platform(),
      floors: mixed,
    },
  ]
  return all.map(workload => ({
    ...workload,
    objects: [...namespaces, ...(workload.objects ?? [])],
  }))
}

const basic = [300_000, 150_000, 100_000, 70_000] as const
const required = [60_000, 60_000, 40_000, 25_000] as const
const preferred = [200_000, 80_000, 60_000, 40_000] as const
const hardSpread = [200_000, 110_000, 90_000, 50_000] as const
const softSpread = [150_000, 60_000, 50_000, 35_000] as const
const mixed = [120_000, 50_000, 40_000, 25_000] as const

/** 200 deployments with services: a third prefers to be apart, a tenth must, a tenth is spread hard. */
function platform(): Pick<Workload, 'initTemplates' | 'templates' | 'objects'> {
  const templates: Pod[] = []
  const objects: KubeObject[] = []
  for (let index = 0; index < 200; index += 1) {
    const app = `app-${index}`
    const labels = { app }
    const cpu = ['50m', '100m', '200m', '250m'][index % 4] as string
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
