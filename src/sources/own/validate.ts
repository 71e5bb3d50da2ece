// Checks seatrial.yaml and *.trial.yaml against their JSON Schemas, which are compiled ahead of
// time.

import { compareNumbers } from '../../base/compare.ts'
import { nearest } from '../../base/nearest.ts'
import type { Problem } from '../../base/problem.ts'
import { descriptions, platform, trial } from '../generated/own-schemas.ts'
import { codes, errorAt } from '../problems.ts'
import { formatPath, locateIn, type PathPart } from '../source-object.ts'
import type { ReadDocument } from '../yaml/read.ts'

export type OwnKind = 'platform' | 'trial'

interface SchemaError {
  readonly instancePath: string
  readonly schemaPath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
}

interface Validator {
  (value: unknown): boolean
  errors?: readonly SchemaError[] | null
}

const validators: Readonly<Record<OwnKind, Validator>> = { platform, trial }
const texts: Readonly<Record<string, readonly string[]>> = descriptions

/** What is wrong with a document, each with its place; nothing when it is valid. */
export function validateOwn(document: ReadDocument, kind: OwnKind): readonly Problem[] {
  const validate = validators[kind]
  if (validate(document.value)) return []
  const errors = (validate.errors ?? []).filter(({ schemaPath }) => !isDetail(schemaPath))
  const problems = errors.map(error => problemOf(document, kind, error))
  return problems.sort((a, b) => compareNumbers(a.location?.line ?? 0, b.location?.line ?? 0))
}

// Branches of a choice say each on its own what is missing; the choice itself is reported.
function isDetail(schemaPath: string): boolean {
  return /\/oneOf\/\d|\/if$/.test(schemaPath)
}

function problemOf(document: ReadDocument, kind: OwnKind, error: SchemaError): Problem {
  const parts = pointerParts(error.instancePath)
  const [description = '', ...fields] = describe(kind, parts)
  const words = wordsOf(error, parts, fields)
  const location = locateIn(document.source, words.at ?? parts)
  return errorAt(codes.ownFile, location, {
    what: words.what,
    ...(description === '' ? {} : { why: description }),
    todo: words.todo,
  })
}

/** The schema's description of a place in the file, and the fields it knows there. */
function describe(kind: OwnKind, parts: readonly PathPart[]): readonly string[] {
  let place: string = kind
  for (const part of parts) {
    const named = `${place}/${part}`
    place = texts[named] === undefined ? `${place}/*` : named
  }
  return texts[place] ?? []
}

function pointerParts(pointer: string): PathPart[] {
  return pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map(part => (/^\d+$/.test(part) ? Number(part) : part))
}

interface Words {
  readonly what: string
  readonly todo: string
  readonly at?: readonly PathPart[]
}

function wordsOf(
  { keyword, params }: SchemaError,
  parts: readonly PathPart[],
  fields: readonly string[],
): Words {
  const field = parts.length === 0 ? 'the file' : formatPath(parts)
  switch (keyword) {
    case 'additionalProperties': {
      const name = String(params['additionalProperty'])
      const near = nearest(name, fields)
      const known = fields.length === 0 ? '' : `; there are ${fields.join(', ')}`
      const todo = near === undefined ? `delete it${known}` : `did you mean "${near}"?`
      return { what: `unknown field "${name}"`, todo, at: [...parts, name] }
    }
    case 'required':
      return {
        what: `${field} has no ${String(params['missingProperty'])}`,
        todo: `add ${String(params['missingProperty'])}`,
      }
    case 'type':
      return { what: `${field} has the wrong type`, todo: `write ${typeNames(params['type'])}` }
    case 'enum':
      return {
        what: `${field} has a value that does not exist`,
        todo: `use one of ${list(params['allowedValues'])}`,
      }
    case 'const':
      return { what: `${field} has another value`, todo: `write ${String(params['allowedValue'])}` }
    case 'pattern':
      return { what: `${field} is not written as it must be`, todo: 'write it as described' }
    case 'minimum':
    case 'maximum':
      return {
        what: `${field} is out of range`,
        todo: `it must be ${String(params['comparison'])} ${String(params['limit'])}`,
      }
    case 'oneOf':
      return { what: `${field} must say one thing, not none or several`, todo: choiceOf(fields) }
    default:
      return { what: `${field} has too few or too many entries`, todo: choiceOf(fields) }
  }
}

function choiceOf(fields: readonly string[]): string {
  return fields.length === 0 ? 'add an entry' : `keep one of ${fields.join(', ')}`
}

function typeNames(types: unknown): string {
  const names = Array.isArray(types) ? types.map(String) : String(types).split(',')
  const words: Readonly<Record<string, string>> = {
    string: 'a text (in quotes when it looks like a number)',
    number: 'a number',
    integer: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    null: 'nothing',
  }
  return names.map(name => words[name] ?? name).join(' or ')
}

function list(values: unknown): string {
  return Array.isArray(values) ? values.map(String).join(', ') : String(values)
}
