// Variables of groups and hosts in the folders group_vars and host_vars.
// Port of ansible-core 2.18 and 2.19 plugins/vars/host_group_vars.py, parsing/dataloader.py:
// find_vars_files.

import { locationAt, type SourceFile } from '../../source-object.ts'
import { Failure } from '../failure.ts'
import { endingOf, type FileTree, folderOf, joinPath, normalPath } from '../files.ts'
import { isMapping, isTruthy, type Value } from '../values.ts'
import { isEncrypted, type LoadedFile } from '../yaml/load.ts'
import { combined } from './combine.ts'
import { loadWarning } from './duplicates.ts'
import { briefMessage, type MessageLog } from './messages.ts'
import type { Unsupported, Variable, Variables } from './model.ts'
import type { Settings } from './settings.ts'
import { typeName } from './type-name.ts'

export type Kind = 'group_vars' | 'host_vars'

/** What files say, and what went wrong with some of them. */
export interface FileVariables {
  readonly variables: Variables
  readonly failures: readonly Failure[]
}

const none: FileVariables = { variables: new Map(), failures: [] }

export class VariableFiles {
  readonly unsupported: Unsupported[] = []
  readonly #tree: FileTree
  readonly #settings: Settings
  readonly #messages: MessageLog
  readonly #known = new Map<string, FileVariables>()

  constructor(tree: FileTree, settings: Settings, messages: MessageLog) {
    this.#tree = tree
    this.#settings = settings
    this.#messages = messages
  }

  /** The folders beside the sources, in their order; a list of hosts has none. */
  foldersOf(sources: readonly string[]): readonly string[] {
    const folders: string[] = []
    for (const source of sources) {
      const path = normalPath(source)
      if (source.includes(',') && !this.#tree.exists(path)) continue
      folders.push(this.#tree.isFolder(path) ? path : folderOf(path))
    }
    return folders
  }

  /** What the files in a folder say of one group or host. */
  of(folder: string, kind: Kind, name: string): FileVariables {
    // Names such as /path/to/chroot are no file names.
    if (name.startsWith('/')) return none
    const path = joinPath(folder, kind)
    if (!this.#tree.isFolder(path)) {
      if (this.#tree.isFile(path)) this.#warnOfFile(kind, path)
      return none
    }
    const key = joinPath(path, name)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const read = this.#readAll(this.#find(normalPath(key)))
    this.#known.set(key, read)
    return read
  }

  /** The file at a path that was read. */
  fileOf(path: string): SourceFile | undefined {
    return this.#tree.file(path)
  }

  #warnOfFile(kind: Kind, path: string): void {
    const text = `Found ${kind} that is not a directory, skipping: ${path}`
    this.#messages.warn({ text, at: { file: path }, about: 'source' })
  }

  // A folder or a file without ending comes first; only the first that exists counts.
  #find(path: string): readonly string[] {
    for (const ending of ['', ...this.#settings.variableEndings]) {
      const candidate = ending === '' || ending.includes('.') ? path + ending : `${path}.${ending}`
      if (this.#tree.isFolder(candidate)) return this.#below(candidate)
      if (this.#tree.isFile(candidate)) return [candidate]
    }
    return []
  }

  #below(folder: string): readonly string[] {
    return this.#tree.list(folder).flatMap(name => {
      if (name.startsWith('.') || name.endsWith('~')) return []
      const path = joinPath(folder, name)
      const ending = endingOf(name)
      if (this.#tree.isFolder(path)) return ending === '' ? this.#below(path) : []
      const isWanted = ending === '' || this.#settings.variableEndings.includes(ending)
      return isWanted ? [path] : []
    })
  }

  #readAll(paths: readonly string[]): FileVariables {
    let variables: Variables = new Map()
    const failures: Failure[] = []
    for (const path of paths) {
      const file = this.#tree.file(path)
      if (file === undefined) continue
      try {
        variables = combined(variables, this.#read(file), this.#settings)
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        failures.push(
          new Failure(briefMessage(error), error.at === undefined ? {} : { at: error.at }),
        )
      }
    }
    return { variables, failures }
  }

  #read(file: SourceFile): Variables {
    if (this.#settings.vault === 'opaque' && isEncrypted(file.text)) {
      const at = { file: file.name, line: 1, column: 1 }
      this.unsupported.push({ what: 'vault', at, name: file.name })
      return new Map()
    }
    const loaded = loadWarning(file, { messages: this.#messages, settings: this.#settings })
    return isTruthy(loaded.value) ? this.#variables(loaded) : new Map()
  }

  #variables(loaded: LoadedFile): Variables {
    const { value, file, places } = loaded
    if (!isMapping(value)) throw this.#notMapping(loaded)
    const keys = places.get(value)?.keys
    const variables = new Map<Value, Variable>()
    for (const [name, item] of value) {
      const place = keys?.get(name)
      const at = locationAt(file, place?.key ?? 0)
      variables.set(name, { value: item, at, namedAt: locationAt(file, place?.first ?? 0) })
    }
    return variables
  }

  #notMapping({ value, file, isJson }: LoadedFile): Failure {
    const { version } = this.#settings
    const type = typeName(value, version, isJson ? 'python' : 'yaml')
    const why = `failed to combine variables, expected dicts but got a 'dict' and a '${type}'.`
    const at = { file: file.name, line: 1, column: 1 }
    if (version !== '2.19') return new Failure(`Could not process '${file.name}'.. ${why}`, { at })
    return new Failure(`Could not process '${file.name}'.`, { cause: new Failure(why, { at }) })
  }
}
