// Properties that are about nothing: their object was never there, or has no such field.

import type { Problem } from '../base/problem.ts'
import { nearest } from '../base/nearest.ts'
import { refText } from '../checks/life.ts'
import { changesOf } from '../checks/property.ts'
import type { World } from '../engine/world.ts'
import { pathAdvice, pathFault } from '../kube/field-path.ts'
import type { PropertySpec } from './spec.ts'
import { refOf } from './voyage.ts'

/** A Problem for each property that names an object or a field that does not exist. */
export function aimless(properties: readonly PropertySpec[], world: World): readonly Problem[] {
  return properties.flatMap(property => problemOf(property, world) ?? [])
}

function problemOf(property: PropertySpec, world: World): Problem | undefined {
  const { object, path, location } = property
  const about = { severity: 'error' as const, location, object: refText(object) }
  const known = changesOf(world, property).find(({ after }) => after !== undefined)?.after
  if (known === undefined) {
    if (property.exists === false) return undefined
    return {
      ...about,
      code: 'ST0322',
      what: `there is no ${refText(object)} at any moment of the trial`,
      why: 'a property of what never was says nothing',
      todo: nearText(property, world),
    }
  }
  const fault = path === undefined ? undefined : pathFault(known, path)
  if (fault === undefined || fault.known.length === 0) return undefined
  const why = 'a field that does not exist has no value to hold against'
  return { ...about, code: 'ST0324', what: fault.what, why, todo: pathAdvice(fault) }
}

function nearText({ object }: PropertySpec, world: World): string {
  const names = world.store
    .kinds()
    .flatMap(kind => world.store.list(kind).map(other => refText(refOf(other))))
  const near = nearest(refText(object), names)
  const advice = 'check kind, namespace and name: Kind/namespace/name, or Kind/name'
  return near === undefined ? advice : `did you mean ${near}?`
}
