// The only place where a cluster is put together: objects, components and options make a World.

import { admissionPluginsWith } from '../admission/registry.ts'
import type { TolerationSeconds } from '../admission/default-toleration-seconds.ts'
import type { ApiRequest, ApiResponse } from '../apiserver/request.ts'
import { component } from '../controllers/runtime.ts'
import { type ControllerFlags, controllersWith } from '../controllers/registry.ts'
import { indexes } from '../controllers/indexes.ts'
import type { Actor } from '../engine/actor.ts'
import { defaultSchedule, type Schedule } from '../engine/schedule.ts'
import { type Program, World } from '../engine/world.ts'
import { type Gates, type GateSettings, gatesOf } from '../kube/feature-gates.ts'
import type { Pod } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import type { KubeletOptions } from '../nodes/context.ts'
import { kubelet } from '../nodes/kubelet.ts'
import { defaultModel, type KubeletModel } from '../nodes/model.ts'
import { operatorController } from '../platforms/operators/controller.ts'
import type { Operator } from '../platforms/operators/operator.ts'
import { scheduler } from '../scheduler/actor.ts'
import { decodeConfiguration, type PlacementConfiguration } from '../scheduler/configuration.ts'
import { featuresOf, type SchedulerVersion } from '../scheduler/features.ts'
import type { Profile } from '../scheduler/profile.ts'
import type { QueueOptions } from '../scheduler/queue/queued-pod.ts'
import { schedulerName, type SchedulerState } from '../scheduler/turn.ts'
import { installer } from './api-context.ts'
import { serveWith } from './serve.ts'

export interface ClusterOptions {
  /** `1.36`: the minor version whose behaviour and wording the twin takes on. */
  readonly kubernetes: string
  /** Ready Node objects, in order of registration. */
  readonly nodes: readonly KubeObject[]
  /** Feature gates that are not as the version has them. */
  readonly featureGates?: GateSettings
  readonly schedule?: Schedule
  /** Unix ms of virtual time 0; 2026-01-01T00:00:00Z unless given. */
  readonly epochMs?: number
  readonly model?: KubeletModel
  /** Watch latency in ms of every component. */
  readonly latencyMs?: number
  /** Flags of kube-controller-manager; defaults follow the version. */
  readonly controllerFlags?: ControllerFlags
  /** For how long pods tolerate a node that went away, unless they say so themselves. */
  readonly tolerationSeconds?: TolerationSeconds
  /** How kubelets renew their leases and what they do about a status that others changed. */
  readonly leases?: Omit<KubeletOptions, 'model'>
  /** Resolves ties between nodes where a recorded placement is replayed. */
  readonly preferNode?: (pod: Pod) => string | undefined
  /** Components of third-party programs, which run beside the control plane. */
  readonly programs?: readonly Actor[]
  /** Configurations of schedulers; one with its defaults runs beside, unless they name it. */
  readonly schedulers?: readonly PlacementConfiguration[]
  /** Let components interleave between any two steps of a reconcile. */
  readonly interleave?: boolean
  /** Third-party operators that run in this cluster, each a component of its own. */
  readonly operators?: readonly Operator[]
}

export const epochMsDefault = 1_767_225_600_000
export const latencyMsDefault = 2

/** A running cluster: system namespaces exist, nodes are registered, nothing is deployed. */
export function createCluster(options: ClusterOptions): World {
  const world = World.create(programOf(options), {
    epochMs: options.epochMs ?? epochMsDefault,
    schedule: options.schedule ?? defaultSchedule,
    latencyMs: options.latencyMs ?? latencyMsDefault,
  })
  for (const object of systemObjects) mustCreate(world, object)
  for (const node of options.nodes) mustCreate(world, node)
  return world
}

/** One API request from outside the cluster. */
export function request(world: World, apiRequest: ApiRequest, writer = installer): ApiResponse {
  return world.submit(apiRequest, writer) as ApiResponse
}

