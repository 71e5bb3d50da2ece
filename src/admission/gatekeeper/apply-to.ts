// Which kinds and operations a mutator applies to.
// Port of gatekeeper v3.23.1 pkg/mutation/match/apply_to.go and mutators/core/mutator.go.

import { goQuote } from '../../kube/go-text.ts'
import { MutationError } from './mutation-error.ts'
import { listOf, objectAt, textsOf } from './mutator.ts'

export interface ApplyTo {
  readonly groups: readonly string[]
  readonly versions: readonly string[]
  readonly kinds: readonly string[]
  readonly operations: readonly string[]
}

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** The operations that the webhook is called for. */
export const mutatedOperations = ['CREATE', 'UPDATE'] as const
const allOperations = '*'

/** Reads spec.applyTo; `kind` and `name` of the mutator go into the messages. */
export function applyToOf(spec: unknown, kind: string, name: string): readonly ApplyTo[] {
  const entries = listOf(spec).map(entry => {
    const { groups, versions, kinds, operations } = objectAt(entry)
    return {
      groups: textsOf(groups),
      versions: textsOf(versions),
      kinds: textsOf(kinds),
      operations: textsOf(operations),
    }
  })
  const isEmpty = ({ groups, versions, kinds }: ApplyTo): boolean =>
    groups.length === 0 || versions.length === 0 || kinds.length === 0
  const where = `applyTo for ${kind} mutator ${name}`
  if (entries.some(isEmpty)) {
    throw new MutationError(`invalid ${where}, all of group, version and kind must be specified`)
  }
  const errors = entries.flatMap(operationErrors)
  if (errors.length > 0) throw new MutationError(`invalid ${where}: ${errors.join('; ')}`)
  if (entries.length === 0) {
    throw new MutationError(`applyTo required for ${kind} mutator ${name}`)
  }
  return entries
}

function operationErrors({ operations }: ApplyTo, index: number): string[] {
  const at = `applyTo[${index}].operations`
  const valid: readonly string[] = [...mutatedOperations, allOperations]
  const errors = operations.flatMap((operation, position) => [
    ...(operations.indexOf(operation) < position
      ? [`duplicate operation ${goQuote(operation)} in ${at}`]
      : []),
    ...(valid.includes(operation)
      ? []
      : [`invalid operation ${goQuote(operation)} in ${at}: must be one of CREATE, UPDATE, *`]),
  ])
  if (operations.includes(allOperations) && operations.length > 1) {
    errors.push(`wildcard "*" in ${at} must not be combined with other operations`)
  }
  return errors
}

/** Whether one entry covers both the kind and the operation; `''` stands for all operations. */
export function appliesTo(
  entries: readonly ApplyTo[],
  { group, version, kind }: GroupVersionKind,
  operation: string,
): boolean {
  return entries.some(
    entry =>
      entry.groups.includes(group) &&
      entry.versions.includes(version) &&
      entry.kinds.includes(kind) &&
      coversOperation(entry, operation),
  )
}

function coversOperation(entry: ApplyTo, operation: string): boolean {
  const effective = effectiveOperations(entry)
  return operation === ''
    ? effective.length === mutatedOperations.length
    : effective.includes(operation)
}

function effectiveOperations({ operations }: ApplyTo): readonly string[] {
  if (operations.length === 0 || operations.includes(allOperations)) return mutatedOperations
  return mutatedOperations.filter(each => operations.includes(each))
}

/** Every combination of kind and operation, as one text each; distinct. */
export function bindingsOf(entries: readonly ApplyTo[]): readonly string[] {
  const bindings = new Set<string>()
  for (const entry of entries) {
    for (const group of entry.groups) {
      for (const version of entry.versions) {
        for (const kind of entry.kinds) {
          for (const operation of effectiveOperations(entry)) {
            bindings.add(`${group}/${version} ${kind} ${operation}`)
          }
        }
      }
    }
  }
  return [...bindings].sort()
}
