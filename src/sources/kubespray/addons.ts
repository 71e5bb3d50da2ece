// Add-ons that an inventory switches on and whose pods are part of the twin.
// Upstream: kubespray v2.22.0 to v2.29.0 roles/kubernetes-apps/metrics_server,
// roles/kubernetes-apps/external_provisioner/local_path_provisioner.

import type { KubeObject } from '../../kube/object.ts'
import type { Reading } from './reading.ts'
import { account, type Decided, meta, sameHost, tolerates, workload } from './shapes.ts'

/** The objects of the add-ons that are on. */
export function addonObjects(reading: Reading): readonly Decided[] {
  const { settings, speaker } = reading
  const metrics = settings.flag(speaker, 'metrics_server_enabled').value
  const paths = settings.flag(speaker, 'local_path_provisioner_enabled').value
  const by = (name: string, objects: readonly KubeObject[]): readonly Decided[] =>
    objects.map(object => ({ object, by: [name] }))
  return [
    ...(metrics ? by('metrics_server_enabled', metricsServer(reading)) : []),
    ...(paths ? by('local_path_provisioner_enabled', localPath(reading)) : []),
  ]
}

function metricsServer({ settings, speaker, release }: Reading): readonly KubeObject[] {
  const name = 'metrics-server'
  const labels = { 'app.kubernetes.io/name': name }
  const text = (of: Parameters<typeof settings.text>[1]): string => settings.text(speaker, of).value
  const probe = (path: string) => ({
    httpGet: { path, port: 'https', scheme: 'HTTPS' },
    periodSeconds: 10,
    failureThreshold: 3,
    initialDelaySeconds: 40,
  })
  const term = sameHost('app.kubernetes.io/name', name)
  return [
    account(name),
    workload('Deployment', name, {
      labels,
      account: name,
      spec: {
        replicas: settings.number(speaker, 'metrics_server_replicas').value,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
      },
      pod: {
        priorityClassName: 'system-cluster-critical',
        tolerations: tolerates(...(release.toleratesMaster ? ['master'] : []), 'control-plane'),
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 100, podAffinityTerm: { ...term, namespaces: ['kube-system'] } },
            ],
          },
        },
      },
      container: {
        name,
        image: 'registry.k8s.io/metrics-server/metrics-server',
        resources: {
          limits: {
            cpu: text('metrics_server_limits_cpu'),
            memory: text('metrics_server_limits_memory'),
          },
          requests: {
            cpu: text('metrics_server_requests_cpu'),
            memory: text('metrics_server_requests_memory'),
          },
        },
        ports: [{ name: 'https', containerPort: 10250, protocol: 'TCP' }],
        livenessProbe: probe('/livez'),
        readinessProbe: probe('/readyz'),
      },
    }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta(name, labels),
      spec: {
        selector: labels,
        ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 'https' }],
      },
    },
  ]
}

function localPath({ settings, speaker }: Reading): readonly KubeObject[] {
  const namespace = settings.text(speaker, 'local_path_provisioner_namespace').value
  const serviceAccount = 'local-path-provisioner-service-account'
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    account(serviceAccount, namespace),
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: settings.text(speaker, 'local_path_provisioner_storage_class').value,
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'rancher.io/local-path',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
    },
    workload('Deployment', 'local-path-provisioner', {
      labels: { app: 'local-path-provisioner' },
      account: serviceAccount,
      namespace,
      spec: { replicas: 1 },
      container: {
        name: 'local-path-provisioner',
        image: 'docker.io/rancher/local-path-provisioner',
      },
    }),
  ]
}
