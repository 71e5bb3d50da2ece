// The working copy of a Deployment during one sync. Upstream: deployment/sync.go, v1.36.3.
// Upstream mutates one deep copy and keeps its old resourceVersion after writing the status, so
// that a second write in the same sync is refused as a conflict and tried again; so do we.

import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
} from '../../kube/generated/types.ts'
import { errorText } from '../failures.ts'
import { type Api, done, type Part, type ReconcileResult } from '../framework.ts'
import { revisionAnnotation } from './annotations.ts'
import { withCondition } from './conditions.ts'

export interface Draft {
  deployment: Deployment
  /** Gate DeploymentReplicaSetTerminatingReplicas, on since 1.35. */
  readonly countsTerminating: boolean
}

export function setStatus(draft: Draft, status: DeploymentStatus): void {
  draft.deployment = { ...draft.deployment, status }
}

export function setCondition(draft: Draft, condition: DeploymentCondition): void {
  const { status } = draft.deployment
  setStatus(draft, { ...status, conditions: withCondition(status?.conditions, condition) })
}

/** Notes the revision of the new ReplicaSet; false when it stands there already. */
export function setRevision(draft: Draft, revision: string): boolean {
  const { deployment } = draft
  const annotations = deployment.metadata.annotations ?? {}
  if (annotations[revisionAnnotation] === revision) return false
  const metadata = {
    ...deployment.metadata,
    annotations: { ...annotations, [revisionAnnotation]: revision },
  }
  draft.deployment = { ...deployment, metadata }
  return true
}

/** Writes the status (and with it the revision annotation) of the draft. */
export function* writeStatus(api: Api, draft: Draft): Part<ReconcileResult> {
  const response = yield* api.updateStatus(draft.deployment)
  return response.ok ? done : { error: errorText(response) }
}
