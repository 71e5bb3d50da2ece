// Fields whose gates are off in every version that the twin takes on: a client that sends them has
// sent nothing. Upstream: pkg/api/pod/util.go and pkg/registry/*/*/strategy.go, v1.36.3.

import type { KubeObject } from './object.ts'

/** `*` stands for each item of a list. */
type Path = readonly string[]

/** GenericWorkload, ContainerStopSignals and PodCertificateRequest. */
const ofPodSpecs: readonly Path[] = [
  ['schedulingGroup'],
  ['containers', '*', 'lifecycle', 'stopSignal'],
  ['initContainers', '*', 'lifecycle', 'stopSignal'],
  ['volumes', '*', 'projected', 'sources', '*', 'podCertificate'],
]

const template: Path = ['spec', 'template', 'spec']
const podSpecOf: Readonly<Record<string, Path>> = {
  CronJob: ['spec', 'jobTemplate', ...template],
  DaemonSet: template,
  Deployment: template,
  Job: template,
  Pod: ['spec'],
  PodTemplate: ['template', 'spec'],
  ReplicaSet: template,
  ReplicationController: template,
  StatefulSet: template,
}

/** VolumeLimitScaling, CoordinatedLeaderElection; what only older versions of the API had. */
const ofOthers: Readonly<Record<string, readonly Path[]>> = {
  CSIDriver: [['spec', 'preventPodSchedulingIfMissing']],
  EndpointSlice: [['endpoints', '*', 'deprecatedTopology']],
  Lease: [
    ['spec', 'strategy'],
    ['spec', 'preferredHolder'],
  ],
  Node: [
    ['spec', 'configSource'],
    ['status', 'config'],
  ],
}

const none: readonly Path[] = []

function pathsOf(kind: string): readonly Path[] {
  const spec = podSpecOf[kind]
  return spec === undefined ? (ofOthers[kind] ?? none) : ofPodSpecs.map(path => [...spec, ...path])
}

const pathsByKind = new Map<string, readonly Path[]>()

/** The object without these fields; the object itself when it has none of them. */
export function withoutGatedFields<T extends KubeObject>(kind: string, object: T): T {
  let paths = pathsByKind.get(kind)
  if (paths === undefined) {
    paths = pathsOf(kind)
    pathsByKind.set(kind, paths)
  }
  let kept = object
  for (const path of paths) kept = withoutField(kept, path) as T
  return kept
}

/** A value without one field; a lifecycle that is empty then goes too. */
export function withoutField(value: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return value
  if (step === '*') {
    if (!Array.isArray(value)) return value
    const items = value.map(item => withoutField(item, rest))
    return items.every((item, index) => item === value[index]) ? value : items
  }
  const fields = value as Readonly<Record<string, unknown>>
  if (!(step in fields)) return value
  const { [step]: before, ...others } = fields
  if (rest.length === 0) return others
  const below = withoutField(before, rest)
  if (below === before) return value
  const isEmpty = step === 'lifecycle' && Object.keys(below as object).length === 0
  return isEmpty ? others : { ...fields, [step]: below }
}
