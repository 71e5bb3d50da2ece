// What an operator is to the twin: from a custom resource it derives the objects that should be
// there, makes those that are missing, puts back the fields that it cares about, and removes what
// its resource asks for no more. Upstream: sigs.k8s.io/controller-runtime v0.17 pkg/reconcile.

import type { Location } from '../../base/problem.ts'
import type { KubeObject, ObjectRef } from '../../kube/object.ts'

/** A field of a made object that comes from a field of the custom resource. */
export interface Origin {
  /** In the made object: `spec.template.spec.nodeSelector`. */
  readonly path: string
  /** In the custom resource: `spec.nodePlacement.nodeSelector`; absent when a template says it. */
  readonly from?: string
  /** Where the template says it, for operators that users describe. */
  readonly at?: Location
}

/** An object that an operator keeps. */
export interface Kept {
  readonly object: KubeObject
  /** Fields that it puts back when somebody else changed them; others it sets only at birth. */
  readonly reverts: readonly string[]
  /** Whether the object goes with the custom resource; true unless it says otherwise. */
  readonly isOwned?: boolean
  readonly origins: readonly Origin[]
}

/** What a custom resource asks for. */
export interface Wanted {
  readonly kept: readonly Kept[]
  /** Objects that are removed if they are there. */
  readonly absent: readonly ObjectRef[]
}

/** A field of a custom resource that is not as its definition wants it. */
export interface ResourceFault {
  readonly path: string
  readonly what: string
  readonly why: string
  readonly todo: string
}

/** The kinds and versions that an operator acts on, and what it makes of them. */
export interface Operator {
  /** Also who its requests come from: `argocd-operator`. */
  readonly name: string
  readonly doc: string
  readonly group: string
  readonly kind: string
  /** Versions that it reads; it leaves others alone. */
  readonly versions: readonly string[]
  /** Kinds of what it makes: it looks again when one of them changes. */
  readonly makes: readonly string[]
  /** How often it looks though nothing has changed; controller-runtime's default is 10 h. */
  readonly resyncMs?: number
  /** Its own Deployment, where the cluster has one: without ready pods it does nothing. */
  readonly isItself: (deployment: KubeObject) => boolean
  /** What is wrong with a resource by its definition, where the operator is known that well. */
  readonly faults?: (resource: KubeObject) => readonly ResourceFault[]
  /** A function of the resource and of the operator's own Deployment, which tells the release. */
  readonly wanted: (resource: KubeObject, itself: KubeObject | undefined) => Wanted
}
