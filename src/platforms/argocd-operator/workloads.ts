// The workloads of an Argo CD without high availability: the application controller, the server,
// the repository server, Redis, and those that are there on request.
// Upstream: argocd-operator v0.9.0 controllers/argocd/{deployment,statefulset,applicationset}.go.

import type { JsonObject } from '../../kube/patch/json.ts'
import {
  address,
  argoImage,
  configMap,
  confined,
  imageOf,
  mount,
  nameLabel,
  named,
  optionalSecret,
  redisImage,
  redisTls,
  scratch,
  type Workload,
} from './parts.ts'
import {
  type ArgoCd,
  count,
  isAutoscaled,
  isHa,
  isOn,
  resourcesIn,
  section,
  text,
  texts,
} from './resource.ts'

const container = 'spec.template.spec.containers[0]'

/** What the operator compares of the first container of most workloads. */
const compared = [
  `${container}.image`,
  `${container}.command`,
  `${container}.env`,
  `${container}.volumeMounts`,
  `${container}.resources`,
  'spec.template.spec.volumes',
] as const

const hosts = 'ssh-known-hosts'
const certificates = 'tls-certs'
const repositoryTls = 'argocd-repo-server-tls'

export const knownHostsMap = 'argocd-ssh-known-hosts-cm'
export const certificatesMap = 'argocd-tls-certs-cm'
export const keysMap = 'argocd-gpg-keys-cm'

/** Where all parts find Redis: an own one, the proxies of the highly available one, or it. */
function redisAddress(argoCd: ArgoCd): string {
  const remote = text(section(argoCd, 'redis'), 'remote')
  if (remote !== '') return remote
  return address(argoCd, isHa(argoCd) ? 'redis-ha-haproxy' : 'redis', 6379)
}

function redisFlag(argoCd: ArgoCd): readonly string[] {
  return isOn(argoCd, 'redis') ? ['--redis', redisAddress(argoCd)] : []
}

function repositoryFlag(argoCd: ArgoCd): readonly string[] {
  return isOn(argoCd, 'repo') ? ['--repo-server', address(argoCd, 'repo-server', 8081)] : []
}

function logFlags(fields: JsonObject): readonly string[] {
  const level = text(fields, 'logLevel', 'info')
  const format = text(fields, 'logFormat', 'text')
  return ['--loglevel', level, '--logformat', format]
}

function envOf(fields: JsonObject, own: readonly JsonObject[] = []): JsonObject {
  const given = Array.isArray(fields['env']) ? (fields['env'] as readonly JsonObject[]) : []
  const env = [...own, ...given.filter(({ name }) => own.every(each => each['name'] !== name))]
  return env.length === 0 ? {} : { env }
}

function resourcesOf(fields: JsonObject, otherwise: JsonObject = {}): JsonObject {
  return { resources: resourcesIn(fields) ?? otherwise }
}

function healthz(path: string, port: number, timing: JsonObject): JsonObject {
  return { httpGet: { path, port }, ...timing }
}

/** Redis on its own, which is not there in a highly available Argo CD. */
export function redis(argoCd: ArgoCd): Workload {
  const fields = section(argoCd, 'redis')
  return {
    kind: 'Deployment',
    suffix: 'redis',
    component: 'redis',
    section: 'redis',
    reverts: [`${container}.image`, `${container}.args`, `${container}.resources`],
    pod: {
      containers: [
        {
          name: 'redis',
          image: imageOf(fields, redisImage),
          imagePullPolicy: 'Always',
          args: ['--save', '', '--appendonly', 'no'],
          ports: [{ containerPort: 6379 }],
          ...resourcesOf(fields),
          securityContext: confined({ runAsNonRoot: true, runAsUser: 999 }),
          volumeMounts: [mount(redisTls, '/app/config/redis/tls')],
        },
      ],
      serviceAccountName: named(argoCd, 'argocd-redis'),
      volumes: [optionalSecret(redisTls)],
    },
  }
}

const tcp8081: JsonObject = {
  tcpSocket: { port: 8081 },
  initialDelaySeconds: 5,
  periodSeconds: 10,
}

const repositoryMounts: readonly JsonObject[] = [
  mount(hosts, '/app/config/ssh'),
  mount(certificates, '/app/config/tls'),
  mount('gpg-keys', '/app/config/gpg/source'),
  mount('gpg-keyring', '/app/config/gpg/keys'),
  mount('tmp', '/tmp'),
  mount(repositoryTls, '/app/config/reposerver/tls'),
  mount(redisTls, '/app/config/reposerver/tls/redis'),
  mount('plugins', '/home/argocd/cmp-server/plugins'),
]

const repositoryVolumes: readonly JsonObject[] = [
  configMap(hosts, knownHostsMap),
  configMap(certificates, certificatesMap),
  configMap('gpg-keys', keysMap),
  scratch('gpg-keyring'),
  scratch('tmp'),
  optionalSecret(repositoryTls),
  optionalSecret(redisTls),
  scratch('var-files'),
  scratch('plugins'),
]

