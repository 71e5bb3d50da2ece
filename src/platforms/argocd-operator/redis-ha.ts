// Redis as it runs in a highly available Argo CD: three servers with sentinels that never share a
// node, behind proxies. Upstream: argocd-operator v0.9.0 and v0.18.0 controllers/argocd.

import type { JsonObject } from '../../kube/patch/json.ts'
import {
  configMap,
  confined,
  imageOf,
  mount,
  nameLabel,
  named,
  proxyImage,
  redisImage,
  redisTls,
  scratch,
  optionalSecret,
  type Workload,
} from './parts.ts'
import { type ArgoCd, resourcesIn, section } from './resource.ts'

/** Fixed: no field of the resource changes it. */
export const serversWanted = 3

export const configurationMap = 'argocd-redis-ha-configmap'
export const healthMap = 'argocd-redis-ha-health-configmap'

const user: JsonObject = { fsGroup: 1000, runAsNonRoot: true, runAsUser: 1000 }
const spec = 'spec.template.spec'

function onePerNode(name: string): JsonObject {
  return {
    labelSelector: { matchLabels: { [nameLabel]: name } },
    topologyKey: 'kubernetes.io/hostname',
  }
}

/** The proxy, and the script that writes its configuration. */
function proxyContainers(shared: JsonObject): JsonObject {
  return {
    containers: [
      {
        name: 'haproxy',
        ...shared,
        livenessProbe: {
          httpGet: { path: '/healthz', port: 8888 },
          initialDelaySeconds: 5,
          periodSeconds: 3,
        },
        ports: [{ containerPort: 6379, name: 'redis' }],
        securityContext: confined(),
        volumeMounts: [
          mount('data', '/usr/local/etc/haproxy'),
          mount('shared-socket', '/run/haproxy'),
          mount(redisTls, '/app/config/redis/tls'),
        ],
      },
    ],
    initContainers: [
      {
        name: 'config-init',
        ...shared,
        command: ['sh'],
        args: ['/readonly/haproxy_init.sh'],
        securityContext: confined({}),
        volumeMounts: [
          { ...mount('config-volume', '/readonly'), readOnly: true },
          mount('data', '/data'),
        ],
      },
    ],
  }
}

/** The proxies before the servers, one per node. */
export function redisProxy(argoCd: ArgoCd): Workload {
  const fields = section(argoCd, 'ha')
  const { setsProxyReplicas, rollsProxyInPlace } = argoCd.release
  const image = imageOf(fields, proxyImage, ['redisProxyImage', 'redisProxyVersion'])
  const resources = resourcesIn(fields) ?? {}
  const self = named(argoCd, 'redis-ha-haproxy')
  const apart = onePerNode(self)
  const shared = { image, imagePullPolicy: 'IfNotPresent', resources }
  const rolling = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0 } }
  return {
    kind: 'Deployment',
    suffix: 'redis-ha-haproxy',
    component: 'redis',
    section: 'ha',
    spec: {
      ...(setsProxyReplicas && { replicas: serversWanted }),
      ...(rollsProxyInPlace && { strategy: rolling }),
    },
    reverts: [
      `${spec}.containers[0].image`,
      `${spec}.containers[0].resources`,
      `${spec}.initContainers[0].resources`,
      ...(setsProxyReplicas ? ['spec.replicas'] : []),
    ],
    pod: {
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              podAffinityTerm: { ...apart, topologyKey: 'failure-domain.beta.kubernetes.io/zone' },
              weight: 100,
            },
          ],
          requiredDuringSchedulingIgnoredDuringExecution: [apart],
        },
      },
      ...proxyContainers(shared),
      securityContext: user,
      serviceAccountName: named(argoCd, 'argocd-redis-ha'),
      volumes: [
        configMap('config-volume', configurationMap),
        scratch('shared-socket'),
        scratch('data'),
        optionalSecret(redisTls),
      ],
    },
  }
}

function asked(script: string): JsonObject {
  return {
    exec: { command: ['sh', '-c', `/health/${script}`] },
    failureThreshold: 5,
    initialDelaySeconds: 30,
    periodSeconds: 15,
    successThreshold: 1,
    timeoutSeconds: 15,
  }
}

const mounts: readonly JsonObject[] = [
  mount('data', '/data'),
  mount('health', '/health'),
  mount(redisTls, '/app/config/redis/tls'),
]

/** Names of the three sentinels, as the operator fixes them. */
const sentinels: readonly JsonObject[] = [
  '3c0d9c0320bb34888c2df5757c718ce6ca992ce6',
  '40000915ab58c3fa8fd888fb8b24711944e6cbb4',
  '2bbec7894d954a8af3bb54d13eaec53cb024e2ca',
].map((value, index) => ({ name: `SENTINEL_ID_${index}`, value }))

/** The servers, each with a sentinel. */
export function redisServers(argoCd: ArgoCd): Workload {
  const fields = section(argoCd, 'ha')
  const resources = resourcesIn(fields) ?? {}
  const image = imageOf(section(argoCd, 'redis'), redisImage)
  const group = named(argoCd, 'redis-ha')
  const shared = { image, imagePullPolicy: 'IfNotPresent', resources, securityContext: confined() }
  const readiness = { redis: 'redis_readiness.sh', sentinel: 'sentinel_liveness.sh' } as const
  const member = (name: 'redis' | 'sentinel', port: number): JsonObject => ({
    name,
    ...shared,
    command: [`redis-${name === 'redis' ? 'server' : name}`],
    args: [`/data/conf/${name}.conf`],
    livenessProbe: asked(`${name}_liveness.sh`),
    ports: [{ containerPort: port, name }],
    readinessProbe: asked(readiness[name]),
    volumeMounts: mounts,
  })
  return {
    kind: 'StatefulSet',
    suffix: 'redis-ha-server',
    component: 'redis',
    section: 'ha',
    podName: group,
    annotations: {
      'checksum/init-config': '7128bfbb51eafaffe3c33b1b463e15f0cf6514cec570f9d9c4f2396f28c724ac',
    },
    spec: {
      podManagementPolicy: 'OrderedReady',
      replicas: serversWanted,
      serviceName: group,
      updateStrategy: { type: 'RollingUpdate' },
    },
    reverts: [0, 1].flatMap(at => [
      `${spec}.containers[${at}].image`,
      `${spec}.containers[${at}].resources`,
    ]),
    pod: {
      affinity: {
        podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [onePerNode(group)] },
      },
      automountServiceAccountToken: false,
      containers: [member('redis', 6379), member('sentinel', 26379)],
      initContainers: [
        {
          name: 'config-init',
          ...shared,
          command: ['sh'],
          args: ['/readonly-config/init.sh'],
          env: sentinels,
          volumeMounts: [
            { ...mount('config', '/readonly-config'), readOnly: true },
            mount('data', '/data'),
            mount(redisTls, '/app/config/redis/tls'),
          ],
        },
      ],
      securityContext: user,
      serviceAccountName: named(argoCd, 'argocd-redis-ha'),
      terminationGracePeriodSeconds: 60,
      volumes: [
        configMap('config', configurationMap),
        { name: 'health', configMap: { name: healthMap, defaultMode: 493 } },
        scratch('data'),
        optionalSecret(redisTls),
      ],
    },
  }
}
