// ServiceAccount gives pods an account and mounts its token.
// Upstream: plugin/pkg/admission/serviceaccount/admission.go, v1.36.3.

import {
  type AdmissionContext,
  type AdmissionPlugin,
  denied,
  type ObjectRequest,
} from '../apiserver/admission.ts'
import { generateName } from '../apiserver/names.ts'
import { tokenPrefix } from '../apiserver/pod-validity.ts'
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import { podSecretReference } from './secret-references.ts'

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'

const tokenSource: NonNullable<Volume['projected']> = {
  sources: [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [
          { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
        ],
      },
    },
  ],
  defaultMode: 420,
}

/** The account of a namespace that a controller makes: upstream waits for it, so it exists here. */
const implicit: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default' },
}

function accountOf(
  context: AdmissionContext,
  namespace: string,
  name: string,
): ServiceAccount | undefined {
  const stored = context.get('ServiceAccount', `${namespace}/${name}`) as ServiceAccount | undefined
  return stored ?? (name === 'default' ? implicit : undefined)
}

function admitPod(request: ObjectRequest, context: AdmissionContext): KubeObject | ApiStatus {
  const pod = request.object as Pod
  const { spec } = pod
  if (spec === undefined) return pod
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) {
    return mirrorPod(request, pod)
  }
  const given = spec.serviceAccountName ?? ''
  const name = given === '' ? 'default' : given
  const account = accountOf(context, request.namespace, name)
  if (account === undefined) {
    const subject = `${request.namespace}/${name}`
    return denied(
      request,
      `error looking up service account ${subject}: serviceaccount "${name}" not found`,
    )
  }
  const refusal = unmountable(account, pod)
  if (refusal !== undefined) return denied(request, refusal)
  return { ...pod, spec: withAccount(pod, name, account, context) }
}

function withAccount(
  pod: Pod,
  name: string,
  account: ServiceAccount,
  { randomBelow }: AdmissionContext,
): PodSpec {
  const { spec = { containers: [] } } = pod
  const automount = spec.automountServiceAccountToken ?? account.automountServiceAccountToken
  const { name: of = '' } = pod.metadata
  const mounted = automount === false ? spec : withToken(spec, bound => randomBelow(bound, of))
  const named = { ...mounted, serviceAccountName: name, serviceAccount: name }
  const secrets = account.imagePullSecrets ?? []
  return (spec.imagePullSecrets?.length ?? 0) > 0 || secrets.length === 0
    ? named
    : { ...named, imagePullSecrets: secrets }
}

/** Mounts the token into every container that mounts nothing at its path. */
function withToken(spec: PodSpec, randomBelow: (bound: number) => number): PodSpec {
  // A pod without containers is refused later, by validation.
  const before = spec.containers ?? []
  const existing = spec.volumes?.find(volume => volume.name.startsWith(tokenPrefix))
  const name = existing?.name ?? generateName(tokenPrefix, randomBelow)
  const mount = { name, readOnly: true, mountPath }
  const mounting = <T extends Container>(container: T): T =>
    container.volumeMounts?.some(each => each.mountPath === mountPath) === true
      ? container
      : { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] }
  const containers = before.map(mounting)
  const initContainers = spec.initContainers?.map(mounting)
  const mounted = {
    ...spec,
    containers,
    ...(initContainers !== undefined && { initContainers }),
  }
  const needed =
    containers.some((each, index) => each !== before[index]) ||
    initContainers?.some((each, index) => each !== spec.initContainers?.[index]) === true
  if (existing !== undefined || !needed) return mounted
  return { ...mounted, volumes: [...(spec.volumes ?? []), { name, projected: tokenSource }] }
}

function mirrorPod(request: ObjectRequest, pod: Pod): KubeObject | ApiStatus {
  const { spec } = pod
  if ((spec?.serviceAccountName ?? '') !== '') {
    return denied(request, 'a mirror pod may not reference service accounts')
  }
  if (podSecretReference(spec) !== undefined) {
    return denied(request, 'a mirror pod may not reference secrets')
  }
  const projects = spec?.volumes?.some(volume =>
    volume.projected?.sources?.some(source => source.serviceAccountToken !== undefined),
  )
  return projects === true
    ? denied(request, 'a mirror pod may not use ServiceAccountToken volume projections')
    : pod
}

/** Accounts with the annotation allow only the secrets that they name. */
function unmountable(account: ServiceAccount, pod: Pod): string | undefined {
  const enforced = account.metadata.annotations?.['kubernetes.io/enforce-mountable-secrets']
  if (enforced !== 'true') return undefined
  const allowed = new Set(account.secrets?.map(secret => secret.name))
  const name = account.metadata.name ?? ''
  const tail = `is not allowed because service account ${name} does not reference that secret`
  for (const { secret } of pod.spec?.volumes ?? []) {
    if (secret === undefined || allowed.has(secret.secretName ?? '')) continue
    return `volume with secret.secretName="${secret.secretName ?? ''}" ${tail}`
  }
  return undefined
}

export const serviceAccount = {
  name: 'ServiceAccount',
  doc: 'Assigns the default service account, mounts its token and its image pull secrets.',
  kinds: ['Pod'],
  operations: ['create'],
  admit: admitPod,
} satisfies AdmissionPlugin
