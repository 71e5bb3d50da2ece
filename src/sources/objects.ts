// Which documents are objects of the API, and which are something else that lies beside them.

import type { Problem } from '../base/problem.ts'
import type { PathPart } from '../kube/field-path.ts'
import { groupOf, kindKey, kinds } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/object.ts'
import { withJsonPatches } from './kyverno-patches.ts'
import { codes, errorAt, warningAt } from './problems.ts'
import { locateIn, rangeIn, type SourceObject, sourceObject } from './source-object.ts'
import type { ReadDocument } from './yaml/read.ts'

export type Json = Readonly<Record<string, unknown>>

export interface FoundObjects {
  readonly objects: SourceObject[]
  readonly problems: Problem[]
  /** Documents that hold no object, as the user would describe them. */
  readonly foreign: { readonly document: ReadDocument; readonly what: string }[]
}

// Files of tools that look like objects but are never sent to an API server.
const foreignGroups: ReadonlySet<string> = new Set([
  'config.kubernetes.io',
  'ctlptl.dev',
  'eksctl.io',
  'k3d.io',
  'kind.x-k8s.io',
  'kustomize.config.k8s.io',
  'skaffold',
])

/**
 * The objects of `documents`; lists are taken apart. What is no object is a problem where the user
 * named the file: an error when nothing else is in it.
 */
export function objectsOf(documents: readonly ReadDocument[], isNamed: boolean): FoundObjects {
  const found: FoundObjects = { objects: [], problems: [], foreign: [] }
  for (const document of documents) addDocument(found, document)
  if (!isNamed) return found
  const at = found.objects.length === 0 ? errorAt : warningAt
  for (const { document, what } of found.foreign) {
    found.problems.push(
      at(codes.notAnObject, locateIn(document.source, []), {
        what: `this is not a Kubernetes object: ${what}`,
        why: 'an object of the API has apiVersion, kind and metadata.name',
        todo: 'name a manifest, or the folder it lies in',
      }),
    )
  }
  return found
}

function addDocument(found: FoundObjects, document: ReadDocument): void {
  const { value } = document
  if (value === null) return
  const what = foreignName(value)
  if (what === undefined) add(found, value as Json, document, [])
  else found.foreign.push({ document, what })
}

/** Why a value is no object of the API, or undefined when it is one. */
function foreignName(value: unknown): string | undefined {
  if (!isMapping(value)) return Array.isArray(value) ? 'a list of values' : 'a single value'
  const { apiVersion, kind } = value
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return missingType(value)
  if (apiVersion === '' || kind === '') return missingType(value)
  if (groupOf(apiVersion) === 'seatrial.dev' && !objectKinds.has(kind)) return ownFile(kind)
  if (foreignGroups.has(groupOf(apiVersion))) return `${kind} is the file of a tool (${apiVersion})`
  if (kind === 'Config' && apiVersion === 'v1') return 'a kubeconfig'
  if (isList(value)) return undefined
  if (isBuiltIn(apiVersion, kind) || hasName(value)) return undefined
  return `${kind} (${apiVersion}) has no metadata.name`
}

/** Objects of Seatrial that belong beside manifests. */
const objectKinds: ReadonlySet<string> = new Set(['Load', 'Webhook'])

function ownFile(kind: string): string {
  return kind === 'Trial' ? 'a trial, which `seatrial trial FILE` runs' : `a ${kind} of Seatrial`
}

function missingType(value: Json): string {
  const keys = ['apiVersion', 'kind'].filter(key => typeof value[key] !== 'string')
  return keys.length === 0 ? 'apiVersion or kind is empty' : `${keys.join(' and ')} not set`
}

function isBuiltIn(apiVersion: string, kind: string): boolean {
  return kinds.has(kindKey(apiVersion, kind))
}

function hasName(value: Json): boolean {
  const { metadata } = value
  return isMapping(metadata) && ('name' in metadata || 'generateName' in metadata)
}

function isList(value: Json): boolean {
  return (
    typeof value['kind'] === 'string' &&
    value['kind'].endsWith('List') &&
    Array.isArray(value['items'])
  )
}

