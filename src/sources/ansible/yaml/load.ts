// Loads a file of variables or an inventory as ansible-core does: JSON if it is JSON, else YAML.
// Upstream: ansible-core 2.18 and 2.19 parsing/utils/yaml.py, parsing/dataloader.py.

import type { Location } from '../../../base/problem.ts'
import { locationAt, type SourceFile } from '../../source-object.ts'
import { Failure } from '../failure.ts'
import type { AnsibleVersion, Value } from '../values.ts'
import { constructDocument, type Constructed, type Duplicate, type Places } from './construct.ts'
import { PythonError, YamlError } from './error.ts'
import { excerptBefore219, excerptSince219 } from './excerpt.ts'
import { readJson } from './json.ts'
import { parseDocument } from './parser.ts'
import { yaml219Error } from './advice.ts'

/** What a file holds. */
export interface LoadedFile {
  readonly file: SourceFile
  readonly value: Value
  /** Where the parts of each mapping and list stand. */
  readonly places: ReadonlyMap<object, Places>
  /** Its values have Python's own types and no places of the engine's. */
  readonly isJson: boolean
}

const vaultHeader = '$ANSIBLE_VAULT'

/** Whether a whole file is encrypted. */
export function isEncrypted(text: string): boolean {
  return text.startsWith(vaultHeader)
}

/**
 * Loads a file; throws a Failure with the engine's words when it cannot be read. Keys that are set
 * twice are added to `duplicates` in either case.
 */
export function loadFile(
  file: SourceFile,
  version: AnsibleVersion,
  duplicates: Duplicate[] = [],
): LoadedFile {
  if (isEncrypted(file.text)) {
    const end = version === '2.19' ? '.' : ''
    throw new Failure(`Attempting to decrypt but no vault secrets found${end}`, {
      at: { file: file.name, line: 1, column: 1 },
    })
  }
  const json = readJson(file.text)
  if ('value' in json) return { file, ...json, isJson: true }
  try {
    return { file, ...loadYaml(file.text, version, duplicates), isJson: false }
  } catch (error) {
    if (error instanceof YamlError) throw failureOf(file, version, error, json.error)
    if (error instanceof PythonError) throw pythonFailure(file, version, error)
    throw error
  }
}

function loadYaml(text: string, version: AnsibleVersion, duplicates: Duplicate[]): Constructed {
  const node = parseDocument(text)
  if (node !== undefined) return constructDocument(node, version, duplicates)
  return { value: null, places: new Map() }
}

function pythonFailure(file: SourceFile, version: AnsibleVersion, error: PythonError): Failure {
  const at = { file: file.name, line: 1, column: 1 }
  if (version !== '2.19') return new Failure(error.message, { at })
  const message = `YAML parsing failed: ${error.message}`
  return new Failure(message, { at, origin: `Origin: ${file.name}` })
}

function failureOf(
  file: SourceFile,
  version: AnsibleVersion,
  error: YamlError,
  jsonError: string,
): Failure {
  const at = placeAt(file, error.parts.offset)
  if (version === '2.19') {
    const { message, column } = yaml219Error(error.parts, file.lines.text(at.line) ?? '')
    const place = column === undefined ? at : { ...at, column }
    const origin = excerptSince219(file, place)
    return new Failure(`YAML parsing failed: ${message}`, { at, origin })
  }
  const told = version === '2.16' ? '' : `. ${fullText(file, error)}`
  const message =
    'We were unable to read either as JSON nor YAML, these are the errors we got from each:\n' +
    `JSON: ${jsonError}\n\nSyntax Error while loading YAML.\n  ${error.parts.problem}${told}\n\n` +
    excerptBefore219(file, at)
  return new Failure(message, { at })
}

type FullPlace = Required<Omit<Location, 'path'>>

function placeAt(file: SourceFile, offset: number): FullPlace {
  // The end of the stream stands in a line of its own.
  if (offset > file.text.length) return { file: file.name, line: file.lines.count + 1, column: 1 }
  const { line, column } = locationAt(file, offset) as FullPlace
  return { file: file.name, line, column }
}

// str() of the parser's error: the place of its context is told where it differs.
function fullText(file: SourceFile, { parts }: YamlError): string {
  const lines: string[] = []
  const mark = (offset: number): string => {
    const { line, column } = placeAt(file, offset)
    return `  in "<unicode string>", line ${line}, column ${column}`
  }
  if (parts.context !== undefined) lines.push(parts.context)
  if (parts.contextOffset !== undefined && mark(parts.contextOffset) !== mark(parts.offset)) {
    lines.push(mark(parts.contextOffset))
  }
  return [...lines, parts.problem, mark(parts.offset)].join('\n')
}
