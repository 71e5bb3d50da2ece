// Writes YAML as PyYAML does. Port of PyYAML 6.0 serializer.py, emitter.py and representer.py for
// the values that variables have: block and flow collections, plain, quoted and literal scalars.

import {
  Float,
  isList,
  isMapping,
  Moment,
  numberOf,
  PythonSet,
  Tuple,
  type Value,
} from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { order } from './compare.ts'
import { reprOfFloat } from '../../python/repr.ts'
import { characters, touch, typeName } from './types.ts'
import { folded, scalarText } from './yaml-scalar.ts'

export interface YamlOptions {
  readonly indent: number
  /** Undefined: collections that hold only scalars are written in flow style. */
  readonly isFlow: boolean | undefined
  readonly sortsKeys: boolean
  readonly width: number
  readonly isExplicitStart: boolean
}

/** The document of a value, with a line end. */
export function dumpYaml(value: Value, options: YamlOptions): string {
  const writer = new Writer(options)
  const start = options.isExplicitStart ? '---' : ''
  const isBlock = writer.isBlock(value)
  const text = writer.node(value, {
    level: isBlock ? 0 : options.indent,
    isFlow: !isBlock,
    column: 0,
  })
  const separator = start === '' ? '' : isBlock ? '\n' : ' '
  return `${start}${separator}${text.replace(/^\n/, '')}\n`
}

interface Place {
  /** Columns of the block that the node is in. */
  readonly level: number
  readonly isFlow: boolean
  readonly column: number
  readonly isKey?: boolean
}

class Writer {
  readonly #options: YamlOptions

  constructor(options: YamlOptions) {
    this.#options = options
  }

  /** Whether a collection is written in lines of its own. */
  isBlock(value: Value): boolean {
    const items = collectionItems(value)
    if (items === undefined || items.length === 0) return false
    const { isFlow } = this.#options
    return isFlow === undefined ? items.some(item => collectionItems(item) !== undefined) : !isFlow
  }

  node(value: Value, place: Place): string {
    touch(value)
    if (isMapping(value)) return this.#mapping(value, place)
    const items = collectionItems(value)
    return items === undefined ? this.#scalar(value, place) : this.#sequence(items, value, place)
  }

  #pairs(value: ReadonlyMap<Value, Value>): readonly (readonly [Value, Value])[] {
    const pairs = [...value]
    if (!this.#options.sortsKeys) return pairs
    try {
      return pairs.sort(([a], [b]) => order(a, b))
    } catch (error) {
      // PyYAML keeps the order where the keys cannot be compared.
      if (error instanceof TemplateFailure) return [...value]
      throw error
    }
  }

  #mapping(value: ReadonlyMap<Value, Value>, place: Place): string {
    const pairs = this.#pairs(value)
    if (place.isFlow || !this.isBlock(value)) {
      return this.#flow('{', '}', {
        place,
        parts: pairs.map(([key, item]) => column => {
          const name = this.node(key, { ...place, isFlow: true, column, isKey: true })
          const after = column + name.length + 2
          return `${name}: ${this.node(item, { ...place, isFlow: true, column: after })}`
        }),
      })
    }
    const margin = ' '.repeat(place.level)
    const lines = pairs.map(([key, item]) => {
      const name = this.node(key, { ...place, isFlow: true, isKey: true })
      return `${margin}${name}:${this.#below(item, place, margin.length + name.length + 2)}`
    })
    return `\n${lines.join('\n')}`
  }

  // What follows a key: the same line, or lines below it.
  #below(item: Value, place: Place, column: number): string {
    if (!this.isBlock(item))
      return ` ${this.node(item, { level: place.level, isFlow: true, column })}`
    // Lists below a key are not indented.
    const level = isMapping(item) ? place.level + this.#options.indent : place.level
    return this.node(item, { level, isFlow: false, column: 0 })
  }

  #sequence(items: readonly Value[], value: Value, place: Place): string {
    if (place.isFlow || !this.isBlock(value)) {
      return this.#flow('[', ']', {
        place,
        parts: items.map(item => column => this.node(item, { ...place, isFlow: true, column })),
      })
    }
    const margin = ' '.repeat(place.level)
    const { indent } = this.#options
    const lines = items.map(item => {
      if (!this.isBlock(item)) {
        const column = place.level + 2
        return `${margin}- ${this.node(item, { level: place.level, isFlow: true, column })}`
      }
      const inner = this.node(item, { level: place.level + indent, isFlow: false, column: 0 })
      // The first line of the inner block stands after the dash.
      const body = inner.slice(1 + place.level + indent)
      return `${margin}-${' '.repeat(Math.max(indent - 1, 1))}${body}`
    })
    return `\n${lines.join('\n')}`
  }

  #flow(
    open: string,
    close: string,
    {
      place,
      parts,
    }: {
      readonly place: Place
      readonly parts: readonly ((column: number) => string)[]
    },
  ): string {
    let text = open
    let column = place.column + 1
    parts.forEach((part, index) => {
      if (index > 0) {
        text += ','
        column += 1
      }
      if (column > this.#options.width) {
        const margin = place.level + this.#options.indent
        text += `\n${' '.repeat(margin)}`
        column = margin
      } else if (index > 0) {
        text += ' '
        column += 1
      }
      const written = part(column)
      text += written
      const last = written.lastIndexOf('\n')
      column = last < 0 ? column + written.length : written.length - last - 1
    })
    return text + close
  }

  #scalar(value: Value, place: Place): string {
    if (value === null) return 'null'
    if (typeof value === 'boolean') return value ? 'true' : 'false'
    if (value instanceof Float) return yamlFloat(value.value)
    if (numberOf(value) !== undefined) return String(value)
    if (value instanceof Moment) return value.kind === 'date' ? value.iso : value.text
    const text = characters(value)
    if (text === undefined) {
      throw new TemplateFailure(`cannot represent an object of type ${typeName(value)}`)
    }
    const written = scalarText(text, { isFlow: place.isFlow, isKey: place.isKey === true })
    if (place.isKey === true || written.includes('\n')) return written
    const margin = place.level + this.#options.indent
    return folded(written, { column: place.column, width: this.#options.width, margin })
  }
}

function collectionItems(value: Value): readonly Value[] | undefined {
  if (isMapping(value)) return [...value].flat()
  if (isList(value)) return value
  return value instanceof Tuple || value instanceof PythonSet ? value.items : undefined
}

function yamlFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  const text = reprOfFloat(value)
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text
}
