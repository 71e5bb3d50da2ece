// Reads an inventory in YAML form. Port of ansible-core 2.18 plugins/inventory/yaml.py.

import type { Location } from '../../../base/problem.ts'
import { locationAt } from '../../source-object.ts'
import { Failure } from '../failure.ts'
import { reprOf, strOf } from '../python/repr.ts'
import { isMapping, isTruthy, type Mapping, textOf, type Value } from '../values.ts'
import type { LoadedFile } from '../yaml/load.ts'
import { expandHostPattern } from './addresses.ts'
import type { InventoryData } from './data.ts'
import type { Variable } from './model.ts'
import { className, type TypeOrigin } from './type-name.ts'

/** Reads a loaded file into the inventory; throws a Failure and leaves what was read until then. */
export function readYamlInventory(data: InventoryData, loaded: LoadedFile): void {
  const { value } = loaded
  if (!isTruthy(value)) throw new Failure('Parsed empty YAML file', { at: startOf(loaded) })
  const reader = new YamlReader(data, loaded)
  if (!isMapping(value)) {
    const type = className(value, data.settings.version, reader.types)
    throw new Failure(
      `YAML inventory has invalid structure, it should be a dictionary, got: ${type}`,
      { at: startOf(loaded) },
    )
  }
  if (isTruthy(value.get('plugin') ?? null)) {
    throw new Failure('Plugin configuration YAML file, not YAML inventory', {
      at: startOf(loaded),
    })
  }
  for (const [name, body] of value) reader.group(name, body, reader.placeOf(value, name))
}

function startOf({ file }: LoadedFile): Location {
  return { file: file.name, line: 1, column: 1 }
}

/** Groups may stand inside groups; no inventory nests this deep. */
const depthMax = 200

class YamlReader {
  readonly types: TypeOrigin
  readonly #data: InventoryData
  readonly #loaded: LoadedFile
  #depth = 0

  constructor(data: InventoryData, loaded: LoadedFile) {
    this.#data = data
    this.#loaded = loaded
    this.types = loaded.isJson ? 'python' : 'yaml'
  }

  /** Where a key of a mapping stands. */
  placeOf(mapping: Mapping, key: Value): Location {
    const offset = this.#loaded.places.get(mapping)?.keys.get(key)?.key
    return offset === undefined ? startOf(this.#loaded) : locationAt(this.#loaded.file, offset)
  }

  #variableOf(mapping: Mapping, key: Value): Variable {
    const first = this.#loaded.places.get(mapping)?.keys.get(key)?.first
    const at = this.placeOf(mapping, key)
    const namedAt = first === undefined ? at : locationAt(this.#loaded.file, first)
    return { value: mapping.get(key) ?? null, at, namedAt }
  }

  /** Reads a group with all below it; gives the name that it has in the inventory. */
  group(name: Value, body: Value, at: Location): string {
    if (body !== null && !isMapping(body)) {
      const text = `Skipping '${strOf(name)}' as this is not a valid group definition`
      this.#data.messages.warn({ text, at, about: 'group' })
      return strOf(name)
    }
    const group = this.#add(name, at)
    if (body === null) return group
    this.#depth += 1
    if (this.#depth > depthMax) throw new Failure('maximum recursion depth exceeded', { at })
    this.#read(group, body)
    this.#depth -= 1
    return group
  }

  #add(name: Value, at: Location): string {
    try {
      return this.#data.addGroup(textOf(name) ?? name, at)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      throw new Failure(`Unable to add group ${strOf(name)}: ${error.message}`, { at })
    }
  }

  #read(group: string, body: Mapping): void {
    const sections = new Map<Value, Value>(body)
    for (const section of ['vars', 'children', 'hosts']) this.#check(group, body, section, sections)
    for (const [key, value] of sections) {
      const at = this.placeOf(body, key)
      if (value === null) continue
      if (!isMapping(value)) this.#skip(group, key, value, at)
      else if (key === 'vars') this.#variables(group, value)
      else if (key === 'children') this.#children(group, value)
      else if (key === 'hosts') this.#hosts(group, value, at)
      else {
        const text =
          `Skipping unexpected key (${strOf(key)}) in group (${group}), ` +
          'only "vars", "children" and "hosts" are valid'
        this.#data.messages.warn({ text, at, about: 'group' })
      }
    }
  }

  // A single name may stand in place of a mapping.
  #check(group: string, body: Mapping, section: string, sections: Map<Value, Value>): void {
    const value = body.get(section)
    if (value === undefined || value === null || isMapping(value)) return
    const text = textOf(value)
    if (text === undefined) {
      const type = className(value, this.#data.settings.version, this.types)
      throw new Failure(
        `Invalid "${section}" entry for "${group}" group, requires a dictionary, ` +
          `found "${type}" instead.`,
        { at: this.placeOf(body, section) },
      )
    }
    sections.set(section, new Map([[text, null]]))
  }

  #skip(group: string, key: Value, value: Value, at: Location): void {
    const type = className(value, this.#data.settings.version, this.types)
    const text = `Skipping key (${strOf(key)}) in group (${group}) as it is not a mapping, it is a ${type}`
    this.#data.messages.warn({ text, at, about: 'group' })
  }

  #variables(group: string, variables: Mapping): void {
    for (const name of variables.keys()) {
      this.#placed(this.placeOf(variables, name), () =>
        this.#data.setVariable(group, name, this.#variableOf(variables, name)),
      )
    }
  }

  #children(group: string, children: Mapping): void {
    for (const [name, body] of children) {
      const at = this.placeOf(children, name)
      const child = this.group(name, body, at)
      this.#placed(at, () => this.#data.addChild(group, child))
    }
  }

  #placed(at: Location, act: () => void): void {
    try {
      act()
    } catch (error) {
      throw error instanceof Failure ? error.placedAt(at) : error
    }
  }

  #hosts(group: string, hosts: Mapping, section: Location): void {
    for (const [pattern, body] of hosts) {
      const written = this.#loaded.places.has(hosts)
      const at = written ? this.placeOf(hosts, pattern) : section
      this.#placed(at, () => this.#host(group, pattern, body, at))
    }
  }

  #host(group: string, pattern: Value, body: Value, at: Location): void {
    const text = textOf(pattern)
    if (text === undefined) {
      throw new Failure(
        `Host pattern ${strOf(pattern)} must be a string. Enclose integers/floats in quotation marks.`,
      )
    }
    const { hosts, port } = expandHostPattern(text, this.#data.settings.version)
    const variables = isTruthy(body) ? body : new Map<Value, Value>()
    if (!isMapping(variables)) {
      const shown = typeof variables === 'string' ? variables : reprOf(variables)
      throw new Failure(`Invalid data from file, expected dictionary and got:\n\n${shown}`)
    }
    for (const host of hosts) {
      this.#data.addHost(host, group, at, port)
      for (const name of variables.keys()) {
        this.#data.setVariable(host, name, this.#variableOf(variables, name))
      }
    }
  }
}
