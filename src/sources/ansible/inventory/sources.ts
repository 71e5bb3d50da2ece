// Reads the sources of an inventory in order, each with the first plugin that can.
// Port of ansible-core 2.18 and 2.19 inventory/manager.py: parse_sources, parse_source;
// plugins/inventory/{auto,host_list,script}.py: which files they want.

import type { Location } from '../../../base/problem.ts'
import type { SourceFile } from '../../source-object.ts'
import { Failure } from '../failure.ts'
import { endingOf, type FileTree, joinPath, normalPath } from '../files.ts'
import { reprOfText, strOf } from '../python/repr.ts'
import { isMapping, isTruthy } from '../values.ts'
import { isEncrypted, type LoadedFile } from '../yaml/load.ts'
import { parseAddress } from './addresses.ts'
import type { InventoryData } from './data.ts'
import { loadWarning } from './duplicates.ts'
import { readIni } from './ini.ts'
import { parseWarning } from './messages.ts'
import type { Unsupported } from './model.ts'
import { readYamlInventory } from './yaml-inventory.ts'

/** Reads all sources; throws a Failure only where settings say so. */
export function readSources(
  data: InventoryData,
  tree: FileTree,
  sources: readonly string[],
): readonly Unsupported[] {
  const reader = new SourceReader(data, tree)
  let isParsed = false
  for (const source of sources) {
    if (source === '') continue
    if (reader.read(source.includes(',') ? source : normalPath(source))) isParsed = true
  }
  if (isParsed) data.reconcile()
  else if (data.settings.unparsedIsFailed) {
    throw new Failure('No inventory was parsed, please check your configuration and options.')
  } else {
    const text = 'No inventory was parsed, only implicit localhost is available'
    data.messages.warn({ text, about: 'source' })
  }
  return reader.unsupported
}

/** Folders of a source may nest; links are not followed here, so this is only a bound. */
const depthMax = 100

class SourceReader {
  readonly unsupported: Unsupported[] = []
  readonly #data: InventoryData
  readonly #tree: FileTree
  readonly #ignored: RegExp

  constructor(data: InventoryData, tree: FileTree) {
    this.#data = data
    this.#tree = tree
    const { ignoredPatterns, ignoredEndings } = data.settings
    const endings = ignoredEndings.map(ending => `${escaped(ending)}$`)
    const always = ['^\\.', '^host_vars$', '^group_vars$', '^vars_plugins$']
    this.#ignored = new RegExp([...always, ...ignoredPatterns, ...endings].join('|'))
  }

  read(source: string, depth = 0): boolean {
    if (!this.#tree.isFolder(source) || depth > depthMax) return this.#readOne(source)
    let isParsed = false
    for (const name of this.#tree.list(source)) {
      if (this.#ignored.test(name)) continue
      if (this.read(joinPath(source, name), depth + 1)) isParsed = true
    }
    return this.#reported(source, isParsed, [])
  }

  #readOne(source: string): boolean {
    this.#data.source = source
    const failures: { readonly plugin: string; readonly failure: Failure }[] = []
    for (const { name, read } of this.#plugins(source)) {
      try {
        read()
        return true
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        failures.push({ plugin: name, failure: this.#withOrigin(name, source, error) })
      }
    }
    return this.#reported(source, false, failures)
  }

  #reported(
    source: string,
    isParsed: boolean,
    failures: readonly { readonly plugin: string; readonly failure: Failure }[],
  ): boolean {
    this.#data.source = undefined
    if (isParsed) return true
    const { messages, settings } = this.#data
    for (const { plugin, failure } of failures) {
      messages.warn(parseWarning(plugin, source, failure, settings.version))
    }
    const at = { file: source }
    if (settings.anyUnparsedIsFailed) {
      throw new Failure(`Completely failed to parse inventory source ${source}`, { at })
    }
    const text = `Unable to parse ${source} as an inventory source`
    messages.warn({ text, at, about: 'source' })
    return false
  }

  // What has no origin yet gets that of the plugin.
  #withOrigin(plugin: string, source: string, failure: Failure): Failure {
    if (failure.parts.origin !== undefined) return failure
    const origin = `Origin: <inventory plugin '${plugin}' with source ${reprOfText(source)}>`
    const { isWhileHandling } = failure.parts
    // An exception of Python's is told anew and keeps what it was raised in.
    return isWhileHandling === true
      ? new Failure(failure.message, { cause: failure, origin })
      : new Failure(failure.message, { ...failure.parts, origin })
  }

  #plugins(source: string): readonly { readonly name: string; readonly read: () => void }[] {
    const file = this.#tree.file(source)
    if (file === undefined) {
      const isList = source.includes(',') && !this.#tree.exists(source)
      return isList ? [{ name: 'host_list', read: () => this.#readList(source) }] : []
    }
    const { settings } = this.#data
    const ending = endingOf(source)
    const at = { file: source, line: 1, column: 1 }
    if (file.text.startsWith('#!')) return [this.#closed('script', at, source)]
    if (ending === '.toml') return [this.#closed('toml', at, source)]
    if (settings.vault === 'opaque' && isEncrypted(file.text)) {
      return [this.#closed('vault', at, source)]
    }
    const plugins: { name: string; read: () => void }[] = []
    const isYaml = ending === '' || settings.yamlEndings.includes(ending)
    const isAuto = /\.ya?ml$/.test(source)
    if (isAuto) plugins.push({ name: 'auto', read: () => this.#readAuto(file) })
    if (isYaml) plugins.push({ name: 'yaml', read: () => this.#readYaml(file) })
    plugins.push({ name: 'ini', read: () => this.#readIni(file) })
    return plugins
  }

  #closed(what: Unsupported['what'], at: Location, name: string) {
    return { name: what, read: (): void => void this.unsupported.push({ what, at, name }) }
  }

  // Hosts of a list go to `ungrouped`; one that is known already stays where it is.
  #readList(source: string): void {
    for (const item of source.split(',').map(text => text.trim())) {
      if (item === '') continue
      const address = parseAddress(item, false, this.#data.settings.version) ?? { host: item }
      if (this.#data.hosts.has(address.host)) continue
      this.#data.addHost(address.host, 'ungrouped', { file: source }, address.port)
    }
  }

  #load(file: SourceFile): LoadedFile {
    return loadWarning(file, this.#data)
  }

  #readAuto(file: SourceFile): void {
    const { value } = this.#load(file)
    const at = { file: file.name, line: 1, column: 1 }
    const plugin = isMapping(value) ? (value.get('plugin') ?? null) : null
    if (!isTruthy(plugin)) {
      const text = `no root 'plugin' key found, '${file.name}' is not a valid YAML inventory plugin config file`
      throw new Failure(text, { at })
    }
    this.unsupported.push({ what: 'plugin', at, name: strOf(plugin) })
  }

  #readYaml(file: SourceFile): void {
    readYamlInventory(this.#data, this.#loadForYaml(file))
  }

  // The plugin wraps what loading throws, and with it the origin goes.
  #loadForYaml(file: SourceFile): LoadedFile {
    try {
      return this.#load(file)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      throw new Failure(error.message, error.at === undefined ? {} : { at: error.at })
    }
  }

  #readIni(file: SourceFile): void {
    if (isEncrypted(file.text)) this.#load(file)
    readIni(this.#data, file)
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