function programOf(options: ClusterOptions): Program {
  const { model = defaultModel, leases, interleave, operators = [], programs = [] } = options
  return {
    actors: [
      component({
        name: 'kube-controller-manager',
        controllers: controllersWith(flagsOf(options)),
        ...(interleave !== undefined && { interleave }),
      }),
      ...schedulersOf(options),
      kubelet({ model, ...leases }),
      ...programs,
      ...operators.map(operator =>
        component({
          name: operator.name,
          controllers: [operatorController(operator)],
          ...(interleave !== undefined && { interleave }),
        }),
      ),
    ],
    indexes,
    serve: serveWith(
      admissionPluginsWith({
        gates: clusterGates(options),
        tolerations: options.tolerationSeconds,
      }),
    ),
  }
}

/** One component for each configuration. */
function schedulersOf(options: ClusterOptions): readonly Actor<SchedulerState>[] {
  const { preferNode } = options
  const features = featuresOf(schedulerVersion(options.kubernetes))
  return configured(options).map(each =>
    scheduler({ ...each, features, ...(preferNode !== undefined && { preferNode }) }),
  )
}

interface Configured {
  /** The component; the one that has the default profile is called like it. */
  readonly name: string
  readonly profiles: readonly Profile[]
  readonly queue: QueueOptions
}

type Schedulers = Pick<ClusterOptions, 'kubernetes' | 'schedulers'>

function configured({ kubernetes, schedulers = [] }: Schedulers): readonly Configured[] {
  const version = schedulerVersion(kubernetes)
  const decoded = schedulers.map(each => decodeConfiguration(each, version))
  const hasDefault = decoded.some(({ profiles }) => profiles.some(isDefault))
  const all = hasDefault ? decoded : [decodeConfiguration({}, version), ...decoded]
  return all.map(({ profiles, queue }) => ({
    name: (profiles.find(isDefault) ?? (profiles[0] as Profile)).schedulerName,
    profiles,
    queue,
  }))
}

/** Who decides about pods, by their `schedulerName`: the profile and the name of its component. */
export function profilesOf(
  options: Schedulers,
): ReadonlyMap<string, { readonly component: string; readonly profile: Profile }> {
  return new Map(
    configured(options).flatMap(({ name: component, profiles }) =>
      profiles.map(profile => [profile.schedulerName, { component, profile }] as const),
    ),
  )
}

function isDefault(profile: Profile): boolean {
  return profile.schedulerName === schedulerName
}

/** The grace period of silent nodes was 40 s up to 1.31. */
function flagsOf(options: ClusterOptions): ControllerFlags {
  const { kubernetes, controllerFlags } = options
  const graceMs = minorOf(kubernetes) <= 31 ? 40_000 : 50_000
  const gates = clusterGates(options)
  return {
    gates,
    ...controllerFlags,
    nodeLifecycle: { graceMs, ...controllerFlags?.nodeLifecycle },
    autoscaler: {
      configurableTolerance: gates('HPAConfigurableTolerance'),
      ...controllerFlags?.autoscaler,
    },
  }
}

function clusterGates({ kubernetes, featureGates }: ClusterOptions): Gates {
  return gatesOf(minorOf(kubernetes), featureGates)
}

function minorOf(kubernetes: string): number {
  return Number(kubernetes.split('.')[1] ?? '')
}

/** The known scheduler that comes nearest to a minor version of Kubernetes. */
function schedulerVersion(kubernetes: string): SchedulerVersion {
  const minor = minorOf(kubernetes)
  if (minor <= 34) return '1.34'
  return minor === 35 ? '1.35' : '1.36'
}

const systemNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

const systemObjects: readonly KubeObject[] = systemNamespaces.map(name => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
}))

function mustCreate(world: World, object: KubeObject): void {
  const response = request(world, { verb: 'create', object })
  if (response.ok) return
  throw new Error(`bootstrap: ${object.kind} ${object.metadata.name}: ${response.status.message}`)
}
