// The variables of one host at one moment, templated when they are asked for.
// Upstream: ansible-core 2.18 template/vars.py AnsibleJ2Vars, 2.19
// _internal/_templating/_lazy_containers.py.

import {
  type AnsibleVersion,
  isList,
  isMapping,
  setItem,
  Tuple,
  UnsafeText,
  type Value,
} from '../values.ts'
import { item } from './attributes.ts'
import type { Context } from './context.ts'
import { SyntaxFailure, TemplateFailure, UndefinedFailure, UnknownSignal } from './failures.ts'
import { filterOf } from './filters/registry.ts'
import { concatClassic, concatNative } from './finalize.ts'
import { Frame } from './frame.ts'
import { globalOf } from './globals.ts'
import { bind, type Plugin } from './plugin.ts'
import { truth } from './python/iterate.ts'
import { failureOf, touch, typeName } from './python/types.ts'
import {
  Callable,
  type CallArguments,
  Deferred,
  mergeUnknown,
  NativeText,
  plain,
  Undefined,
  Unknown,
  View,
} from './special.ts'
import { isPossiblyTemplate, templateOf } from './templates.ts'
import { testOf } from './tests/registry.ts'

/** Where variables come from, before they are templated. */
export interface Variables {
  get(name: string): Value | undefined
  names(): Iterable<string>
}

/** What a scope needs besides variables. */
export interface ScopeOptions {
  readonly version: AnsibleVersion
  readonly readFile?: (path: string) => string | undefined
  /** The environment of the controller, where it is known. */
  readonly environment?: ReadonlyMap<string, string>
  readonly memory?: Memory
  readonly watch?: Watch
}

/** Tells whether what was evaluated depends on certain variables. */
export interface Watch {
  names: ReadonlySet<string>
  isTouched: boolean
}

/** A variable that took part in the value of another. */
interface Use {
  readonly name: string
  readonly value: Value | undefined
}

/** What the scopes of one host share: values with what they were made of. */
export interface Memory {
  readonly entries: Map<string, MemoryEntry>
  /** Changes whenever another host may answer otherwise through `hostvars`. */
  readonly epoch: () => number
}

interface MemoryEntry {
  readonly raw: Value
  readonly value: Value
  readonly uses: readonly Use[]
  readonly epoch: number
}

// What the use of a variable that could not be evaluated is remembered as: nothing equals it.
const failed: Value = []

const depthMax = 60

/** Evaluates templates with the variables of one host. */
export class Scope implements Context {
  readonly version: AnsibleVersion
  readonly isNative: boolean
  readonly #variables: Variables
  readonly #readFile: (path: string) => string | undefined
  readonly environment: ReadonlyMap<string, string> | undefined
  readonly #values = new Map<string, Value>()
  readonly #pending = new Set<string>()
  readonly #memory: Memory | undefined
  readonly #watch: Watch | undefined
  /** Values that depend on watched variables. */
  readonly #watched = new Set<string>()
  #uses: Use[] | undefined
  #depth = 0
  #rendersConstants = false
  #copies = false

  constructor(variables: Variables, options: ScopeOptions) {
    this.version = options.version
    this.isNative = options.version === '2.19'
    this.#variables = variables
    this.#readFile = options.readFile ?? (() => undefined)
    this.environment = options.environment
    this.#memory = options.memory
    this.#watch = options.watch
  }

  raw(name: string): Value | undefined {
    return this.#get(name)
  }

