// Replays one recorded scenario: does what the steps say and hands over each decision of the twin
// beside the recorded one. After a decision it applies the recorded effect, so that one difference
// does not make all later ones different.

import { createHash } from 'node:crypto'
import type { PersistentVolume, Pod } from '../../src/kube/generated/types.ts'
import { type KubeObject, keyFrom, keyOf } from '../../src/kube/object.ts'
import { decodeConfiguration } from '../../src/scheduler/configuration.ts'
import type { SchedulerVersion } from '../../src/scheduler/features.ts'
import type { SchedulerWrite } from '../../src/scheduler/framework.ts'
import type { Profile } from '../../src/scheduler/profile.ts'
import { runPreBind, runReserve } from '../../src/scheduler/runtime.ts'
import { type SchedulingEngine, specification } from '../../src/scheduler/engine.ts'
import type { Placed, ScheduleOutcome } from '../../src/scheduler/schedule-pod.ts'
import { nodesOf, type RecordedStep, type Scenario } from './scheduler-format.ts'
import { type Result, resultOf, statusOut } from './scheduler-result.ts'
import { SchedulerWorld } from './scheduler-world.ts'

export interface Decision {
  /** Position in `steps`; -1 for the order of nodes at the start. */
  readonly step: number
  readonly want: unknown
  readonly got: unknown
}

/** Every decision of a scenario, in order, as the engine takes it. */
export function* replay(
  scenario: Scenario,
  engine: SchedulingEngine = specification,
): Generator<Decision> {
  const version = scenario.version.slice(1, 5) as SchedulerVersion
  const { profiles } = decodeConfiguration(scenario.config, version)
  const world = new SchedulerWorld()
  for (const group of scenario.nodeGroups ?? []) {
    for (const node of nodesOf(group)) world.put(node)
  }
  for (const object of scenario.objects) world.put(object)
  const { nodeOrder, nodeOrderSha256 } = scenario
  yield {
    step: -1,
    want: { nodeOrder: nodeOrder ?? [], sha256: nodeOrderSha256 },
    got: orderOf(world, nodeOrderSha256 !== undefined),
  }
  for (const [index, step] of scenario.steps.entries()) {
    const decision = perform({ world, profiles, step, index, engine })
    if (decision !== undefined) yield { step: index, ...decision }
  }
}

function orderOf(world: SchedulerWorld, asHash: boolean): unknown {
  const names = world.cache.snapshot().nodes.map(({ name }) => name)
  if (!asHash) return { nodeOrder: names }
  const sha256 = createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 16)
  return { nodeOrder: [], sha256 }
}

interface Performing {
  readonly world: SchedulerWorld
  readonly profiles: readonly Profile[]
  readonly step: RecordedStep
  readonly index: number
  readonly engine: SchedulingEngine
}

function perform(performing: Performing): Omit<Decision, 'step'> | undefined {
  const { world, step } = performing
  switch (step.op) {
    case 'apply':
      for (const object of step.objects ?? []) world.put(object)
      break
    case 'delete':
      for (const { kind, namespace, name } of step.delete ?? []) {
        world.remove(kind, keyFrom(namespace, name))
      }
      break
    case 'schedule':
      if (step.pod !== undefined) world.put(step.pod)
      return decide(performing, keyOf(step.pod?.metadata ?? {}))
    case 'retry':
      return decide(performing, step.podRef ?? '')
  }
  if (step.nodeOrder === undefined) return undefined
  const names = world.cache.snapshot().nodes.map(({ name }) => name)
  return { want: { nodeOrder: step.nodeOrder }, got: { nodeOrder: names } }
}

function decide(
  { world, profiles, step, index, engine }: Performing,
  key: string,
): Omit<Decision, 'step'> {
  const pod = world.pod(key) as Pod
  const { result: recorded = {}, volumeBindings, claimWrites, podStatusPatch } = step
  const want = { result: recorded, volumeBindings, claimWrites: drawn(claimWrites), podStatusPatch }
  const profile = profiles.find(({ schedulerName }) => schedulerName === pod.spec?.schedulerName)
  const early = ignoredOf(pod, profile)
  if (early !== undefined || profile === undefined) return { want, got: { result: early } }
  const context = { args: profile.args, features: profile.features, listers: world.listers }
  for (const plugin of profile.preEnqueue) {
    const status = plugin.preEnqueue(pod, context)
    if (status.code === 'Success') continue
    const preEnqueue = statusOut({ ...status, plugin: plugin.name })
    return { want, got: { result: { preEnqueue } } }
  }
  const outcome = engine.schedule(pod, {
    profile,
    cache: world.cache,
    listers: world.listers,
    nominator: world.nominator,
    choices: { tie: ({ first }) => first, preemptionOffset: () => 0 },
    nextStartNodeIndex: world.nextStartNodeIndex,
    keepRaw: true,
  })
  world.nextStartNodeIndex = outcome.nextStartNodeIndex
  const hasDigest = recorded['digest'] !== undefined
  const result = resultOf(outcome, hasDigest, profile.postFilter.length === 0)
  const writes = outcome.type === 'placed' ? binding(profile, outcome, pod, result) : []
  if (outcome.type === 'unfit') writes.push(...(outcome.postFilter?.writes ?? []))
  settle(world, { pod, key, index, recorded })
  return { want, got: { result, ...writesOut(writes) } }
}

