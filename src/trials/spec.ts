// What a platform and a trial are made of, as data: the types of seatrial.yaml and *.trial.yaml.
// The JSON Schemas under schemas/ document every field; these types follow them.

import type { Location } from '../base/problem.ts'
import type { Property } from '../checks/property.ts'
import type { VerdictName } from '../checks/verdict.ts'
import type { Schedule } from '../engine/schedule.ts'
import type { Extender, KubeSchedulerConfiguration } from '../kube/generated/types.ts'
import type { GateSettings } from '../kube/feature-gates.ts'
import type { ObjectRef } from '../kube/object.ts'
import type { NodePool } from '../nodes/pool.ts'
import type { OperatorSpec } from '../platforms/operators/described.ts'
import type { DrainOptions } from './drain.ts'

/** A node pool with what an autoscaler may make of it, and where its user described it. */
export interface PoolSpec extends NodePool {
  /** Bounds of an autoscaler; absent when the count is fixed. */
  readonly min?: number
  readonly max?: number
  readonly upgrade?: UpgradeSpec
  readonly location?: Location
  /** What nobody said about these nodes: how many, how large, or which labels they carry. */
  readonly assumed?: readonly ('count' | 'size' | 'labels')[]
}

/** How the nodes of a pool are upgraded. */
export interface UpgradeSpec {
  /** Default is in-place: a node is drained, is off for a while, and comes back. */
  readonly strategy?: 'in-place' | 'surge'
  /** Nodes at a time: a number or a percentage of the pool; default is 1. */
  readonly atOnce?: number | string
  /** Default is one drain as kubectl does it, without an end. */
  readonly drain?: UpgradeDrain
}

/** What is done to empty a node before it is upgraded. */
export interface UpgradeDrain {
  /** Drains that are tried until one empties the node; with none it is only cordoned. */
  readonly tries: readonly DrainOptions[]
  /** Between two of them. */
  readonly pauseMs: number
  /** What becomes of a node that none of them emptied; default is that the upgrade stops. */
  readonly goesOnAnyway?: boolean
  /** Such a node takes pods again. */
  readonly uncordons?: boolean
}

/** Something the run takes for granted; `setBy` names the flag, file or default. */
export interface Assumption {
  readonly what: string
  readonly why: string
  readonly setBy: string
  /** What in the files made it necessary, where something did. */
  readonly locations?: readonly Location[]
}

/** A finding about an object that its user chose to live with. */
export interface Suppression extends Placed {
  /** `ST1101`, or the code of a warning about the input. */
  readonly rule: string
  readonly object: ObjectRef
  readonly reason: string
  /** The document that it is about, as lines of its file. */
  readonly lines: { readonly from: number; readonly to: number }
}

/** Objects that are kept but that no part of the twin acts on. */
export interface Unmodelled {
  readonly kind: string
  readonly count: number
  readonly effect: string
  /** Where the first of them is written. */
  readonly locations?: readonly Location[]
  /** The kind that its author may have meant. */
  readonly hint?: string
}

/**
 * One thing an installer waits for before it goes on: first until an object with the label exists
 * and has made a replica, then until as many replicas are ready as its spec wants.
 */
export interface InstallGate {
  /** The object that the installer's authors mean; also the gate's name. */
  readonly name: string
  readonly kind: 'Deployment' | 'StatefulSet'
  readonly namespace: string
  /** The installer lists objects with this label by name and takes the first. */
  readonly label: { readonly key: string; readonly value: string }
  readonly findTimeoutMs: number
  readonly readyTimeoutMs: number
  /** The installer asks at once and then every so often. */
  readonly pollMs: number
  /** What the installer says when the object is not found in time. */
  readonly findMessage: string
  /** What it says when it is not ready in time; `{name}` stands for the object it took. */
  readonly readyMessage: string
}

/** How an installer applies and waits, where the source is one. */
export interface InstallSpec {
  readonly by: string
  /** How long applying may take before the installer gives up. */
  readonly applyTimeoutMs: number
  /** In order: one must be passed before the next is asked for. */
  readonly gates: readonly InstallGate[]
  /** Facts about the installer that explain a finding. */
  readonly facts: readonly string[]
}

export type StandardTrial =
  | 'install'
  | 'restart'
  | 'lose-node'
  | 'lose-zone'
  | 'drain'
  | 'upgrade'
  | 'scale'
  | 'cold-start'
  | 'admission'

/** Flags of the control plane that say how long the loss of a node takes to be dealt with. */
export interface TimerSpec {
  /** `--node-monitor-grace-period` of kube-controller-manager. */
  readonly nodeMonitorGraceMs?: number
  /** `--default-not-ready-toleration-seconds` of kube-apiserver. */
  readonly notReadyTolerationSeconds?: number
  /** `--default-unreachable-toleration-seconds` of kube-apiserver. */
  readonly unreachableTolerationSeconds?: number
}

/** A kube-scheduler with a configuration of its user. */
export interface SchedulerSpec {
  readonly file: string
  readonly configuration: KubeSchedulerConfiguration
  /** The `schedulerName` of each profile. */
  readonly names: readonly ({ readonly name: string } & Placed)[]
  /** Programs that it would ask. */
  readonly extenders: readonly ({ readonly extender: Extender } & Placed)[]
}

export interface SlaSpec {
  readonly downSeconds?: number
  readonly services?: Readonly<Record<string, { readonly downSeconds: number }>>
}

