// Defaults of workloads. Upstream: pkg/apis/apps/v1/defaults.go, v1.36.3.

import type {
  DaemonSet,
  Deployment,
  DeploymentSpec,
  PodTemplate,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
  StatefulSetSpec,
} from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { templateDefaults } from './pod.ts'
import { eachOf, withAbsent, withChanged, withUnset } from './setting.ts'
import { claimDefaults } from './storage.ts'

type DeploymentStrategy = NonNullable<DeploymentSpec['strategy']>

function deploymentStrategy(strategy: DeploymentStrategy): DeploymentStrategy {
  const typed = withUnset(strategy, { type: 'RollingUpdate' })
  if (typed.type !== 'RollingUpdate') return typed
  return withChanged(withAbsent(typed, { rollingUpdate: {} }), 'rollingUpdate', rolling =>
    withAbsent(rolling, { maxUnavailable: '25%', maxSurge: '25%' }),
  )
}

export function deploymentDefaults(object: KubeObject): KubeObject {
  const deployment = withAbsent(object as Deployment, { status: {} })
  return withChanged(deployment, 'spec', spec => {
    const set = withAbsent(spec, {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: {},
    })
    const strategic = withChanged(set, 'strategy', deploymentStrategy)
    return withChanged(strategic, 'template', templateDefaults)
  })
}

export function daemonSetDefaults(object: KubeObject): KubeObject {
  return withChanged(object as DaemonSet, 'spec', spec => {
    const set = withAbsent(spec, { revisionHistoryLimit: 10, updateStrategy: {} })
    const strategic = withChanged(set, 'updateStrategy', strategy => {
      const typed = withUnset(strategy, { type: 'RollingUpdate' })
      if (typed.type !== 'RollingUpdate') {
        // Values, not pointers, in the internal type: shown as zero.
        return withChanged(typed, 'rollingUpdate', rolling =>
          withAbsent(rolling, { maxUnavailable: 0, maxSurge: 0 }),
        )
      }
      return withChanged(withAbsent(typed, { rollingUpdate: {} }), 'rollingUpdate', rolling =>
        withAbsent(rolling, { maxUnavailable: 1, maxSurge: 0 }),
      )
    })
    return withChanged(strategic, 'template', templateDefaults)
  })
}

type SetStrategy = NonNullable<StatefulSetSpec['updateStrategy']>

function statefulSetStrategy(strategy: SetStrategy): SetStrategy {
  const untyped = strategy.type === undefined || strategy.type === ''
  const typed = untyped
    ? withAbsent({ ...strategy, type: 'RollingUpdate' }, { rollingUpdate: {} })
    : strategy
  if (typed.type !== 'RollingUpdate') return typed
  return withChanged(typed, 'rollingUpdate', rolling => withAbsent(rolling, { partition: 0 }))
}

export function statefulSetDefaults(object: KubeObject): KubeObject {
  return withChanged(object as StatefulSet, 'spec', spec => {
    const named = withAbsent<StatefulSetSpec>(spec, { serviceName: '' })
    const set = withAbsent(withUnset(named, { podManagementPolicy: 'OrderedReady' }), {
      updateStrategy: {},
      persistentVolumeClaimRetentionPolicy: {},
      replicas: 1,
      revisionHistoryLimit: 10,
    })
    const strategic = withChanged(set, 'updateStrategy', statefulSetStrategy)
    const retained = withChanged(strategic, 'persistentVolumeClaimRetentionPolicy', policy =>
      withUnset(policy, { whenDeleted: 'Retain', whenScaled: 'Retain' }),
    )
    const claims = withChanged(retained, 'volumeClaimTemplates', eachOf(templateClaim))
    return withChanged(claims, 'template', templateDefaults)
  })
}

/** A claim template is shown with its kind, and with the status of a new claim. */
function templateClaim<T extends KubeObject>(claim: T): T {
  const typed = withUnset<KubeObject>(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' })
  return claimDefaults(typed) as T
}

export function replicaSetDefaults(object: KubeObject): KubeObject {
  return withChanged(object as ReplicaSet, 'spec', spec =>
    withChanged(withAbsent(spec, { replicas: 1 }), 'template', templateDefaults),
  )
}

export function replicationControllerDefaults(object: KubeObject): KubeObject {
  const controller = object as ReplicationController
  const labels = controller.spec?.template?.metadata?.labels
  const selected = withChanged(controller, 'spec', spec => {
    const set = withAbsent(spec, { replicas: 1 })
    const unselective = Object.keys(spec.selector ?? {}).length === 0 && labels !== undefined
    const selecting = unselective ? { ...set, selector: labels } : set
    return withChanged(selecting, 'template', templateDefaults)
  })
  return withTemplateLabels(selected, labels)
}

/** Objects without labels take those of their template. */
export function withTemplateLabels<T extends KubeObject>(
  object: T,
  labels: Readonly<Record<string, string>> | undefined,
): T {
  if (labels === undefined || Object.keys(object.metadata.labels ?? {}).length > 0) return object
  if (Object.keys(labels).length === 0) return object
  return { ...object, metadata: { ...object.metadata, labels } }
}

export function podTemplateDefaults(object: KubeObject): KubeObject {
  return withChanged(object as PodTemplate, 'template', templateDefaults)
}
