// What the spec of a Rollout names: its Services and the templates of its analysis.
// Port of argo-rollouts v1.8.3 rollout/controller.go (getRolloutReferencedResources).

import type { Api, Part } from '../../controllers/framework.ts'
import type { Service } from '../../kube/generated/types.ts'
import { goQuote } from '../../kube/go-text.ts'
import { keyFrom, type KubeObject } from '../../kube/object.ts'
import { analysesOf, templatesOf } from './analysis/templates.ts'
import { type ControllerProcess, readCached } from './cache.ts'
import { namedServices } from './services.ts'
import type { Rollout } from './types.ts'

/** The first thing that is not there: its kind and name, and the controller's words. */
interface Missing {
  readonly what: string
  readonly error: string
}

export interface References {
  readonly services: ReadonlyMap<string, Service>
  readonly missing?: Missing
}

export function* referencesOf(
  api: Api,
  process: ControllerProcess,
  rollout: Rollout,
): Part<References> {
  const { namespace } = rollout.metadata
  const services = new Map<string, Service>()
  for (const { path, name } of namedServices(rollout)) {
    const from = { kind: 'Service', key: keyFrom(namespace, name) }
    const service = yield* readCached<Service & KubeObject>(api, process, from)
    if (service === undefined) {
      const error = invalid(path, name, `service ${goQuote(name)} not found`)
      return { services, missing: { what: `Service ${name}`, error } }
    }
    services.set(name, service)
  }
  for (const { path, analysis } of analysesOf(rollout)) {
    const { absent } = yield* templatesOf(api, namespace, analysis.templates ?? [])
    if (absent === undefined) continue
    const { kind, name } = absent
    const error = invalid(`${path}.templates`, name, `${kind} '${name}' not found`)
    return { services, missing: { what: `${kind} ${name}`, error } }
  }
  return { services }
}

function invalid(path: string, name: string, why: string): string {
  return `spec.strategy.${path}: Invalid value: ${goQuote(name)}: ${why}`
}
