// The operator of Argo CD: from an ArgoCD resource to its workloads, and back to them when others
// edit what it compares. Upstream: argocd-operator v0.9.0 (and v0.15, v0.16) controllers/argocd.

import type { KubeObject, ObjectRef } from '../../kube/object.ts'
import type { Operator, Wanted } from '../operators/operator.ts'
import { accessories, autoscaler, hasApplicationSets } from './accessories.ts'
import { faultsOf } from './faults.ts'
import { keptWorkload, named, type Workload } from './parts.ts'
import { redisProxy, redisServers } from './redis-ha.ts'
import { isOperator, releaseFor } from './release.ts'
import { type ArgoCd, argoCdOf, isAutoscaled, isHa, isOn, section, usesDex } from './resource.ts'
import {
  applicationController,
  applicationSets,
  onRequest,
  redis,
  repositoryServer,
  server,
} from './workloads.ts'

interface Part {
  readonly kind: Workload['kind'] | 'HorizontalPodAutoscaler' | 'Service'
  readonly suffix: string
  readonly isWanted: (argoCd: ArgoCd) => boolean
  readonly workload?: (argoCd: ArgoCd) => Workload
}

/** In the order in which the operator makes them. */
const parts: readonly Part[] = [
  {
    kind: 'Deployment',
    suffix: 'dex-server',
    isWanted: usesDex,
    workload: argoCd =>
      onRequest(argoCd, {
        suffix: 'dex-server',
        component: 'dex-server',
        name: 'dex',
        section: 'sso',
      }),
  },
  {
    kind: 'Deployment',
    suffix: 'redis',
    isWanted: argoCd => isOn(argoCd, 'redis') && !isHa(argoCd),
    workload: redis,
  },
  { kind: 'Deployment', suffix: 'redis-ha-haproxy', isWanted: isHa, workload: redisProxy },
  {
    kind: 'Deployment',
    suffix: 'repo-server',
    isWanted: argoCd => isOn(argoCd, 'repo'),
    workload: repositoryServer,
  },
  {
    kind: 'Deployment',
    suffix: 'server',
    isWanted: argoCd => isOn(argoCd, 'server'),
    workload: server,
  },
  {
    kind: 'StatefulSet',
    suffix: 'application-controller',
    isWanted: argoCd => isOn(argoCd, 'controller'),
    workload: applicationController,
  },
  {
    kind: 'StatefulSet',
    suffix: 'redis-ha-server',
    isWanted: argoCd => isHa(argoCd) && isOn(argoCd, 'redis'),
    workload: redisServers,
  },
  { kind: 'HorizontalPodAutoscaler', suffix: 'server', isWanted: isAutoscaled },
  {
    kind: 'Deployment',
    suffix: 'applicationset-controller',
    isWanted: hasApplicationSets,
    workload: applicationSets,
  },
  {
    kind: 'Deployment',
    suffix: 'notifications-controller',
    isWanted: argoCd => section(argoCd, 'notifications')['enabled'] === true,
    workload: argoCd =>
      onRequest(argoCd, {
        suffix: 'notifications-controller',
        component: 'controller',
        name: 'argocd-notifications-controller',
        section: 'notifications',
      }),
  },
]

function wanted(resource: KubeObject, itself: KubeObject | undefined): Wanted {
  const argoCd = argoCdOf(resource, releaseFor(resource, itself))
  const asked = parts.filter(({ isWanted }) => isWanted(argoCd))
  const refOf = ({ kind, suffix }: Part): ObjectRef => {
    return { kind, namespace: argoCd.namespace, name: named(argoCd, suffix) }
  }
  return {
    kept: [
      ...accessories(argoCd),
      ...asked.map(({ workload }) =>
        workload === undefined ? autoscaler(argoCd) : keptWorkload(argoCd, workload(argoCd)),
      ),
    ],
    absent: parts.filter(part => !asked.includes(part)).map(refOf),
  }
}

export const argocdOperator = {
  name: 'argocd-operator',
  doc: 'Makes the workloads of an ArgoCD resource and puts back what others change in them.',
  group: 'argoproj.io',
  kind: 'ArgoCD',
  versions: ['v1alpha1', 'v1beta1'],
  makes: ['Deployment', 'StatefulSet', 'Service', 'ConfigMap'],
  isItself: isOperator,
  faults: faultsOf,
  wanted,
} satisfies Operator
