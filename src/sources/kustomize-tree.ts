// Which local files and which remote addresses a kustomization refers to, without building it.
// Upstream: sigs.k8s.io/kustomize api/types/kustomization.go, v5.5.0.

import { readdirSync, statSync } from 'node:fs'
import { join, normalize } from 'node:path'
import type { Location } from '../base/problem.ts'
import { isMapping, type Json } from './objects.ts'
import { filePlace } from './place.ts'
import type { PathPart } from '../kube/field-path.ts'
import { locateIn, type SourceDocument } from './source-object.ts'
import type { ReadDocument } from './yaml/read.ts'

const names: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** The name under which a folder holds a kustomization. */
export function kustomizationFile(entries: readonly string[]): string | undefined {
  return names.find(name => entries.includes(name))
}

export interface RemoteBase {
  readonly url: string
  readonly location: Location
}

/** Everything a kustomization reaches on this machine. */
export interface Tree {
  readonly location: Location
  /** Resource files in the order kustomize loads them, each once. */
  readonly resources: readonly string[]
  /** All files that are named anywhere: resources, patches, generators' sources. */
  readonly files: ReadonlySet<string>
  /** Folders with kustomizations, the root first. */
  readonly folders: readonly string[]
  readonly remotes: readonly RemoteBase[]
}

interface Growing {
  readonly resources: Set<string>
  readonly files: Set<string>
  readonly folders: Set<string>
  readonly remotes: RemoteBase[]
}

/** Reads the kustomization of a folder and all that it includes. */
export function readTree(folder: string): Tree {
  const tree: Growing = { resources: new Set(), files: new Set(), folders: new Set(), remotes: [] }
  visit(tree, normalize(folder))
  const file = fileOf(folder)
  return { ...tree, resources: [...tree.resources], folders: [...tree.folders], location: { file } }
}

function fileOf(folder: string): string {
  const name = kustomizationFile(entriesOf(folder))
  return name === undefined ? folder : join(folder, name)
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function visit(tree: Growing, folder: string): void {
  if (tree.folders.has(folder)) return
  const name = kustomizationFile(entriesOf(folder))
  if (name === undefined) return
  tree.folders.add(folder)
  const document = filePlace(join(folder, name), false).read().documents[0]
  if (document === undefined || !isMapping(document.value)) return
  for (const field of ['resources', 'bases', 'components'] as const) {
    for (const [entry, index] of textsOf(document.value, field)) {
      include(tree, folder, entry, { source: document.source, path: [field, index] })
    }
  }
  for (const file of otherFiles(document)) tree.files.add(join(folder, file))
}

function textsOf(value: Json, field: string): (readonly [string, number])[] {
  const list = value[field]
  if (!Array.isArray(list)) return []
  return list.flatMap((entry, index) =>
    typeof entry === 'string' ? [[entry, index] as const] : [],
  )
}

function include(
  tree: Growing,
  folder: string,
  entry: string,
  at: { readonly source: SourceDocument; readonly path: readonly PathPart[] },
): void {
  const path = join(folder, entry)
  const type = typeOf(path)
  if (type === 'folder') visit(tree, path)
  else if (type === 'file') {
    tree.resources.add(path)
    tree.files.add(path)
  } else if (isRemote(entry)) {
    tree.remotes.push({ url: entry, location: locateIn(at.source, at.path) })
  }
}

function isRemote(entry: string): boolean {
  return (
    /^(?:[a-z]+:\/\/|git@|git::|[\w.-]+\.[a-z]+[:/])|\?ref=/.test(entry) && !entry.startsWith('.')
  )
}

function typeOf(path: string): 'file' | 'folder' | undefined {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file'
  } catch {
    return undefined
  }
}

// Patches, generator sources and the like, in all their spellings: any text that names a file.
function otherFiles(document: ReadDocument): string[] {
  const files: string[] = []
  const collect = (value: unknown): void => {
    if (typeof value === 'string') files.push(value.replace(/^[^=/]+=/, ''))
    else if (Array.isArray(value)) value.forEach(collect)
    else if (isMapping(value)) Object.values(value).forEach(collect)
  }
  collect(document.value)
  return files.filter(text => /^[^\n]+\.(?:ya?ml|json)$/.test(text))
}