  #get(name: string): Value | undefined {
    const watch = this.#watch
    if (watch !== undefined && watch.names.has(name)) watch.isTouched = true
    return this.#variables.get(name)
  }

  variableNames(): readonly string[] {
    // Which names there are is nothing that is remembered.
    this.#uses?.push({ name: 'hostvars', value: null })
    if (this.#watch !== undefined) this.#watch.isTouched = true
    return [...this.#variables.names()]
  }

  readFile(path: string): string | undefined {
    return this.#readFile(path)
  }

  get changesValues(): boolean {
    return this.#copies
  }

  variable(name: string): Value | undefined {
    const uses = this.#uses
    let value: Value | undefined = failed
    try {
      value = this.#resolve(name)
    } finally {
      uses?.push({ name, value })
    }
    return value !== undefined && this.#copies ? copyOf(value) : value
  }

  #resolve(name: string): Value | undefined {
    const watch = this.#watch
    const known = this.#values.get(name)
    if (known !== undefined) {
      if (watch !== undefined && this.#watched.has(name)) watch.isTouched = true
      return known
    }
    const before = watch?.isTouched ?? false
    if (watch !== undefined) watch.isTouched = false
    try {
      const raw = this.#get(name)
      if (raw === undefined) return globalOf(name)
      const value = isStatic(raw)
        ? this.template(raw)
        : (this.#remembered(name, raw) ?? this.#compute(name, raw))
      this.#values.set(name, value)
      return value
    } finally {
      if (watch?.isTouched === true) this.#watched.add(name)
      if (watch !== undefined) watch.isTouched ||= before
    }
  }

  // What another scope of the same host made of the same text with the same variables.
  #remembered(name: string, raw: Value): Value | undefined {
    const entry = this.#memory?.entries.get(name)
    if (entry === undefined || entry.raw !== raw || this.#pending.has(name)) return undefined
    this.#pending.add(name)
    try {
      for (const use of entry.uses) {
        if (use.name === 'hostvars' && entry.epoch !== this.#memory?.epoch()) return undefined
        if (this.#pending.has(use.name) || this.#resolve(use.name) !== use.value) return undefined
      }
      return entry.value
    } catch (error) {
      if (error instanceof TemplateFailure) return undefined
      throw error
    } finally {
      this.#pending.delete(name)
    }
  }

  #compute(name: string, raw: Value): Value {
    if (this.#pending.has(name)) {
      throw new TemplateFailure(`recursive loop detected in template string: {{ ${name} }}`)
    }
    const before = this.#uses
    const uses: Use[] = []
    this.#uses = uses
    this.#pending.add(name)
    try {
      const value = this.#outermost(() => this.#variableValue(name, raw))
      const epoch = this.#memory?.epoch() ?? 0
      this.#memory?.entries.set(name, { raw, value, uses, epoch })
      return value
    } finally {
      this.#pending.delete(name)
      this.#uses = before
    }
  }

  #variableValue(name: string, raw: Value): Value {
    if (this.isNative) return this.template(raw)
    try {
      return this.template(raw)
    } catch (error) {
      if (!(error instanceof UndefinedFailure)) throw error
      return new Undefined(error.message, name)
    }
  }

  // A nested template neither renders constants nor gets its own copies.
  #outermost(run: () => Value): Value {
    const constants = this.#rendersConstants
    const copies = this.#copies
    this.#rendersConstants = false
    this.#copies = false
    try {
      return run()
    } finally {
      this.#rendersConstants = constants
      this.#copies = copies
    }
  }

  template(value: Value): Value {
    if (typeof value === 'string') return isPossiblyTemplate(value) ? this.text(value) : value
    if (value instanceof UnsafeText) return value.text
    if (isStatic(value)) return value
    if (isList(value)) return value.map(each => this.#element(each))
    if (value instanceof Tuple) return value.items.map(each => this.#element(each))
    if (isMapping(value) && isPlainMapping(value)) {
      const result = new Map<Value, Value>()
      for (const [key, each] of value) setItem(result, key, this.#element(each))
      return result
    }
    return value
  }

  #element(value: Value): Value {
    if (!this.isNative) return plain(this.template(value))
    try {
      return this.template(value)
    } catch (error) {
      if (!(error instanceof TemplateFailure)) throw error
      return new Deferred(error.message, error instanceof UndefinedFailure)
    }
  }

  /** The value of a text that holds templates; before 2.19 fails on undefined parts. */
  text(source: string): Value {
    this.#depth += 1
    try {
      if (this.#depth > depthMax) {
        throw new TemplateFailure(`recursive loop detected in template string: ${source}`)
      }
      return this.#text(source)
    } finally {
      this.#depth -= 1
    }
  }

  #text(source: string): Value {
    const template = templateOf(source, this.isNative)
    if (!this.isNative && template.only !== undefined) {
      const raw = this.#get(template.only)
      if (raw === null || isNumberOrBoolean(raw)) {
        this.#uses?.push({ name: template.only, value: raw })
        return raw as Value
      }
    }
    const copies = this.#copies
    this.#copies = template.changesValues
    try {
      const parts: Value[] = []
      template.run(new Frame(this), parts)
      const result = this.isNative ? concatNative(parts) : concatClassic(parts)
      return typeof result === 'string' ? withLineEnds(result, source) : result
    } catch (error) {
      if (error instanceof UnknownSignal) return error.unknown
      if (error instanceof SyntaxFailure) throw error
      if (this.isNative && error instanceof UndefinedFailure) return new Undefined(error.message)
      throw error
    } finally {
      this.#copies = copies
    }
  }

  /** Runs with constants that look like templates rendered, as conditions of 2.19 do. */
  withConstants(run: () => Value): Value {
    const before = this.#rendersConstants
    this.#rendersConstants = true
    try {
      return run()
    } finally {
      this.#rendersConstants = before
    }
  }

  constant(text: string): Value {
    return this.#rendersConstants ? this.#outermost(() => this.text(text)) : text
  }

  item(object: Value, key: Value): Value {
    return item(this.version, object, key)
  }

  expect(kind: 'filter' | 'test', name: string): void {
    if (this.isNative) return
    const plugin = kind === 'filter' ? filterOf(name) : testOf(name, this.version)
    if (plugin === undefined) this.#missing(kind, name)
  }

  filter(name: string, input: Value, given: CallArguments): Value {
    const plugin = filterOf(name)
    if (plugin === undefined) return this.#missing('filter', name)
    return this.#plugin(name, plugin, input, given)
  }

  test(name: string, input: Value, given: CallArguments): Value {
    const plugin = testOf(name, this.version)
    if (plugin === undefined) return this.#missing('test', name)
    const result = this.#plugin(name, plugin, input, given)
    return result instanceof Undefined || result instanceof Unknown ? result : truth(result)
  }

  #missing(kind: string, name: string): never {
    throw new TemplateFailure(
      this.isNative
        ? `The ${kind} plugin '${name}' was not found.`
        : `Could not load "${name}": '${name}'`,
    )
  }

  #plugin(name: string, plugin: Plugin, input: Value, given: CallArguments): Value {
    const all = [input, ...given.positional, ...given.named.values()]
    if (plugin.takesUnknown !== true) {
      const unknown = all.filter(value => value instanceof Unknown)
      if (unknown.length > 0) return mergeUnknown(unknown as Unknown[])
    }
    const missing =
      plugin.takesUndefined === true ? undefined : all.find(value => value instanceof Undefined)
    if (missing instanceof Undefined && this.isNative) return missing
    return this.#captured(() => {
      // Before 2.19 arguments that do not fit are an error whatever the input is.
      const bound = bind(plugin.params ?? '', given, name)
      if (missing instanceof Undefined) touch(missing)
      return this.#consumed(plugin.run(input, bound, this, given))
    })
  }

  // 2.19 makes lists of what filters, `keys()` and the like give.
  #consumed(result: Value): Value {
    return this.isNative && result instanceof View ? result.items : result
  }

  // Since 2.19 the error of a plugin is a value that fails when it is used.
  #captured(run: () => Value): Value {
    if (!this.isNative) return run()
    try {
      return run()
    } catch (error) {
      if (!(error instanceof TemplateFailure)) throw error
      if (error instanceof UndefinedFailure) return new Undefined(error.message)
      return new Deferred(error.message, false)
    }
  }

  call(callee: Value, given: CallArguments): Value {
    if (callee instanceof Undefined) throw failureOf(callee)
    touch(callee)
    if (!(callee instanceof Callable)) {
      throw new TemplateFailure(`'${typeName(callee)}' object is not callable`)
    }
    if (callee.options.takesAnything !== true) {
      for (const value of [...given.positional, ...given.named.values()]) {
        if (value instanceof Undefined && this.isNative) return value
        touch(value)
      }
    }
    return this.#captured(() => {
      const result = callee.call(given, this)
      return result instanceof View && result.type === 'range' ? result : this.#consumed(result)
    })
  }
}

