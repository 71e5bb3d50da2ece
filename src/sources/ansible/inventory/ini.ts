// Reads an inventory in INI form. Port of ansible-core 2.18 and 2.19 plugins/inventory/ini.py.

import type { Location } from '../../../base/problem.ts'
import { locationAt, type SourceFile } from '../../source-object.ts'
import { Failure } from '../failure.ts'
import { splitLines, strip } from '../python/lines.ts'
import { splitWords } from '../python/shlex.ts'
import { expandHostPattern } from './addresses.ts'
import type { InventoryData } from './data.ts'
import { iniValue } from './ini-value.ts'

type Section = 'hosts' | 'children' | 'vars'

/** A group that is spoken of before it is declared. */
interface Pending {
  readonly line: number
  readonly at: Location
  readonly section: Section
  readonly name: string
  readonly parents: string[]
}

/** Reads a file into the inventory; throws a Failure and leaves what was read until then. */
export function readIni(data: InventoryData, file: SourceFile): void {
  const reader = new IniReader(data, file)
  try {
    reader.read()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw reader.wrapped(error)
  }
}

const sectionForm = /^\[([^:\]\s]+)(?::([\p{L}\p{N}_]+))?\]\s*(?:#.*)?$/u
const groupForm = /^([^:\]\s]+)\s*(?:#.*)?$/u

class IniReader {
  readonly #data: InventoryData
  readonly #file: SourceFile
  readonly #pending = new Map<string, Pending>()
  #group = 'ungrouped'
  #section: Section = 'hosts'
  #line = 0
  /** Offset of the first character of the line that is no blank. */
  #offset = 0

  constructor(data: InventoryData, file: SourceFile) {
    this.#data = data
    this.#file = file
  }

  read(): void {
    for (const { text, offset } of splitLines(this.#file.text)) {
      this.#line += 1
      const line = strip(text)
      this.#offset = offset + text.indexOf(line)
      if (line !== '' && line[0] !== ';' && line[0] !== '#') this.#readLine(line)
    }
    for (const pending of this.#pending.values()) this.#undeclared(pending)
  }

  /** The error that the engine makes of one while reading. */
  wrapped(error: Failure): Failure {
    const cause = error.placedAt(this.#at(0))
    if (this.#data.settings.version !== '2.19') return cause
    const origin = `Origin: ${this.#file.name}`
    return new Failure('Failed to parse inventory.', { cause, origin })
  }

  #at(offsetInLine: number): Location {
    return locationAt(this.#file, this.#offset + offsetInLine)
  }

  /** What 2.19 keeps as the origin of a name: the line alone. */
  #lineOnly(): Location {
    return { file: this.#file.name, line: this.#line }
  }

  #fail(message: string, parts: { readonly isWhileHandling?: boolean } = {}): never {
    const isNew = this.#data.settings.version === '2.19'
    const text = isNew ? message : `${this.#file.name}:${this.#line}: ${message}`
    throw new Failure(text, { ...parts, at: this.#at(0) })
  }

  #readLine(line: string): void {
    const section = sectionForm.exec(line)
    if (section !== null) this.#openSection(section[1] ?? '', section[2])
    else if (line.startsWith('[') && line.endsWith(']')) {
      this.#fail(
        `Invalid section entry: '${line}'. Please make sure that there are no spaces in the ` +
          'section entry, and that there are no other invalid characters',
      )
    } else if (this.#section === 'hosts') this.#readHost(line)
    else if (this.#section === 'vars') this.#readVariable(line)
    else this.#readChild(line)
  }

  #openSection(written: string, kind: string | undefined): void {
    this.#group = this.#data.safeGroupName(written, this.#at(1))
    const section = kind ?? 'hosts'
    if (section !== 'hosts' && section !== 'children' && section !== 'vars') {
      this.#fail(`Section [${written}:${section}] has unknown type: ${section}`)
    }
    this.#section = section
    const name = this.#group
    const pending = this.#pending.get(name)
    if (!this.#data.groups.has(name)) {
      if (section === 'vars' && pending === undefined) this.#await(name, section, [])
      this.#data.addGroup(name, this.#at(1))
    } else this.#data.group(name).at.push(this.#at(1))
    if (pending === undefined || section === 'vars') return
    if (pending.section === 'children') this.#adopt(name)
    else this.#pending.delete(name)
  }

  #await(name: string, section: Section, parents: string[]): void {
    const at = this.#at(section === 'vars' ? 1 : 0)
    this.#pending.set(name, { line: this.#line, at, section, name, parents })
  }

  // A group that was awaited as a child joins its parents, and they theirs if they were awaited.
  #adopt(name: string): void {
    const pending = this.#pending.get(name)
    for (const parent of pending?.parents ?? []) {
      this.#data.addChild(parent, name)
      if (this.#pending.get(parent)?.section === 'children') this.#adopt(parent)
    }
    this.#pending.delete(name)
  }

  #undeclared({ section, name, line, at, parents }: Pending): never {
    const isNew = this.#data.settings.version === '2.19'
    const what =
      section === 'vars'
        ? `Section [${name}:vars] not valid for undefined group`
        : `Section [${parents.at(-1) ?? ''}:children] includes undefined group`
    const text = isNew ? `${what} '${name}'.` : `${this.#file.name}:${line}: ${what}: ${name}`
    throw new Failure(text, { at })
  }

  #readChild(line: string): void {
    const child = groupForm.exec(line)?.[1]
    if (child === undefined) this.#fail(`Expected group name, got: ${line}`)
    const group = this.#data.groups.get(child)
    if (group !== undefined) {
      group.at.push(this.#at(0))
      this.#data.addChild(this.#group, child)
      return
    }
    const pending = this.#pending.get(child)
    if (pending === undefined) this.#await(child, 'children', [this.#group])
    else pending.parents.push(this.#group)
  }

  #readVariable(line: string): void {
    const sign = line.indexOf('=')
    if (sign < 0) this.#fail(`Expected key=value, got: ${line}`)
    const value = iniValue(strip(line.slice(sign + 1)), this.#data.settings.version)
    const variable = { value, at: this.#at(0), namedAt: this.#lineOnly() }
    this.#data.setVariable(this.#group, strip(line.slice(0, sign)), variable)
  }

  #readHost(line: string): void {
    const split = splitWords(line)
    if ('error' in split) {
      const text = `Error parsing host definition '${line}': ${split.error}`
      this.#fail(text, { isWhileHandling: true })
    }
    const [first, ...rest] = split.words
    if (first === undefined) this.#fail('list index out of range')
    const { hosts, port } = this.#expand(first.text)
    const variables = rest.map(({ text, offset }) => this.#assignment(text, offset))
    for (const host of hosts) {
      this.#data.addHost(host, this.#group, this.#at(0), port)
      for (const { name, variable } of variables) this.#data.setVariable(host, name, variable)
    }
  }

  #assignment(text: string, offset: number) {
    const sign = text.indexOf('=')
    if (sign < 0) this.#fail(`Expected key=value host variable assignment, got: ${text}`)
    const value = iniValue(text.slice(sign + 1), this.#data.settings.version)
    const variable = { value, at: this.#at(offset), namedAt: this.#lineOnly() }
    return { name: text.slice(0, sign), variable }
  }

  #expand(pattern: string): ReturnType<typeof expandHostPattern> {
    const expanded = expandHostPattern(pattern, this.#data.settings.version)
    const wrong = `Invalid host pattern '${pattern}' supplied,`
    if (strip(pattern).endsWith(':') && expanded.port === undefined) {
      throw new Failure(
        `${wrong} ending in ':' is not allowed, this character is reserved to provide a port.`,
      )
    }
    if (expanded.hosts.some(host => strip(host) === '---')) {
      throw new Failure(`${wrong} '---' is normally a sign this is a YAML file.`)
    }
    return expanded
  }
}