/** The repository server, as many as `repo.replicas` says. */
export function repositoryServer(argoCd: ArgoCd): Workload {
  const fields = section(argoCd, 'repo')
  const image = imageOf(fields, argoImage)
  const replicas = count(fields, 'replicas')
  const shared = { image, imagePullPolicy: 'Always', ...resourcesOf(fields) }
  const copy = ['cp', '-n', '/usr/local/bin/argocd', '/var/run/argocd/argocd-cmp-server']
  const command = ['uid_entrypoint.sh', 'argocd-repo-server', ...redisFlag(argoCd)]
  return {
    kind: 'Deployment',
    suffix: 'repo-server',
    component: 'repo-server',
    section: 'repo',
    reverts: [...compared, 'spec.replicas', 'spec.template.spec.initContainers'],
    origins: [{ path: 'spec.replicas', from: 'spec.repo.replicas' }],
    ...(replicas !== undefined && { spec: { replicas } }),
    pod: {
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'argocd-repo-server',
          ...shared,
          command: [...command, ...logFlags(fields), ...texts(fields, 'extraRepoCommandArgs')],
          ...envOf(fields),
          livenessProbe: tcp8081,
          ports: [
            { containerPort: 8081, name: 'server' },
            { containerPort: 8084, name: 'metrics' },
          ],
          readinessProbe: tcp8081,
          securityContext: confined(),
          volumeMounts: repositoryMounts,
        },
      ],
      initContainers: [
        {
          name: 'copyutil',
          ...shared,
          command: copy,
          ...envOf(fields),
          securityContext: confined(),
          volumeMounts: [mount('var-files', '/var/run/argocd')],
        },
      ],
      volumes: repositoryVolumes,
    },
  }
}

/** What a server gets that an autoscaler scales, unless the resource says otherwise. */
const scaledResources: JsonObject = {
  limits: { cpu: '1000m', memory: '128Mi' },
  requests: { cpu: '250m', memory: '64Mi' },
}

/** The server: an autoscaler wins over `server.replicas`. */
export function server(argoCd: ArgoCd): Workload {
  const fields = section(argoCd, 'server')
  const isScaled = isAutoscaled(argoCd)
  const replicas = isScaled ? undefined : count(fields, 'replicas')
  const probe = healthz('/healthz', 8080, { initialDelaySeconds: 3, periodSeconds: 30 })
  const strict = section(argoCd, 'repo')['verifytls'] === true ? ['--repo-server-strict-tls'] : []
  const command = [
    'argocd-server',
    ...(fields['insecure'] === true ? ['--insecure'] : []),
    ...strict,
    '--staticassets',
    '/shared/app',
    '--dex-server',
    `https://${address(argoCd, 'dex-server', 5556)}`,
    ...repositoryFlag(argoCd),
    ...redisFlag(argoCd),
    ...logFlags(fields),
    ...texts(fields, 'extraCommandArgs'),
  ]
  return {
    kind: 'Deployment',
    suffix: 'server',
    component: 'server',
    section: 'server',
    reverts: [...compared, ...(isScaled ? [] : ['spec.replicas'])],
    origins: [{ path: 'spec.replicas', from: 'spec.server.replicas' }],
    ...(replicas !== undefined && { spec: { replicas } }),
    pod: {
      containers: [
        {
          name: 'argocd-server',
          image: imageOf(argoCd.spec, argoImage),
          imagePullPolicy: 'Always',
          command,
          ...envOf(fields),
          livenessProbe: probe,
          ports: [{ containerPort: 8080 }, { containerPort: 8083 }],
          readinessProbe: probe,
          ...resourcesOf(fields, isScaled ? scaledResources : {}),
          securityContext: confined(),
          volumeMounts: [
            mount(hosts, '/app/config/ssh'),
            mount(certificates, '/app/config/tls'),
            mount(repositoryTls, '/app/config/server/tls'),
            mount(redisTls, '/app/config/server/tls/redis'),
          ],
        },
      ],
      serviceAccountName: named(argoCd, 'argocd-server'),
      volumes: [
        configMap(hosts, knownHostsMap),
        configMap(certificates, certificatesMap),
        optionalSecret(repositoryTls),
        optionalSecret(redisTls),
      ],
    },
  }
}

/** Shards: a number that is given counts with sharding only; a dynamic one begins at its least. */
function shardsOf(argoCd: ArgoCd): number {
  const sharding = section(argoCd, 'controller', 'sharding')
  if (sharding['dynamicScalingEnabled'] === true)
    return Math.max(1, count(sharding, 'minShards') ?? 1)
  const replicas = count(sharding, 'replicas') ?? 0
  return sharding['enabled'] === true && replicas > 0 ? replicas : 1
}

function apart(key: string, value: string, weight: number): JsonObject {
  const labelSelector = { matchLabels: { [key]: value } }
  return { podAffinityTerm: { labelSelector, topologyKey: 'kubernetes.io/hostname' }, weight }
}

