// Loads what a scripted trial is about: its sources, its pools, and its changes to the files.

import type { Problem } from '../base/problem.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ObjectChangeSpec, TrialSpec } from '../trials/spec.ts'
import { type Loaded, load, type LoadOptions } from './load.ts'
import { codes, errorAt } from './problems.ts'
import { pathParts, type PathPart, type SourceObject } from './source-object.ts'

/** The platform of a trial; pools of the trial come before those of its sources. */
export function loadTrial(trial: TrialSpec, options: LoadOptions = {}): Loaded {
  const loaded = load(trial.sources, {
    ...options,
    ...(trial.pools === undefined ? {} : { pools: trial.pools }),
  })
  const poolsSetBy = trial.pools === undefined ? loaded.poolsSetBy : trial.file
  const version = trial.kubernetes === undefined ? {} : { kubernetes: trial.kubernetes }
  const changed = withChanges(loaded.objects, trial.changes)
  const problems = [...loaded.problems.filter(isNoRepeat), ...changed.problems]
  return { ...loaded, ...version, poolsSetBy, objects: changed.objects, problems }
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
    if (item === undefined) problems.push(nothingToChange(change))
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

function nothingToChange({ object, location }: ObjectChangeSpec): Problem {
  return errorAt(codes.ownFile, location, {
    what: `there is no ${object} to change`,
    why: 'it is in none of the sources of this trial',
    todo: 'check kind, namespace and name, as in Deployment/default/web',
  })
}

// A copy of `value` with one place replaced; null takes the field or item away.
function setAt(value: unknown, parts: readonly PathPart[], replacement: unknown): unknown {
  const [part, ...rest] = parts
  if (part === undefined) return replacement
  if (Array.isArray(value) && typeof part === 'number') {
    const items: unknown[] = [...value]
    if (rest.length === 0 && replacement === null) items.splice(part, 1)
    else items[part] = setAt(items[part], rest, replacement)
    return items
  }
  const fields: Record<string, unknown> =
    typeof value === 'object' && value !== null ? { ...value } : {}
  if (rest.length === 0 && replacement === null) delete fields[part]
  else fields[part] = setAt(fields[part], rest, replacement)
  return fields
}
