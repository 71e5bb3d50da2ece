// A small cluster for tests of scheduling plugins: objects in, an attempt out.

import { type KubeObject, keyOf } from '../kube/object.ts'
import type { AttemptState } from './cycle-state.ts'
import { defaultProfile } from './configuration.ts'
import type { SchedulerVersion } from './features.ts'
import {
  type FilterPlugin,
  type HintContext,
  messageOf,
  type Node,
  type NodeInfo,
  type Pod,
  type PreFilterPlugin,
  type PreScorePlugin,
  type SchedulerListers,
  type ScorePlugin,
  success,
} from './framework.ts'
import { newNodeInfo, podInfoOf, withPod } from './node-info.ts'
import type { Profile } from './profile.ts'
import { newAttempt } from './runtime.ts'
import { snapshotOf } from './snapshot.ts'

/** A pod with one container that requests nothing; `spec` and `status` add to it. */
export function pod(name: string, spec: Partial<Pod['spec']> = {}, more: Partial<Pod> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    ...more,
    metadata: { name, namespace: 'default', uid: `uid-${name}`, ...more.metadata },
    spec: {
      containers: [{ name: 'app' }],
      schedulerName: 'default-scheduler',
      priority: 0,
      ...spec,
    },
  }
}

/** A node with four cores and room for 110 pods. */
export function node(name: string, labels: Readonly<Record<string, string>> = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: {},
    status: { allocatable: { cpu: '4', memory: '16Gi', pods: '110' } },
  }
}

/** Anything but nodes and pods, as YAML would give it. */
export function object(kind: string, name: string, fields: Record<string, unknown>): KubeObject {
  const { metadata = {}, ...rest } = fields
  return {
    apiVersion: 'v1',
    kind,
    ...rest,
    metadata: { name, ...(metadata as KubeObject['metadata']) },
  }
}

export interface TestCluster {
  readonly nodes?: readonly Node[]
  /** Pods with `spec.nodeName` run there; the others are nominated through their status. */
  readonly pods?: readonly Pod[]
  readonly objects?: readonly KubeObject[]
  readonly version?: SchedulerVersion
  /** Instead of the default profile of `version`. */
  readonly profile?: Profile
}

/** Lookups over plain objects. */
export function listersOf(objects: readonly KubeObject[]): SchedulerListers {
  const sorted = [...objects].sort((a, b) => (keyOf(a.metadata) < keyOf(b.metadata) ? -1 : 1))
  const ofKind = (kind: string): readonly KubeObject[] =>
    sorted.filter(candidate => candidate.kind === kind)
  return {
    get: (kind, key) => ofKind(kind).find(({ metadata }) => keyOf(metadata) === key) as never,
    list: (kind, namespace) =>
      ofKind(kind).filter(
        ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
      ) as never,
  }
}

/** What hints read. */
export function hintContext(...objects: readonly KubeObject[]): HintContext {
  const { args, features } = defaultProfile()
  return { args, features, listers: listersOf(objects) }
}

export interface TestAttempt {
  readonly cycle: AttemptState
  readonly profile: Profile
  readonly nodes: readonly NodeInfo[]
}

/** An attempt of the default profile on a small cluster. */
export function attempt(cluster: TestCluster): TestAttempt {
  const profile = cluster.profile ?? defaultProfile(cluster.version)
  const pods = cluster.pods ?? []
  const nodes = (cluster.nodes ?? []).map(one => {
    const here = pods.filter(({ spec }) => spec?.nodeName === one.metadata.name)
    return here.reduce(withPod, newNodeInfo(one))
  })
  const cycle = newAttempt({
    profile,
    snapshot: snapshotOf(nodes),
    listers: listersOf(cluster.objects ?? []),
    nominator: {
      nodeNames: () => nodes.map(({ name }) => name),
      nominatedPods: name =>
        pods
          .filter(
            ({ spec, status }) =>
              spec?.nodeName === undefined && status?.nominatedNodeName === name,
          )
          .map(podInfoOf),
    },
    choices: { tie: ({ first }) => first, preemptionOffset: () => 0 },
  })
  return { cycle, profile, nodes }
}

export interface TestCase extends TestCluster {
  readonly pod: Pod
}

/** By node: why the plugin rejects it, or `fits`. */
export function verdicts(
  plugin: FilterPlugin & Partial<PreFilterPlugin>,
  given: TestCase,
): Readonly<Record<string, string>> {
  const { cycle, nodes } = attempt(given)
  const status = plugin.preFilter?.(cycle, given.pod, nodes).status ?? success
  const isSkipped = status.code === 'Skip'
  return Object.fromEntries(
    nodes.map(one => {
      if (isSkipped) return [one.name, 'fits']
      if (status.code !== 'Success') return [one.name, messageOf(status)]
      const verdict = plugin.filter(cycle, given.pod, one)
      return [one.name, verdict.code === 'Success' ? 'fits' : messageOf(verdict)]
    }),
  )
}

/** Scores of all nodes before and after normalisation; undefined when the plugin skips. */
export function scoresOf(
  plugin: ScorePlugin & Partial<PreScorePlugin>,
  given: TestCase,
): { readonly raw: readonly unknown[]; readonly norm: readonly number[] } | undefined {
  const { cycle, nodes } = attempt(given)
  if (plugin.preScore?.(cycle, given.pod, nodes).code === 'Skip') return undefined
  const raw = nodes.map(one => plugin.score(cycle, given.pod, one))
  const norm = raw.map(Number)
  plugin.normalizeScores?.(cycle, given.pod, nodes, norm)
  return { raw, norm }
}
