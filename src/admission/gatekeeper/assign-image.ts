// AssignImage sets domain, path or tag of an image reference.
// Port of gatekeeper v3.23.1 pkg/mutation/mutators/assignimage.

import { checkKeyKept, commonOf, lastList, locationField, targetOf } from './build.ts'
import { checkImageParts, type Image, withImageParts } from './image.ts'
import { MutationError } from './mutation-error.ts'
import { type MutatorKind, objectAt, textOf, withField } from './mutator.ts'

const kind = 'AssignImage'

export const assignImage = {
  kind,
  doc: 'Replaces parts of an image reference.',
  build(source) {
    const target = targetOf(source, kind, { located: 'assignImage', word: 'assignImage' })
    const { name, path, spec } = target
    if (lastList(path) !== undefined) {
      throw new MutationError(`assignImage ${name} cannot mutate list-type fields`, locationField)
    }
    checkKeyKept(path)
    const parts = partsOf(objectAt(spec['parameters']), name)
    return {
      ...commonOf(target),
      setter: {
        set: (parent, key) => withField(parent, key, withImageParts(imageAt(parent, key), parts)),
      },
      schema: { terminal: 'String', mustTerminate: true },
    }
  },
} satisfies MutatorKind

function partsOf(parameters: Readonly<Record<string, unknown>>, name: string): Image {
  const parts = {
    domain: textOf(parameters['assignDomain']),
    path: textOf(parameters['assignPath']),
    tag: textOf(parameters['assignTag']),
  }
  try {
    checkImageParts(parts)
  } catch (error) {
    if (!(error instanceof MutationError)) throw error
    throw new MutationError(`assignImage ${name} has invalid parameters: ${error.message}`)
  }
  return parts
}

function imageAt(parent: Readonly<Record<string, unknown>>, key: string): string {
  const value = Object.hasOwn(parent, key) ? parent[key] : ''
  if (typeof value === 'string') return value
  // Upstream prints the text that it failed to get, which is empty.
  throw new MutationError(
    'expected value at AssignImage location to be a string, got  of type string',
  )
}
