// What is wrong with an ArgoCD resource by the definition that its operator installs: fields of
// another type, which the API server refuses, and fields that it drops.
// Upstream: argocd-operator v0.9.0 config/crd/bases/argoproj.io_argocds.yaml.

import { pathParts, valueAt } from '../../kube/field-path.ts'
import type { KubeObject } from '../../kube/object.ts'
import { isObject } from '../../kube/patch/json.ts'
import type { ResourceFault } from '../operators/operator.ts'

type JsonType = 'boolean' | 'integer' | 'object' | 'array' | 'string'

const fields: readonly (readonly [path: string, type: JsonType])[] = [
  ['spec.applicationSet', 'object'],
  ['spec.applicationSet.enabled', 'boolean'],
  ['spec.controller', 'object'],
  ['spec.controller.enabled', 'boolean'],
  ['spec.controller.resources', 'object'],
  ['spec.controller.sharding.dynamicScalingEnabled', 'boolean'],
  ['spec.controller.sharding.enabled', 'boolean'],
  ['spec.controller.sharding.minShards', 'integer'],
  ['spec.controller.sharding.replicas', 'integer'],
  ['spec.ha', 'object'],
  ['spec.ha.enabled', 'boolean'],
  ['spec.nodePlacement', 'object'],
  ['spec.nodePlacement.nodeSelector', 'object'],
  ['spec.nodePlacement.tolerations', 'array'],
  ['spec.notifications.enabled', 'boolean'],
  ['spec.redis', 'object'],
  ['spec.redis.enabled', 'boolean'],
  ['spec.redis.remote', 'string'],
  ['spec.repo', 'object'],
  ['spec.repo.enabled', 'boolean'],
  ['spec.repo.replicas', 'integer'],
  ['spec.server', 'object'],
  ['spec.server.autoscale', 'object'],
  ['spec.server.autoscale.enabled', 'boolean'],
  ['spec.server.autoscale.hpa', 'object'],
  ['spec.server.enabled', 'boolean'],
  ['spec.server.replicas', 'integer'],
]

const placementFields: ReadonlySet<string> = new Set(['nodeSelector', 'tolerations'])

/** Every field that the definition would refuse or drop, in the order of their names. */
export function faultsOf(resource: KubeObject): readonly ResourceFault[] {
  return [...wrongTypes(resource), ...wrongLabels(resource), ...dropped(resource)]
}

function wrongTypes(resource: KubeObject): readonly ResourceFault[] {
  return fields.flatMap(([path, type]) => {
    const value = valueAt(resource, pathParts(path))
    if (value === undefined || value === null || typeOf(value) === type) return []
    return [refused(path, type, value)]
  })
}

function typeOf(value: unknown): JsonType | 'number' {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value === 'boolean' || typeof value === 'string'
    ? (typeof value as JsonType)
    : 'object'
}

/** As the API server words it. */
function refused(path: string, type: JsonType, value: unknown): ResourceFault {
  const actual = typeOf(value)
  return {
    path,
    what: `${path}: Invalid value: "${actual}": ${path} in body must be of type ${type}: "${actual}"`,
    why: 'the definition of the operator refuses the resource, and nothing is made from it',
    todo: `write a value of type ${type}`,
  }
}

function wrongLabels(resource: KubeObject): readonly ResourceFault[] {
  const labels = valueAt(resource, ['spec', 'nodePlacement', 'nodeSelector'])
  if (!isObject(labels)) return []
  return Object.entries(labels).flatMap(([key, value]) =>
    typeof value === 'string'
      ? []
      : [refused(`spec.nodePlacement.nodeSelector.${key}`, 'string', value)],
  )
}

function dropped(resource: KubeObject): readonly ResourceFault[] {
  const placement = valueAt(resource, ['spec', 'nodePlacement'])
  if (!isObject(placement)) return []
  return Object.keys(placement)
    .filter(name => !placementFields.has(name))
    .map(name => ({
      path: `spec.nodePlacement.${name}`,
      what: `ArgoCD has no field spec.nodePlacement.${name}: it is dropped`,
      why: 'nodePlacement has a nodeSelector and tolerations, and nothing else',
      todo: 'say it with a nodeSelector, or with a mutation of the pods',
    }))
}
