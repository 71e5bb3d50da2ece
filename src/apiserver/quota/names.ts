// Which objects a name of a quota counts. Upstream: MatchingResources of the evaluators in
// pkg/quota/v1/evaluator/core and apiserver pkg/quota/v1/generic, v1.36.3.

import { kinds } from '../../kube/kinds.ts'

const plain: Readonly<Record<string, string>> = {
  configmaps: 'ConfigMap',
  cpu: 'Pod',
  'ephemeral-storage': 'Pod',
  'limits.cpu': 'Pod',
  'limits.ephemeral-storage': 'Pod',
  'limits.memory': 'Pod',
  memory: 'Pod',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  pods: 'Pod',
  replicationcontrollers: 'ReplicationController',
  'requests.storage': 'PersistentVolumeClaim',
  resourcequotas: 'ResourceQuota',
  secrets: 'Secret',
  services: 'Service',
  'services.loadbalancers': 'Service',
  'services.nodeports': 'Service',
}

const byQualified = new Map(
  [...kinds.values()].map(({ key, group, plural }) => [
    group === '' ? plural : `${plural}.${group}`,
    key,
  ]),
)

const ofClass = /\.storageclass\.storage\.k8s\.io\/(?:requests\.storage|persistentvolumeclaims)$/

/** The built-in kind whose objects the name counts; undefined for custom and unknown ones. */
export function kindCountedBy(name: string): string | undefined {
  const known = Object.hasOwn(plain, name) ? plain[name] : undefined
  if (known !== undefined) return known
  if (name.startsWith('count/')) return byQualified.get(name.slice('count/'.length))
  if (ofClass.test(name)) return 'PersistentVolumeClaim'
  if (name.startsWith('hugepages-')) return 'Pod'
  return name.startsWith('requests.') && isOfPods(name.slice('requests.'.length))
    ? 'Pod'
    : undefined
}

function isOfPods(name: string): boolean {
  if (['cpu', 'memory', 'ephemeral-storage'].includes(name)) return true
  return name.startsWith('hugepages-') || (name.includes('/') && !name.includes('kubernetes.io/'))
}