/** Whether a value is a JSON object. */
export function isMapping(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function add(
  found: FoundObjects,
  value: Json,
  document: ReadDocument,
  prefix: readonly PathPart[],
): void {
  if (isList(value)) {
    addItems(found, value, document, prefix)
    return
  }
  const problem = shapeProblem(value, document, prefix)
  if (problem === undefined) {
    const object = withJsonPatches(value) as unknown as KubeObject
    found.objects.push(sourceObject(object, document.source, prefix))
  } else found.problems.push(problem)
}

function addItems(
  found: FoundObjects,
  list: Json,
  document: ReadDocument,
  prefix: readonly PathPart[],
): void {
  const kind = String(list['kind']).slice(0, -'List'.length)
  const items: readonly unknown[] = Array.isArray(list['items']) ? list['items'] : []
  items.forEach((item, index) => {
    const path = [...prefix, 'items', index]
    const typed = isMapping(item) && kind !== '' ? withType(item, list['apiVersion'], kind) : item
    if (isMapping(typed) && typeof typed['kind'] === 'string') add(found, typed, document, path)
    else {
      found.problems.push(
        errorAt(codes.shape, locateIn(document.source, path), {
          what: 'this item of a List is not a Kubernetes object',
          why: 'each item has apiVersion, kind and metadata.name',
          todo: 'complete the item or delete it',
        }),
      )
    }
  })
}

// Items of a typed list (PodList) may leave out what the list says.
function withType(item: Json, apiVersion: unknown, kind: string): Json {
  return typeof item['kind'] === 'string' ? item : { apiVersion, kind, ...item }
}

// Whatever else is wrong with an object, the API server of the twin says in its own words.
function shapeProblem(
  value: Json,
  document: ReadDocument,
  prefix: readonly PathPart[],
): Problem | undefined {
  const wrong = wrongShape(value)
  if (wrong === undefined) return undefined
  const location = locateIn(document.source, wrong.path, prefix)
  const range = rangeIn(document.source, wrong.path, prefix)
  const written = range === undefined ? '' : document.source.file.text.slice(range.start, range.end)
  const quote = wrong.isScalar && written !== '' ? { todo: `put it in quotes: "${written}"` } : {}
  const name = isMapping(value['metadata']) ? value['metadata']['name'] : undefined
  const object = `${String(value['kind'])} ${typeof name === 'string' ? name : '(no name)'}`
  return errorAt(codes.shape, location, { object, ...wrong.text, ...quote })
}

interface WrongShape {
  /** A scalar that is no text: quotes would make it one. */
  readonly isScalar: boolean
  readonly path: readonly PathPart[]
  readonly text: { readonly what: string; readonly why: string; readonly todo: string }
}

function wrongShape(value: Json): WrongShape | undefined {
  const { metadata } = value
  if (!isMapping(metadata) || !hasName(value)) return noName()
  for (const field of ['name', 'generateName', 'namespace'] as const) {
    const text = metadata[field]
    if (text !== undefined && text !== null && typeof text !== 'string') {
      return wrongType(['metadata', field], text, 'string')
    }
  }
  for (const field of ['labels', 'annotations'] as const) {
    const map = metadata[field]
    if (map === undefined || map === null) continue
    if (!isMapping(map)) return wrongType(['metadata', field], map, 'map[string]string')
    for (const [key, item] of Object.entries(map)) {
      if (typeof item !== 'string' && item !== null) {
        return wrongType(['metadata', field, key], item, 'string')
      }
    }
  }
  return undefined
}

function noName(): WrongShape {
  return {
    isScalar: false,
    path: ['metadata'],
    text: {
      what: 'resource name may not be empty',
      why: 'kubectl refuses an object without metadata.name',
      todo: 'give it a metadata.name',
    },
  }
}

function wrongType(path: readonly PathPart[], value: unknown, type: string): WrongShape {
  const actual = Array.isArray(value) ? 'array' : value === null ? 'null' : jsonType(value)
  const field = `ObjectMeta.metadata.${path.slice(1, 2).join('')}`
  return {
    isScalar: typeof value !== 'object',
    path,
    text: {
      what: `json: cannot unmarshal ${actual} into Go struct field ${field} of type ${type}`,
      why: `the API server wants a ${type} here`,
      todo: type === 'string' ? 'write a text' : 'write a mapping of names to texts',
    },
  }
}

function jsonType(value: unknown): string {
  return typeof value === 'boolean' ? 'bool' : typeof value
}
