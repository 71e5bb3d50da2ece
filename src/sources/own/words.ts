// The errors of a JSON Schema validator in words: what is written, what belongs there instead.

import { nearest } from '../../base/nearest.ts'
import { formatPath, type PathPart } from '../../kube/field-path.ts'

/** As the compiled validators report it. */
export interface SchemaError {
  readonly instancePath: string
  readonly schemaPath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
}

/** What is known about the place of an error. */
export interface Place {
  readonly parts: readonly PathPart[]
  /** What is written there. */
  readonly value: unknown
  /** The fields that may be there. */
  readonly fields: readonly string[]
  /** Fields of which exactly one must be there. */
  readonly choices: readonly string[]
  /** One value as it would be right. */
  readonly example: string | undefined
}

export interface Words {
  readonly what: string
  readonly todo: string
  /** Where it is, when that is not the place of the error itself. */
  readonly at?: readonly PathPart[]
}

/** One sentence on what is wrong, and one on what to do. */
export function wordsOf({ keyword, params }: SchemaError, place: Place): Words {
  const { parts, value, fields, example } = place
  const field = parts.length === 0 ? 'the file' : formatPath(parts)
  switch (keyword) {
    case 'additionalProperties':
      return unknownField(String(params['additionalProperty']), place)
    case 'required':
      return {
        what: `${field} has no ${String(params['missingProperty'])}`,
        todo: `add ${String(params['missingProperty'])}`,
      }
    case 'type':
      return {
        what: `${field} is ${kindOf(value)}, not ${typeNames(params['type'])}`,
        todo: example === undefined ? `write ${typeNames(params['type'])}` : `write ${example}`,
      }
    case 'enum':
      return unknownValue(field, value, params['allowedValues'])
    case 'const':
      return {
        what: `${field} is ${shown(value)}`,
        todo: `write ${String(params['allowedValue'])}`,
      }
    case 'pattern':
      return {
        what: `${field} cannot be ${shown(value)}`,
        todo: example === undefined ? 'write it as described' : `write it like ${example}`,
      }
    case 'minimum':
    case 'maximum':
      return {
        what: `${field} cannot be ${shown(value)}`,
        todo: `write ${String(params['limit'])} or ${keyword === 'minimum' ? 'more' : 'less'}`,
      }
    case 'oneOf':
      return choiceOf(field, place)
    case 'minItems':
      return { what: `${field} is an empty list`, todo: `add an item, or delete ${field}` }
    default:
      return stepOf(field, value, fields)
  }
}

function unknownField(name: string, { parts, fields }: Place): Words {
  const near = nearest(name, fields)
  const known = fields.length === 0 ? '' : `; there are ${fields.join(', ')}`
  const todo = near === undefined ? `delete it${known}` : `did you mean "${near}"?`
  return { what: `unknown field "${name}"`, todo, at: [...parts, name] }
}

function unknownValue(field: string, value: unknown, allowed: unknown): Words {
  const words = Array.isArray(allowed) ? allowed.map(String) : []
  const near = nearest(String(value), words)
  const known = `there are ${words.join(', ')}`
  return {
    what: `${field} cannot be ${shown(value)}`,
    todo: near === undefined ? known : `did you mean ${near}? ${known}`,
  }
}

/** Of some fields exactly one: which are there. */
function choiceOf(field: string, { value, choices }: Place): Words {
  const given = choices.filter(choice => keysOf(value).includes(choice))
  const all = choices.join(', ')
  if (given.length === 0) return { what: `${field} says none of ${all}`, todo: `write one of them` }
  if (given.length === 1) return { what: `${field} is not complete`, todo: `see ${given.join()}` }
  return { what: `${field} says ${given.join(' and ')} at once`, todo: 'keep one of them' }
}

/** A mapping that holds exactly one of its fields: a step. */
function stepOf(field: string, value: unknown, fields: readonly string[]): Words {
  const given = keysOf(value)
  if (given.length === 0) {
    return { what: `${field} is empty`, todo: `write one of ${fields.join(', ')}` }
  }
  const items = given.map(name => `- ${name}: …`).join(' and ')
  return { what: `${field} says ${given.join(' and ')} at once`, todo: `write ${items}` }
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : []
}

const shownMax = 40

/** A value as its author wrote it, more or less. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= shownMax ? text : `${text.slice(0, shownMax - 1)}…`
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  const names: Readonly<Record<string, string>> = { string: 'text', boolean: 'true or false' }
  return `the ${names[typeof value] ?? typeof value} ${shown(value)}`
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
