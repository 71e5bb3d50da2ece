// Goes through what the user named and lets the right source read each file and folder.

import type { Problem } from '../base/problem.ts'
import type { Assumption, PlatformPart } from '../trials/spec.ts'
import type { LoadContext, Place, SourceResult } from './framework.ts'
import { chooseRoots, type Roots } from './kustomize-roots.ts'
import { childrenOf, type Opened } from './place.ts'
import { codes, errorAt } from './problems.ts'
import { sourceFor } from './registry.ts'
import type { SourceObject } from './source-object.ts'

/** Everything that was found, in the order in which it was found. */
export interface Harvest {
  readonly objects: SourceObject[]
  readonly problems: Problem[]
  readonly assumptions: Assumption[]
  readonly notes: string[]
  readonly parts: { readonly part: PlatformPart; readonly isNamed: boolean }[]
  skippedFiles: number
}

export function emptyHarvest(): Harvest {
  return { objects: [], problems: [], assumptions: [], notes: [], parts: [], skippedFiles: 0 }
}

/** Reads one place that the user named. */
export function harvest(into: Harvest, place: Place, context: LoadContext): void {
  const before = into.objects.length + into.problems.length + into.parts.length
  if (place.type !== 'folder' || sourceFor(place) !== undefined) {
    visit(into, place, context, undefined)
    return
  }
  const roots = chooseRoots(place)
  into.assumptions.push(...roots.assumptions)
  visit(into, place, context, roots)
  const found = into.objects.length + into.problems.length + into.parts.length
  if (found === before) into.problems.push(emptyFolder(place))
}

function visit(into: Harvest, place: Place, context: LoadContext, roots: Roots | undefined): void {
  if (roots?.skipped.has(place.path) === true) return
  const source = sourceFor(place)
  if (source !== undefined) add(into, source.load(place, context), place.isNamed)
  else if (place.type === 'folder') {
    for (const child of childrenOf(place)) visitChild(into, child, context, roots)
  }
}

function visitChild(
  into: Harvest,
  child: Opened,
  context: LoadContext,
  roots: Roots | undefined,
): void {
  if ('problem' in child) into.problems.push(child.problem)
  else visit(into, child.place, context, roots)
}

function add(into: Harvest, result: SourceResult, isNamed: boolean): void {
  for (const object of result.objects) into.objects.push(object)
  into.problems.push(...result.problems)
  into.assumptions.push(...(result.assumptions ?? []))
  into.notes.push(...(result.notes ?? []))
  into.skippedFiles += result.skippedFiles ?? 0
  if (result.platform !== undefined) into.parts.push({ part: result.platform, isNamed })
}

function emptyFolder(place: Place): Problem {
  return errorAt(
    codes.emptyFolder,
    { file: place.path },
    {
      what: 'no Kubernetes object lies in this folder or below it',
      why: 'there is nothing to judge',
      todo: 'name the folder that holds your manifests (*.yaml, *.yml, *.json)',
    },
  )
}