function ignoredOf(pod: Pod, profile: Profile | undefined): Result | undefined {
  if ((pod.spec?.nodeName ?? '') !== '') return { ignored: 'assigned' }
  if (profile === undefined) return { ignored: 'schedulerName' }
  return pod.metadata.deletionTimestamp === undefined ? undefined : { ignored: 'deleting' }
}

/** Reserve and PreBind on the node that the recording takes; changes `result` when Reserve fails. */
function binding(profile: Profile, outcome: Placed, pod: Pod, result: Result): SchedulerWrite[] {
  const node = String(result['node'])
  const { cycle } = outcome.trace
  const status = runReserve(profile, cycle, pod, node)
  if (status.code !== 'Success') {
    result['reserve'] = { status: statusOut(status) }
    result['message'] = status.reasons.join(', ')
    delete result['node']
    return []
  }
  return [...runPreBind(profile, cycle, pod, node).writes]
}

interface Settling {
  readonly pod: Pod
  readonly key: string
  readonly index: number
  readonly recorded: Readonly<Record<string, unknown>>
}

const startMs = Date.UTC(2026, 0, 1)

/** The direct effect of a decision, as recorded. */
function settle(world: SchedulerWorld, { pod, key, index, recorded }: Settling): void {
  const { node, error, message, postFilter } = recorded as {
    node?: string
    error?: string
    message?: string
    postFilter?: { nominate: string | null; clearedNominations?: readonly string[] }
  }
  if (node !== undefined) {
    const startTime = new Date(startMs + index * 1000).toISOString().replace('.000Z', 'Z')
    world.put(bound(pod, node, startTime))
    return
  }
  const isCleared = error !== undefined || message === 'no nodes available to schedule pods'
  const nominate = isCleared ? '' : (postFilter?.nominate ?? undefined)
  world.nominate(pod, nominate === undefined ? undefined : { nodeName: nominate })
  if (nominate !== undefined) setNomination(world, key, nominate)
  for (const cleared of postFilter?.clearedNominations ?? []) {
    setNomination(world, cleared, '')
    const other = world.pod(cleared)
    if (other !== undefined) world.nominate(other, { nodeName: '' })
  }
}

function bound(pod: Pod, nodeName: string, startTime: string): Pod {
  const { nominatedNodeName: _, ...status } = pod.status ?? {}
  return {
    ...pod,
    spec: { containers: [], ...pod.spec, nodeName },
    status: { ...status, phase: 'Running', startTime },
  }
}

function setNomination(world: SchedulerWorld, key: string, nodeName: string): void {
  const pod = world.pod(key)
  if (pod === undefined || (pod.status?.nominatedNodeName ?? '') === nodeName) return
  const { nominatedNodeName: _, ...status } = pod.status ?? {}
  world.put({
    ...pod,
    status: nodeName === '' ? status : { ...status, nominatedNodeName: nodeName },
  })
}

/** The last write of each object, as the recordings list them. */
function writesOut(writes: readonly SchedulerWrite[]): Result {
  const last = new Map<string, KubeObject>()
  for (const { object: written } of writes) {
    const object = withGeneratedName(written)
    last.set(`${object.kind}/${keyOf(object.metadata)}`, object)
  }
  const volumes: unknown[] = []
  const claims: KubeObject[] = []
  for (const key of [...last.keys()].sort()) {
    const object = last.get(key) as KubeObject
    if (object.kind === 'PersistentVolume') {
      const { namespace, name } = (object as PersistentVolume).spec?.claimRef ?? {}
      volumes.push({ claim: `${namespace}/${name}`, pv: object.metadata.name })
    } else if (object.kind === 'PersistentVolumeClaim') {
      const selectedNode = object.metadata.annotations?.['volume.kubernetes.io/selected-node']
      volumes.push({ claim: keyOf(object.metadata), selectedNode })
    } else if (object.kind === 'ResourceClaim') {
      claims.push(object)
    }
  }
  const patch = podStatusPatchOf(last.values(), claims)
  return {
    ...(volumes.length > 0 && { volumeBindings: volumes }),
    ...(claims.length > 0 && { claimWrites: drawn(claims) }),
    ...(patch !== undefined && { podStatusPatch: patch }),
  }
}

/** The id of a share is drawn: only whether there is one can be compared. */
function drawn<T>(claims: T): T {
  if (claims === undefined) return claims
  const text = JSON.stringify(claims)
  return JSON.parse(text.replace(/"shareID":"[-0-9a-f]+"/g, '"shareID":"drawn"')) as T
}

/** What the pod's status says about the claim that was created for its extended resources. */
function podStatusPatchOf(objects: Iterable<KubeObject>, claims: readonly KubeObject[]): unknown {
  for (const object of objects) {
    const written = object.kind === 'Pod' ? (object as Pod).status : undefined
    const { extendedResourceClaimStatus } = written ?? {}
    if (extendedResourceClaimStatus === undefined) continue
    const created = claims.find(({ metadata }) => metadata.generateName !== undefined)
    const resourceClaimName = created?.metadata.name
    return {
      status: {
        extendedResourceClaimStatus: { ...extendedResourceClaimStatus, resourceClaimName },
      },
    }
  }
  return undefined
}

/** The recordings give every generated name the suffix `x`. */
function withGeneratedName(object: KubeObject): KubeObject {
  const { name, generateName } = object.metadata
  if (name !== undefined || generateName === undefined) return object
  const generated = `${generateName}x`
  return { ...object, metadata: { ...object.metadata, name: generated, uid: `claim-${generated}` } }
}

/** For people who debug: the outcome types of a scenario. */
export type { ScheduleOutcome }
