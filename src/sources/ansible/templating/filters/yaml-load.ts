// The filters from_yaml and from_yaml_all: texts as ansible-core reads YAML.

import { sourceFile } from '../../../source-object.ts'
import { Failure } from '../../failure.ts'
import type { AnsibleVersion, Value } from '../../values.ts'
import { loadFile } from '../../yaml/load.ts'
import { TemplateFailure } from '../failures.ts'

/** The value of a text with one document. */
export function loadYaml(text: string, version: AnsibleVersion): Value {
  try {
    return loadFile(sourceFile('<unicode string>', text), version).value
  } catch (error) {
    if (error instanceof Failure) throw new TemplateFailure(error.message)
    throw error
  }
}

/** The values of all documents of a text. */
export function loadYamlAll(text: string, version: AnsibleVersion): Value {
  const parts = text.split(/^---(?=\s|$)/m).filter(part => part.trim() !== '')
  return parts.map(part => loadYaml(part, version))
}
