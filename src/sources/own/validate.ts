// Checks seatrial.yaml and *.trial.yaml against their JSON Schemas, which are compiled ahead of
// time.

import { compareNumbers } from '../../base/compare.ts'
import type { Problem } from '../../base/problem.ts'
import { choices, descriptions, examples, platform, trial } from '../generated/own-schemas.ts'
import { codes, errorAt } from '../problems.ts'
import { type PathPart, valueAt } from '../../kube/field-path.ts'
import { isSupported, supportedText } from '../../kube/versions.ts'
import { locateIn } from '../source-object.ts'
import type { ReadDocument } from '../yaml/read.ts'
import { type SchemaError, wordsOf } from './words.ts'

export type OwnKind = 'platform' | 'trial'

interface Validator {
  (value: unknown): boolean
  errors?: readonly SchemaError[] | null
}

const validators: Readonly<Record<OwnKind, Validator>> = { platform, trial }
const texts: Readonly<Record<string, readonly string[]>> = descriptions
const choicesByPlace: Readonly<Record<string, readonly string[]>> = choices
const examplesByPlace: Readonly<Record<string, string>> = examples

/** What is wrong with a document, each with its place; nothing when it is valid. */
export function validateOwn(document: ReadDocument, kind: OwnKind): readonly Problem[] {
  const validate = validators[kind]
  if (validate(document.value)) return versionProblems(document, kind)
  const errors = (validate.errors ?? []).filter(({ schemaPath }) => !isDetail(schemaPath))
  const problems = errors.map(error => problemOf(document, kind, error))
  return problems.sort((a, b) => compareNumbers(a.location?.line ?? 0, b.location?.line ?? 0))
}

const versionPlaces: Readonly<Record<OwnKind, readonly PathPart[]>> = {
  platform: ['kubernetes'],
  trial: ['spec', 'cluster', 'kubernetes'],
}

/** A version that is well written and that the twin does not know. */
function versionProblems(document: ReadDocument, kind: OwnKind): readonly Problem[] {
  const place = versionPlaces[kind]
  const version = valueAt(document.value, place)
  if (typeof version !== 'string' || isSupported(version)) return []
  return [
    errorAt(codes.ownFile, locateIn(document.source, place), {
      what: `Kubernetes ${version} is not supported`,
      why: supportedText,
      todo: 'write the nearest of these',
    }),
  ]
}

// Branches of a choice say each on its own what is missing; the choice itself is reported.
function isDetail(schemaPath: string): boolean {
  return /\/oneOf\/\d|\/if$/.test(schemaPath)
}

function problemOf(document: ReadDocument, kind: OwnKind, error: SchemaError): Problem {
  const parts = pointerParts(error.instancePath)
  const place = placeOf(kind, parts)
  const [description = '', ...fields] = texts[place] ?? []
  const words = wordsOf(error, {
    parts,
    fields,
    value: valueAt(document.value, parts),
    choices: choicesByPlace[place] ?? [],
    example: examplesByPlace[place],
  })
  const location = locateIn(document.source, words.at ?? parts)
  return errorAt(codes.ownFile, location, {
    what: words.what,
    ...(description === '' ? {} : { why: description }),
    todo: words.todo,
  })
}

/** The place as the schema's tables call it: `*` stands for any item or name. */
function placeOf(kind: OwnKind, parts: readonly PathPart[]): string {
  let place: string = kind
  for (const part of parts) {
    const named = `${place}/${part}`
    place = texts[named] === undefined ? `${place}/*` : named
  }
  return place
}

function pointerParts(pointer: string): PathPart[] {
  return pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map(part => (/^\d+$/.test(part) ? Number(part) : part))
}
