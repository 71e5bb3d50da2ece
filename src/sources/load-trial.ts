// Loads what a scripted trial is about: its sources, its pools, and its changes to the files.

import type { Problem } from '../base/problem.ts'
import { nearest } from '../base/nearest.ts'
import { pathAdvice, pathFault, pathParts, setAt } from '../kube/field-path.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ObjectChangeSpec, TrialSpec } from '../trials/spec.ts'
import { type Loaded, load, type LoadOptions } from './load.ts'
import { codes, errorAt } from './problems.ts'
import type { SourceObject } from './source-object.ts'

/** The platform of a trial; pools of the trial come before those of its sources. */
export function loadTrial(trial: TrialSpec, options: LoadOptions = {}): Loaded {
  const loaded = load(trial.sources, {
    ...options,
    ...(trial.pools === undefined ? {} : { pools: trial.pools }),
    ...schedulersOf(trial, options),
  })
  const poolsSetBy = trial.pools === undefined ? loaded.poolsSetBy : trial.file
  const version = trial.kubernetes === undefined ? {} : { kubernetes: trial.kubernetes }
  const changed = withChanges(loaded.objects, trial.changes)
  const problems = [...loaded.problems.filter(isNoRepeat), ...changed.problems]
  const timers = trial.timers === undefined ? {} : { timers: trial.timers }
  const { featureGates } = trial
  const gates = featureGates === undefined ? {} : { featureGates }
  const operators = [...(trial.operators ?? []), ...(loaded.operators ?? [])]
  const own = { ...version, ...timers, ...gates, ...(operators.length === 0 ? {} : { operators }) }
  return { ...loaded, ...own, poolsSetBy, objects: changed.objects, problems }
}

/** Those of the command line come first. */
function schedulersOf(
  { schedulers: own }: TrialSpec,
  { schedulers: named }: LoadOptions,
): Pick<LoadOptions, 'schedulers'> {
  const schedulers = named ?? own
  return schedulers === undefined ? {} : { schedulers }
}

// A trial names a file after another to replace objects of the first.
function isNoRepeat({ code }: Problem): boolean {
  return code !== codes.sameObject
}

interface Changed {
  readonly objects: readonly SourceObject[]
  readonly problems: readonly Problem[]
}

/** The same objects with fields set as a trial says; each keeps its places. */
export function withChanges(
  objects: readonly SourceObject[],
  changes: readonly ObjectChangeSpec[],
): Changed {
  const problems: Problem[] = []
  const result = [...objects]
  for (const change of changes) {
    const index = result.findIndex(({ object }) => pathOf(object) === change.object)
    const item = result[index]
    if (item === undefined) {
      problems.push(nothingToChange(change, result))
      continue
    }
    const problem = unknownPath(item.object, change)
    if (problem !== undefined) problems.push(problem)
    else {
      const object = setAt(item.object, pathParts(change.path), change.value) as KubeObject
      result[index] = { ...item, object }
    }
  }
  return { objects: result, problems }
}

function pathOf({ kind, metadata }: KubeObject): string {
  const { namespace, name = '' } = metadata
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`
}

function nothingToChange(
  { object, location }: ObjectChangeSpec,
  objects: readonly SourceObject[],
): Problem {
  const near = nearest(
    object,
    objects.map(item => pathOf(item.object)),
  )
  return errorAt(codes.ownFile, location, {
    what: `there is no ${object} to change`,
    why: 'it is in none of the sources of this trial',
    todo:
      near === undefined
        ? 'check kind, namespace and name, as in Deployment/default/web'
        : `did you mean ${near}?`,
  })
}

function unknownPath(
  object: KubeObject,
  { path, location }: Pick<ObjectChangeSpec, 'path' | 'location'>,
): Problem | undefined {
  const fault = pathFault(object, path)
  if (fault === undefined) return undefined
  return errorAt(codes.ownFile, location, {
    what: fault.what,
    why: 'a change of a field that does not exist would change nothing',
    todo: pathAdvice(fault),
  })
}