/** Where objects come from, as seatrial.yaml names it. */
export type SourceSpec =
  | { readonly path: string }
  | { readonly kustomize: string }
  | { readonly helm: string; readonly values: readonly string[]; readonly release: string }
  | { readonly inventory: string }

/** One answer to "what is the platform"; parts of several sources are merged. */
export interface PlatformPart {
  /** The file or tool that said so. */
  readonly setBy: string
  readonly name?: string
  readonly kubernetes?: string
  readonly namespace?: string
  readonly pools?: readonly PoolSpec[]
  /** Hosts that hold a vote of etcd and are no nodes. */
  readonly etcdHosts?: readonly string[]
  readonly install?: InstallSpec
  readonly sources?: readonly SourceSpec[]
  readonly trials?: readonly (StandardTrial | { readonly file: string })[]
  readonly sla?: SlaSpec
  readonly timers?: TimerSpec
  readonly featureGates?: GateSettings
  /** Files with configurations of kube-scheduler. */
  readonly schedulers?: readonly string[]
  readonly operators?: readonly OperatorSpec[]
}

/** `Deployment/argocd/web`, or `Node/n1` when cluster-scoped. */
export type ObjectPath = string

/** One step of a scripted trial; exactly one of the keys is there. */
export type TrialStep =
  | { readonly install: { readonly timeoutMs: number } }
  | { readonly restart: RestartTarget }
  | { readonly set: SetStep }
  | { readonly apply: { readonly files: readonly string[]; readonly by: 'k3s' | 'kubectl' } }
  | { readonly delete: DeleteStep }
  | { readonly scale: { readonly object: ObjectPath; readonly replicas: number } }
  | { readonly fault: FaultStep }
  | { readonly drain: { readonly node: string } & DrainOptions }
  | { readonly cordon: { readonly node: string } }
  | { readonly uncordon: { readonly node: string } }
  | { readonly upgrade: Readonly<Record<string, never>> }
  | { readonly wait: { readonly forMs: number } }

export type RestartTarget =
  | { readonly all: true }
  | { readonly kind: string; readonly namespace: string; readonly name: string }

export interface SetStep {
  readonly object: ObjectPath
  readonly path: string
  readonly value: unknown
  /** Written again this far apart, as somebody does who insists on it. */
  readonly everyMs?: number
  /** For how long it is written again; absent: to the end. */
  readonly forMs?: number
}

/** Of `object` and `podOf` exactly one is there. */
export interface DeleteStep {
  readonly object?: ObjectPath
  readonly podOf?: PodOf
  readonly gracePeriodSeconds?: number
}

/** The pod number `index` of a workload, by name. */
export interface PodOf {
  readonly object: ObjectPath
  readonly index: number
  /** Only those count that are being deleted already. */
  readonly terminating?: boolean
}

export interface FaultStep {
  readonly kind: string
  readonly node?: string
  readonly zone?: string
  /** The node that this pod of a workload runs on: `StatefulSet/argocd/redis` and ordinal or index. */
  readonly nodeOf?: PodOf
  readonly image?: string
  readonly cpu?: string
  /** How much, where the fault is a delay. */
  readonly byMs?: number
  readonly webhook?: string
  readonly pods?: number
  /** How long it lasts; absent: for ever. */
  readonly forMs?: number
}

/** What a trial must show; every given field must match. */
export type Expectation =
  | ({
      readonly verdict: VerdictName
      readonly object?: ObjectPath
      readonly count?: number
      /** A part of the finding's message. */
      readonly message?: string
      readonly seconds?: { readonly min?: number; readonly max?: number }
    } & Placed)
  | ({ readonly never: VerdictName; readonly object?: ObjectPath } & Placed)
  | ({ readonly holds: 'trial' | 'all' } & Placed)
  | ({
      readonly gate: string
      readonly timesOut?: boolean
      readonly message?: string
      readonly seconds?: { readonly min?: number; readonly max?: number }
    } & Placed)
  | ({ readonly ready: ObjectPath; readonly count: number } & Placed)
  | ({
      /** The code of a warning about the platform. */
      readonly warns: string
      readonly object?: ObjectPath
      readonly message?: string
    } & Placed)

/** What a trial says must always, never or in the end be so. */
export type PropertySpec = Property & Placed

/** One field of one object that a trial changes before it installs; null removes the field. */
export interface ObjectChangeSpec extends Placed {
  readonly object: ObjectPath
  readonly path: string
  readonly value: unknown
}

/** Where an expectation or step is written. */
export interface Placed {
  readonly location: Location
}

/** A scripted trial, read from a file. */
export interface TrialSpec {
  readonly name: string
  readonly file: string
  readonly description?: string
  /** The order of things; absent: the documented one. */
  readonly schedule?: { readonly chosen: Schedule } & Placed
  readonly kubernetes?: string
  readonly pools?: readonly PoolSpec[]
  readonly timers?: TimerSpec
  readonly featureGates?: GateSettings
  /** Files with configurations of kube-scheduler. */
  readonly schedulers?: readonly string[]
  readonly operators?: readonly OperatorSpec[]
  readonly sources: readonly SourceSpec[]
  /** What is different from the files before anything is installed. */
  readonly changes: readonly ObjectChangeSpec[]
  readonly steps: readonly (TrialStep & Placed)[]
  readonly properties: readonly PropertySpec[]
  readonly expect: readonly Expectation[]
}
