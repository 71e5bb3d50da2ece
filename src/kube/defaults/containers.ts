// Defaults of containers: pull policy by tag, termination message, probes, ports.
// Upstream: pkg/apis/core/v1/defaults.go and zz_generated.defaults.go, v1.36.3.

import type {
  Container,
  ContainerPort,
  EnvVar,
  HTTPGetAction,
  Lifecycle,
  LifecycleHandler,
  Probe,
} from '../generated/types.ts'
import { imageTag } from './image-name.ts'
import { resourcesDefaults } from './resources.ts'
import { eachOf, withAbsent, withChanged, withUnset } from './setting.ts'

/** Always for `:latest` and untagged images, IfNotPresent otherwise. */
export function pullPolicyOf(image: string): string {
  return imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent'
}

export const httpGetDefaults = (action: HTTPGetAction): HTTPGetAction =>
  withUnset(action, { path: '/', scheme: 'HTTP' })

const probeNumbers = {
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
} as const

function probeDefaults(probe: Probe): Probe {
  const set = withUnset(probe, probeNumbers)
  const http = withChanged(set, 'httpGet', httpGetDefaults)
  return withChanged(http, 'grpc', grpc => withAbsent(grpc, { service: '' }))
}

function handlerDefaults(handler: LifecycleHandler): LifecycleHandler {
  return withChanged(handler, 'httpGet', httpGetDefaults)
}

function lifecycleDefaults(lifecycle: Lifecycle): Lifecycle {
  const started = withChanged(lifecycle, 'postStart', handlerDefaults)
  return withChanged(started, 'preStop', handlerDefaults)
}

const portDefaults = eachOf<ContainerPort>(port => withUnset(port, { protocol: 'TCP' }))

const envDefaults = eachOf<EnvVar>(variable =>
  withChanged(variable, 'valueFrom', source => {
    const referenced = withChanged(source, 'fieldRef', reference =>
      withUnset(reference, { apiVersion: 'v1' }),
    )
    const resource = withChanged(referenced, 'resourceFieldRef', reference =>
      withUnset(reference, { divisor: '0' }),
    )
    return withChanged(resource, 'fileKeyRef', reference =>
      withAbsent(reference, { optional: false }),
    )
  }),
)

const always = {
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
} as const

/** One container of a pod or template. */
export function containerDefaults<T extends Container>(container: T): T {
  let set = withUnset<Container>(container, always)
  if (set.imagePullPolicy === undefined || set.imagePullPolicy === '') {
    set = { ...set, imagePullPolicy: pullPolicyOf(set.image ?? '') }
  }
  set = withChanged(set, 'ports', portDefaults)
  set = withChanged(set, 'env', envDefaults)
  set = withChanged(set, 'resources', resourcesDefaults)
  set = withChanged(set, 'livenessProbe', probeDefaults)
  set = withChanged(set, 'readinessProbe', probeDefaults)
  set = withChanged(set, 'startupProbe', probeDefaults)
  return withChanged(set, 'lifecycle', lifecycleDefaults) as T
}
