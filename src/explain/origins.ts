// Where a field of an object comes from that an operator made: the custom resource that it was made
// for, and the field of it that the value was taken from.

import type { Location } from '../base/problem.ts'
import { pathParts, valueAt } from '../kube/field-path.ts'
import type { KubeObject, ObjectRef } from '../kube/object.ts'
import { reads } from '../platforms/operators/controller.ts'
import type { Kept, Operator } from '../platforms/operators/operator.ts'
import { operatorsOf, type Platform, type PlatformObject } from '../trials/platform.ts'

/** Who makes an object, and what for. */
export interface Making {
  readonly operator: Operator
  readonly resource: PlatformObject
  readonly kept: Kept
}

/** Every object that operators make of the platform's resources, in their order. */
export function makingsIn(platform: Platform): readonly Making[] {
  return operatorsOf(platform).flatMap(operator => {
    const itself = platform.objects.find(({ object }) => operator.isItself(object))?.object
    return platform.objects
      .filter(({ object }) => reads(operator, object))
      .flatMap(resource => {
        const { kept } = operator.wanted(resource.object, itself)
        return kept.map(each => ({ operator, resource, kept: each }))
      })
  })
}

/** The operator that keeps an object of the cluster; undefined when none does. */
export function makingOf(platform: Platform, ref: ObjectRef): Making | undefined {
  return makingsIn(platform).find(({ kept }) => isAt(kept.object, ref))
}

function isAt(object: KubeObject, { kind, namespace, name }: ObjectRef): boolean {
  const { metadata } = object
  return object.kind === kind && metadata.namespace === namespace && metadata.name === name
}

/** A field of a custom resource, or of an operator's template, that ended up in an object. */
export interface Origin {
  /** `ArgoCD argocd/argocd spec.nodePlacement.nodeSelector`. */
  readonly text: string
  readonly location: Location
}

/** What a field of the made object was taken from; undefined when the operator itself chose it. */
export function originOf({ kept, resource }: Making, path: string): Origin | undefined {
  for (const { path: made, from, at } of kept.origins) {
    const suffix = below(path, made)
    if (suffix === undefined && below(made, path) === undefined) continue
    if (at !== undefined && from === undefined) return { text: 'its template', location: at }
    const field = `${from ?? ''}${suffix ?? ''}`
    const exact = isWritten(resource, field) ? field : from
    if (exact === undefined || !isWritten(resource, exact)) continue
    const { kind, metadata } = resource.object
    const name = [metadata.namespace, metadata.name].filter(Boolean).join('/')
    return { text: `${kind} ${name} ${exact}`, location: resource.locate(exact) }
  }
  return undefined
}

function isWritten({ object }: PlatformObject, path: string): boolean {
  return valueAt(object, pathParts(path)) !== undefined
}

/** The rest of a path below another; undefined when it is not below it. */
function below(path: string, above: string): string | undefined {
  if (path === above) return ''
  const rest = path.slice(above.length)
  return path.startsWith(above) && /^[.[]/.test(rest) ? rest : undefined
}
