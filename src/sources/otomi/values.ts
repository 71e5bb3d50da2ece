// The values of an Otomi: one file, or the folder env/ of its repository, read as one tree whose
// every field knows its place. Later releases keep them as one resource per file.
// Upstream: linode/apl-core v2.8.1 helmfile.d/snippets/env.gotmpl, v6.2 tests/fixtures/env.

import { type Dirent, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Location, Problem } from '../../base/problem.ts'
import { sortedStrings } from '../../base/compare.ts'
import type { PathPart } from '../../kube/field-path.ts'
import { valueAt } from '../../kube/field-path.ts'
import type { Place } from '../framework.ts'
import { isManifestFile } from '../manifests.ts'
import { isMapping, type Json } from '../objects.ts'
import { filePlace } from '../place.ts'
import { locateIn, type SourceDocument } from '../source-object.ts'
import type { ReadDocument } from '../yaml/read.ts'

/** A field and where it is written. */
export interface Found {
  readonly value: unknown
  readonly at: Location
}

/** One document, and where in the tree of values its contents belong. */
interface Branch {
  readonly document: ReadDocument
  /** Where in the document the contents begin: `spec` of a resource. */
  readonly from: readonly string[]
  /** Where in the tree they go: `otomi`. */
  readonly to: readonly string[]
}

export interface Values {
  /** Later releases: one resource per file. */
  readonly isLater: boolean
  readonly branches: readonly Branch[]
  readonly problems: readonly Problem[]
  /** The document that stands for the whole where nothing else is written. */
  readonly source: SourceDocument
}

/** A field of the values, where several files have it the last one. */
export function look({ branches }: Values, path: readonly PathPart[]): Found | undefined {
  for (const { document, from, to } of [...branches].reverse()) {
    if (to.some((part, index) => path[index] !== part)) continue
    const inside = [...from, ...path.slice(to.length)]
    const value = valueAt(document.value, inside)
    if (value === undefined) continue
    return { value, at: locateIn(document.source, inside) }
  }
  return undefined
}

/** Where a field is written, or the nearest parent that is. */
export function placeOf(values: Values, path: readonly PathPart[]): Location {
  for (let length = path.length; length > 0; length -= 1) {
    const found = look(values, path.slice(0, length))
    if (found !== undefined) return found.at
  }
  return locateIn(values.source, [])
}

/** The values that a place holds; undefined when it holds something else. */
export function valuesIn(place: Place): Values | undefined {
  if (place.type === 'folder') return folderValues(place)
  return isManifestFile(place) ? fileValues(place) : undefined
}

/** What stands beside `otomi` in values, so that no other file is taken for them. */
const siblings = ['apps', 'cluster', 'teamConfig'] as const

function fileValues(place: Place): Values | undefined {
  const { documents, problems } = place.read()
  const [document] = documents
  if (document === undefined || documents.length !== 1 || !isMapping(document.value)) {
    return undefined
  }
  const { value, source } = document
  if (isCapability(value, 'otomi')) {
    const branches = [{ document, from: ['spec'], to: ['otomi'] }]
    return { isLater: true, branches, problems, source }
  }
  const otomi = value['otomi']
  const isOurs =
    !('kind' in value) &&
    'otomi' in value &&
    (siblings.some(name => name in value) || (isMapping(otomi) && 'nodeSelector' in otomi))
  if (!isOurs) return undefined
  return { isLater: false, branches: [{ document, from: [], to: [] }], problems, source }
}

function isCapability(value: Json, name: string): boolean {
  const { kind, metadata } = value
  return kind === 'AplCapabilitySet' && isMapping(metadata) && metadata['name'] === name
}

function folderValues({ path, entries }: Place): Values | undefined {
  if (entries.includes('settings.yaml')) return earlierFolder(path, entries)
  return entries.includes('settings') ? laterFolder(path, entries) : undefined
}

/** cluster.yaml, settings.yaml, teams.yaml and a file for each app, in the order they are merged. */
function earlierFolder(path: string, entries: readonly string[]): Values | undefined {
  const settings = filePlace(join(path, 'settings.yaml'), false).read().documents[0]
  if (settings === undefined || !isMapping(settings.value) || !('otomi' in settings.value)) {
    return undefined
  }
  const own = ['cluster.yaml', 'settings.yaml', 'teams.yaml'].filter(name => entries.includes(name))
  const apps = entries.includes('apps') ? yamlIn(join(path, 'apps')) : []
  const files = [...own.map(name => join(path, name)), ...apps]
  const read = files.map(file => filePlace(file, false).read())
  const documents = read.flatMap(each => each.documents.slice(0, 1))
  return {
    isLater: false,
    branches: documents.map(document => ({ document, from: [], to: [] })),
    problems: read.flatMap(({ problems }) => problems),
    source: settings.source,
  }
}

/** settings/NAME.yaml, teams/ID/settings.yaml and apps/NAME.yaml, each a resource with a spec. */
function laterFolder(path: string, entries: readonly string[]): Values | undefined {
  const main = join(path, 'settings', 'otomi.yaml')
  if (!existsSync(main)) return undefined
  const first = filePlace(main, false).read().documents[0]
  if (first === undefined || !isMapping(first.value) || !isCapability(first.value, 'otomi')) {
    return undefined
  }
  const branches: Branch[] = []
  const problems: Problem[] = []
  const read = (file: string, to: readonly string[]): void => {
    const text = filePlace(file, false).read()
    problems.push(...text.problems)
    const [document] = text.documents
    if (document !== undefined) branches.push({ document, from: ['spec'], to })
  }
  for (const file of yamlIn(join(path, 'settings'))) read(file, [nameOf(file)])
  if (entries.includes('apps')) {
    for (const file of yamlIn(join(path, 'apps'))) read(file, ['apps', nameOf(file)])
  }
  if (entries.includes('teams')) {
    for (const team of foldersIn(join(path, 'teams'))) {
      const file = join(path, 'teams', team, 'settings.yaml')
      if (existsSync(file)) read(file, ['teamConfig', team])
    }
  }
  return { isLater: true, branches, problems, source: first.source }
}

function yamlIn(folder: string): readonly string[] {
  const files = entriesOf(folder).filter(
    entry => entry.isFile() && /^(?!secrets\.).*\.ya?ml$/.test(entry.name),
  )
  return sortedStrings(files.map(({ name }) => name)).map(name => join(folder, name))
}

function foldersIn(folder: string): readonly string[] {
  const folders = entriesOf(folder).filter(entry => entry.isDirectory())
  return sortedStrings(folders.map(({ name }) => name))
}

// A file of that name, or a folder that nobody may read, holds nothing for us.
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function nameOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.ya?ml$/, '')
}
