// The parts of a mutator that its kinds read alike. Port of gatekeeper v3.23.1
// pkg/mutation/mutators/core/mutator.go.

import type { KubeObject } from '../../kube/object.ts'
import type { JsonObject } from '../../kube/patch/json.ts'
import { applyToOf } from './apply-to.ts'
import { type ListNode, parseLocation, type Path } from './location.ts'
import { matchOf } from './match.ts'
import { MutationError } from './mutation-error.ts'
import { listOf, type Mutator, mutatorGroup, objectAt, textOf } from './mutator.ts'
import { type PathTests, pathTestsOf } from './path-tests.ts'

const nameLengthMax = 63

/** The name in messages and the id that orders mutators; the name is checked first of all. */
export function identityOf(object: KubeObject, kind: string): { name: string; id: string } {
  const metadata = objectAt(object, 'metadata')
  const name = textOf(metadata['name'])
  if (name.length > nameLengthMax) throw new MutationError('maximum name length is 63 characters')
  return { name, id: `${kind}.${mutatorGroup} ${textOf(metadata['namespace'])}/${name}` }
}

export const locationField = 'spec.location'

/** Parses spec.location; `prefix` says whose location it is. */
export function locationOf(spec: unknown, prefix: (location: string) => string): Path {
  const location = textOf(objectAt(spec)['location'])
  try {
    return parseLocation(location)
  } catch (error) {
    if (!(error instanceof MutationError)) throw error
    throw new MutationError(`${prefix(location)}: ${error.message}`, locationField)
  }
}

/** Parses parameters.pathTests. */
export function testsOf(parameters: unknown, path: Path, owner: string): PathTests {
  const tests = listOf(objectAt(parameters)['pathTests']).map((entry, index) => {
    const { subPath, condition } = objectAt(entry)
    const field = `spec.parameters.pathTests[${index}].subPath`
    return { subPath: subPathOf(textOf(subPath), owner, field), condition: textOf(condition) }
  })
  return pathTestsOf(path, tests)
}

function subPathOf(subPath: string, owner: string, field: string): Path {
  try {
    return parseLocation(subPath)
  } catch (error) {
    if (!(error instanceof MutationError)) throw error
    throw new MutationError(
      `problem parsing sub path \`${subPath}\` for ${owner}: ${error.message}`,
      field,
    )
  }
}

/** What a mutator outside of metadata sets, and how its kind is called in messages. */
export interface Target {
  readonly source: KubeObject
  readonly kind: string
  readonly name: string
  readonly id: string
  readonly spec: JsonObject
  readonly path: Path
}

/** The location of a mutator; `word` is its kind where it may not change metadata. */
export function targetOf(
  source: KubeObject,
  kind: string,
  { located = kind, word }: { readonly located?: string; readonly word: string },
): Target {
  const { name, id } = identityOf(source, kind)
  const spec = objectAt(source, 'spec')
  const path = locationOf(spec, at => `invalid location format \`${at}\` for ${located} ${name}`)
  if (isBelowMetadata(path)) {
    throw new MutationError(`${word} ${name} can't change metadata`, locationField)
  }
  return { source, kind, name, id, spec, path }
}

/** What is read alike after the parameters of the kind. */
export function commonOf({
  source,
  kind,
  name,
  id,
  spec,
  path,
}: Target): Pick<
  Mutator,
  'id' | 'kind' | 'name' | 'tests' | 'applyTo' | 'match' | 'path' | 'source'
> {
  return {
    id,
    kind,
    name,
    tests: testsOf(spec['parameters'], path, `${kind} ${name}`),
    applyTo: applyToOf(spec['applyTo'], kind, name),
    match: matchOf(spec['match']),
    path,
    source,
  }
}

/** Whether the path begins at metadata, which only AssignMetadata may change. */
export function isBelowMetadata([first]: Path): boolean {
  return first?.type === 'Object' && first.reference === 'metadata'
}

/** The list that a path ends in. */
export function lastList(path: Path): ListNode | undefined {
  const last = path.at(-1)
  return last?.type === 'List' ? last : undefined
}

/** Refuses a path that would change the key of the list element it goes through. */
export function checkKeyKept(path: Path): void {
  if (path.length === 0) throw new MutationError('empty path', locationField)
  const [before, last] = [path.at(-2), path.at(-1)]
  if (before?.type !== 'List' || last?.type !== 'Object') return
  if (last.reference !== before.keyField) return
  throw new MutationError(
    'invalid path format: changing the item key is not allowed',
    locationField,
  )
}
