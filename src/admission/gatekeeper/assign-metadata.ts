// AssignMetadata adds a label or annotation that is not there yet.
// Port of gatekeeper v3.23.1 pkg/mutation/mutators/assignmeta.

import { goQuote } from '../../kube/go-text.ts'
import { assignedOf, assigning } from './assignment.ts'
import { identityOf, isBelowMetadata, locationField, locationOf } from './build.ts'
import type { Path } from './location.ts'
import { matchOf } from './match.ts'
import { MutationError } from './mutation-error.ts'
import { type MutatorKind, objectAt, textOf } from './mutator.ts'
import { pathTestsOf } from './path-tests.ts'

const kind = 'AssignMetadata'

export const assignMetadata = {
  kind,
  doc: 'Adds a label or annotation; one that exists stays.',
  build(source) {
    const { name, id } = identityOf(source, kind)
    const spec = objectAt(source, 'spec')
    const path = locationOf(spec, at => `invalid location format for AssignMetadata ${name}: ${at}`)
    if (!isLabelOrAnnotation(path)) {
      const location = textOf(spec['location'])
      throw new MutationError(
        `invalid location for assignmetadata ${name}: ${location}`,
        locationField,
      )
    }
    const assigned = assignedOf(spec['parameters'])
    if (assigned.from === 'provider' && assigned.dataSource !== 'Username') {
      throw new MutationError(`only username data source is supported for assignmetadata ${name}`)
    }
    if (assigned.from === 'value' && typeof assigned.value !== 'string') {
      const rule = 'spec.parameters.assign.value field must be a string for AssignMetadata'
      throw new MutationError(`${rule} ${goQuote(name)}`)
    }
    return {
      id,
      kind,
      name,
      match: matchOf(spec['match']),
      path,
      tests: pathTestsOf(path, [{ subPath: path, condition: 'MustNotExist' }]),
      setter: assigning(assigned),
      ...(assigned.from === 'provider' && { isExternal: true }),
      source,
    }
  },
} satisfies MutatorKind

function isLabelOrAnnotation(path: Path): boolean {
  const [, second, third] = path
  return (
    path.length === 3 &&
    isBelowMetadata(path) &&
    second?.type === 'Object' &&
    (second.reference === 'labels' || second.reference === 'annotations') &&
    third?.type === 'Object'
  )
}
