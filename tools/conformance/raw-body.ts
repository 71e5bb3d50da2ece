// Recorded requests whose bodies are texts: read as the API server reads them, YAML by the reader
// of manifests.

import { YAMLException } from 'js-yaml'
import { type Body, readBody, type ReadBody, type ReadYaml } from '../../src/apiserver/body.ts'
import { resourceOf } from '../../src/apiserver/resource.ts'
import { buildDocuments } from '../../src/sources/yaml/build.ts'
import { parseYaml } from '../../src/sources/yaml/parse.ts'

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

const readYaml: ReadYaml = text => {
  try {
    const parsed = parseYaml(text)
    const { values, flaws } = buildDocuments(parsed.text, parsed.events)
    const line = (offset: number): number => lineAt(text, parsed.toSource(offset))
    const fatal = flaws.find(({ kind }) => kind !== 'duplicate-key')
    const value = values[0]?.value
    if (fatal !== undefined) {
      return { value, duplicates: [], error: `line ${line(fatal.offset)}: ${fatal.text}` }
    }
    const duplicates = flaws.map(flaw => {
      const key = /^key "(.*)" is set twice$/.exec(flaw.text)?.[1] ?? ''
      return `line ${line(flaw.offset)}: key "${key}" already set in map`
    })
    return { value, duplicates }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const line = lineAt(text, error.mark?.position ?? 0)
    return { value: undefined, duplicates: [], error: `line ${line}: ${error.reason}` }
  }
}

/** What a recorded body holds for the resource of its path. */
export function readRawBody(
  body: Body,
  place: { readonly kind: string; readonly apiVersion: string; readonly isNew: boolean },
): ReadBody {
  const resource = resourceOf({ list: () => [] }, place.kind, true)
  const verb = place.isNew ? 'create' : 'update'
  return readBody(body, { resource, apiVersion: place.apiVersion, verb, readYaml })
}