/** The application controller, one for each shard. */
export function applicationController(argoCd: ArgoCd): Workload {
  const fields = section(argoCd, 'controller')
  const replicas = shardsOf(argoCd)
  const processors = section(argoCd, 'controller', 'processors')
  const shards = section(argoCd, 'controller', 'sharding')
  const own: readonly JsonObject[] = [
    ...(shards['enabled'] === true
      ? [{ name: 'ARGOCD_CONTROLLER_REPLICAS', value: String(count(shards, 'replicas') ?? 0) }]
      : []),
    { name: 'HOME', value: '/home/argocd' },
  ]
  const self = named(argoCd, 'argocd-application-controller')
  return {
    kind: 'StatefulSet',
    suffix: 'application-controller',
    component: 'application-controller',
    section: 'controller',
    reverts: [...compared, 'spec.replicas'],
    origins: [{ path: 'spec.replicas', from: 'spec.controller.sharding.replicas' }],
    spec: { replicas, updateStrategy: {} },
    pod: {
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            apart(nameLabel, self, 100),
            apart('app.kubernetes.io/part-of', 'argocd', 5),
          ],
        },
      },
      containers: [
        {
          name: 'argocd-application-controller',
          image: imageOf(argoCd.spec, argoImage),
          imagePullPolicy: 'Always',
          command: [
            'argocd-application-controller',
            '--operation-processors',
            String(count(processors, 'operation') || 10),
            ...redisFlag(argoCd),
            ...repositoryFlag(argoCd),
            '--status-processors',
            String(count(processors, 'status') || 20),
            '--kubectl-parallelism-limit',
            String(count(fields, 'parallelismLimit') || 10),
            ...logFlags(fields),
          ],
          ...envOf(fields, own),
          ports: [{ containerPort: 8082 }],
          readinessProbe: healthz('/healthz', 8082, { initialDelaySeconds: 5, periodSeconds: 10 }),
          ...resourcesOf(fields),
          securityContext: confined(),
          volumeMounts: [
            mount(repositoryTls, '/app/config/controller/tls'),
            mount(redisTls, '/app/config/controller/tls/redis'),
          ],
        },
      ],
      serviceAccountName: self,
      volumes: [optionalSecret(repositoryTls), optionalSecret(redisTls)],
    },
  }
}

/** The ApplicationSet controller, where the resource has that section. */
export function applicationSets(argoCd: ArgoCd): Workload {
  const fields = section(argoCd, 'applicationSet')
  const account = named(argoCd, 'applicationset-controller')
  const repository = isOn(argoCd, 'repo')
    ? ['--argocd-repo-server', address(argoCd, 'repo-server', 8081)]
    : []
  return {
    kind: 'Deployment',
    suffix: 'applicationset-controller',
    component: 'controller',
    section: 'applicationSet',
    labels: { 'app.kubernetes.io/part-of': 'argocd-applicationset' },
    reverts: [
      'metadata.labels',
      'spec.template.spec.containers',
      'spec.template.spec.volumes',
      'spec.template.spec.serviceAccountName',
      'spec.template.metadata.labels',
    ],
    pod: {
      containers: [
        {
          name: 'argocd-applicationset-controller',
          image: imageOf(fields, argoImage),
          imagePullPolicy: 'Always',
          command: [
            'entrypoint.sh',
            'argocd-applicationset-controller',
            ...repository,
            '--loglevel',
            text(fields, 'logLevel', 'info'),
            ...texts(fields, 'extraCommandArgs'),
          ],
          ...envOf(fields, [
            { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
          ]),
          ports: [
            { containerPort: 7000, name: 'webhook' },
            { containerPort: 8080, name: 'metrics' },
          ],
          ...resourcesOf(fields),
          securityContext: confined({ readOnlyRootFilesystem: true, runAsNonRoot: true }),
          volumeMounts: repositoryMounts.slice(0, 5),
        },
      ],
      serviceAccountName: account,
      volumes: repositoryVolumes.slice(0, 5),
    },
  }
}

/** Dex and the notifications controller, in short: what places and starts them. */
export function onRequest(
  argoCd: ArgoCd,
  {
    suffix,
    component,
    name,
    section: of,
  }: Record<'suffix' | 'component' | 'name' | 'section', string>,
): Workload {
  const fields = of === 'sso' ? section(argoCd, 'sso', 'dex') : section(argoCd, of)
  const replicas = count(fields, 'replicas')
  const image = of === 'sso' ? 'ghcr.io/dexidp/dex' : imageOf(argoCd.spec, argoImage)
  return {
    kind: 'Deployment',
    suffix,
    component,
    section: of === 'sso' ? 'sso.dex' : of,
    reverts: [`${container}.image`, `${container}.env`, `${container}.resources`],
    ...(of === 'notifications' && {
      spec: { strategy: { type: 'Recreate' }, ...(replicas !== undefined && { replicas }) },
    }),
    pod: {
      containers: [
        { name, image, ...envOf(fields), ...resourcesOf(fields), securityContext: confined() },
      ],
      serviceAccountName: named(argoCd, of === 'sso' ? 'argocd-dex-server' : `argocd-${suffix}`),
    },
  }
}