function isNumberOrBoolean(value: Value | undefined): boolean {
  if (value === undefined) return false
  const name = typeName(value)
  return name === 'int' || name === 'float' || name === 'bool'
}

// A template gives back the line ends at its end that parsing took away.
function withLineEnds(result: string, source: string): string {
  const missing = lineEnds(source) - lineEnds(result)
  return missing > 0 ? result + '\n'.repeat(missing) : result
}

function lineEnds(text: string): number {
  let count = 0
  while (count < text.length && text[text.length - 1 - count] === '\n') count += 1
  return count
}

// Views of hosts are mappings that template themselves.
function isPlainMapping(value: Value): boolean {
  return Object.getPrototypeOf(value) === Map.prototype
}

const statics = new WeakMap<object, boolean>()

/** Whether a value holds no template at any depth. */
export function isStatic(value: Value): boolean {
  if (typeof value === 'string') return !isPossiblyTemplate(value)
  if (typeof value !== 'object' || value === null) return true
  if (value instanceof UnsafeText || value instanceof NativeText) return false
  if (!isList(value) && !isMapping(value) && !(value instanceof Tuple)) return true
  if (isMapping(value) && !isPlainMapping(value)) return true
  const known = statics.get(value)
  if (known !== undefined) return known
  const items = isMapping(value) ? value.values() : value instanceof Tuple ? value.items : value
  let all = !(value instanceof Tuple)
  for (const each of items) if (!isStatic(each)) all = false
  statics.set(value, all)
  return all
}

function copyOf(value: Value): Value {
  if (isList(value)) return value.map(copyOf)
  if (isMapping(value) && isPlainMapping(value)) {
    return new Map([...value].map(([key, each]) => [key, copyOf(each)] as const))
  }
  return value
}

/**
 * Whether an error is about an undefined variable; before 2.19 every undefined value is told so,
 * and every error whose text has its type.
 */
export function isAboutUndefined(error: TemplateFailure, { isNative }: Scope): boolean {
  if (!isNative && error.message.includes('AnsibleUndefined')) return true
  return error instanceof UndefinedFailure && (error.isNamed || !isNative)
}
