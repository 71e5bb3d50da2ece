// Defaults of pods and pod templates; a template gets fewer, the rest follows on its pods.
// Upstream: pkg/apis/core/v1/defaults.go and zz_generated.defaults.go, v1.36.3.

import type { Container, Pod, PodSpec, PodTemplateSpec } from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { containerDefaults } from './containers.ts'
import { podLevelResources } from './pod-level-resources.ts'
import { requestsFromLimits } from './resources.ts'
import { eachOf, remembered, withAbsent, withChanged, withUnset } from './setting.ts'
import { volumeDefaults } from './volumes.ts'

const containers = eachOf<Container>(containerDefaults)
const ephemeralContainers = eachOf(containerDefaults)

const strings = {
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
} as const

const pointers = { securityContext: {}, terminationGracePeriodSeconds: 30 } as const

/** What both pods and templates get. */
export const podSpecDefaults = remembered((spec: PodSpec): PodSpec => {
  let set = withAbsent(withUnset<PodSpec>(spec, strings), pointers)
  const account = set.serviceAccountName ?? set.serviceAccount
  if (account !== undefined && (set.serviceAccount !== account || !set.serviceAccountName)) {
    set = { ...set, serviceAccountName: account, serviceAccount: account }
  }
  set = withChanged(set, 'volumes', eachOf(volumeDefaults))
  set = withChanged(set, 'initContainers', containers)
  set = withChanged(set, 'containers', containers)
  return withChanged(set, 'ephemeralContainers', ephemeralContainers)
})

/** A template without metadata still shows an empty one. */
export function templateDefaults(template: PodTemplateSpec): PodTemplateSpec {
  return withChanged(withAbsent(template, { metadata: {} }), 'spec', podSpecDefaults)
}

const hostPorts = eachOf<Container>(container =>
  withChanged(
    container,
    'ports',
    eachOf(port => withUnset(port, { hostPort: port.containerPort })),
  ),
)

const podOnly = remembered((spec: PodSpec): PodSpec => {
  const requests = eachOf(requestsFromLimits)
  let set = withChanged(spec, 'containers', requests)
  set = withChanged(set, 'initContainers', requests)
  set = podLevelResources(set)
  set = withAbsent(set, { enableServiceLinks: true })
  if (set.hostNetwork !== true) return set
  return withChanged(withChanged(set, 'containers', hostPorts), 'initContainers', hostPorts)
})

const fullSpec = remembered((spec: PodSpec): PodSpec => podSpecDefaults(podOnly(spec)))

/** A pod with everything its spec leaves open. */
export function podDefaults(object: KubeObject): Pod {
  return withChanged(object as Pod, 'spec', fullSpec)
}
