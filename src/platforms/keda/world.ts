// What KEDA asks of the API and writes to it.

import type { HorizontalPodAutoscaler, Pod } from '../../kube/generated/types.ts'
import type { Selector } from '../../kube/label-selector.ts'
import type { ScaledObject, TargetResource } from './scaled-object.ts'

export interface Scale {
  readonly replicas: number
  /** As text; of `status.selector`. */
  readonly selector: string
}

/** A text instead of an answer is the API's error. */
export interface KedaWorld {
  readonly nowMs: () => number
  /** The scale of the target; `deployments.apps "web" not found`. */
  readonly scale: (object: ScaledObject, resource?: TargetResource) => Scale | string
  readonly setScale: (object: ScaledObject, replicas: number) => string | undefined
  readonly autoscaler: (namespace: string, name: string) => HorizontalPodAutoscaler | undefined
  readonly pods: (namespace: string, selector: Selector) => readonly Pod[] | string
  readonly event: (object: ScaledObject, event: KedaEvent) => void
}

/** What the reconciler needs besides. */
export interface KedaOperatorWorld extends KedaWorld {
  /** The resource of a kind: `no matches for kind "X" in version "v1"`. */
  readonly resource: (apiVersion: string, kind: string) => TargetResource | string
  readonly read: (namespace: string, name: string) => ScaledObject | undefined
  readonly write: (object: ScaledObject) => void
  readonly remove: (object: ScaledObject) => void
  readonly putAutoscaler: (autoscaler: HorizontalPodAutoscaler) => void
  readonly removeAutoscaler: (namespace: string, name: string) => void
}

export interface KedaEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly note: string
}
