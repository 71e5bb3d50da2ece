// What an expression can cost at most, from its tree and the limits of what it reads.
// Port of cel-go v0.26.0 checker/cost.go: figures.

import { assertNever } from '../../base/assert.ts'
import {
  accumulator,
  type Call,
  type Comprehension,
  type Expr,
  type ListExpr,
  type MapExpr,
  operators,
  type Select,
} from './ast.ts'
import { callEstimate } from './call-estimates.ts'
import type { Checked } from './checker.ts'
import { listCost, mapCost, messageCost } from './cost.ts'
import { joined, SizeBook } from './estimate-sizes.ts'
import type { Sizes } from './schema-sizes.ts'
import { exactly, product, type SizeRange, sum, union, unknownMax } from './size-range.ts'

/** The most that an expression can cost; `root` are the limits of each of its variables. */
export function estimateCost(checked: Checked, root: Sizes): number {
  return new Estimator(checked, root).cost(checked.expr)
}

/** A comprehension that only binds a name, as `cel.bind` and `optMap` make them. */
function isBinding({ range, condition, accuVar }: Comprehension): boolean {
  const isEmpty = range.kind === 'list' && range.elements.length === 0
  const isNever = condition.kind === 'literal' && condition.value === false
  return isEmpty && isNever && accuVar !== accumulator
}

/** The sizes of what has been seen so far: nothing, which every size widens. */
function startOf(parts: readonly unknown[]): SizeRange {
  return { min: parts.length === 0 ? 0 : unknownMax, max: 0 }
}

/** Of two branches one is taken; a second clause of && or || may be. */
function argumentCost(overload: string, costs: readonly number[]): number {
  if (overload !== 'conditional') return sum(...costs)
  const [condition = 0, ...branches] = costs
  return sum(condition, Math.max(...branches))
}

const selectOptional = ['select_optional_field']

interface Meant {
  readonly name: string
  readonly overloads: readonly string[]
  readonly receiver: Expr | undefined
}

interface Looked {
  readonly overload: string
  readonly size: SizeRange | undefined
}

function widest(a: SizeRange | undefined, b: SizeRange | undefined): SizeRange | undefined {
  return a === undefined || b === undefined ? (a ?? b) : union(a, b)
}

class Estimator {
  private readonly references: Checked['references']
  private readonly book: SizeBook

  constructor({ references, types }: Checked, root: Sizes) {
    this.references = references
    this.book = new SizeBook(types, root)
  }

  cost(expr: Expr): number {
    switch (expr.kind) {
      case 'literal':
      case 'unspecified':
        return 0
      case 'ident':
        return this.ident(expr, expr.name)
      case 'select':
        return this.select(expr)
      case 'call':
        return this.call(expr)
      case 'list':
        return this.list(expr)
      case 'map':
        return this.map(expr)
      case 'struct':
        return sum(messageCost, ...expr.fields.map(({ value }) => this.cost(value)))
      case 'comprehension':
        return isBinding(expr) ? this.binding(expr) : this.comprehension(expr)
      default:
        return assertNever(expr)
    }
  }

  private ident(expr: Expr, name: string): number {
    this.book.setName(expr, name)
    return 1
  }

  private select(expr: Select): number {
    const meant = this.references.get(expr)
    if (meant !== undefined && meant.kind !== 'function') return this.ident(expr, meant.name)
    const { operand, field, testOnly } = expr
    const cost = this.cost(operand)
    if (testOnly) return cost
    this.book.setPath(expr, this.book.pathOf(operand).with(field))
    const { kind } = this.book.typeOf(operand)
    return kind === 'map' || kind === 'struct' || kind === 'param' ? sum(cost, 1) : cost
  }

  private list(expr: ListExpr): number {
    let value = startOf(expr.elements)
    const costs = expr.elements.map(each => {
      const cost = this.cost(each)
      value = union(value, this.book.sizeOrUnknown(each))
      return cost
    })
    this.book.setEntries(expr, { container: 'list', key: exactly(1), value })
    return sum(listCost, ...costs)
  }

  private map(expr: MapExpr): number {
    let key = startOf(expr.entries)
    let value = key
    const costs = expr.entries.map(entry => {
      const cost = sum(this.cost(entry.key), this.cost(entry.value))
      key = union(key, this.book.sizeOrUnknown(entry.key))
      value = union(value, this.book.sizeOrUnknown(entry.value))
      return cost
    })
    this.book.setEntries(expr, { container: 'map', key, value })
    return sum(mapCost, ...costs)
  }

  private binding(expr: Comprehension): number {
    const { range, accuInit, accuVar, result } = expr
    const before = sum(this.cost(range), this.cost(accuInit))
    const after = this.book.within(accuVar, this.book.bound(accuInit), () => this.cost(result))
    this.copySizes(expr, result)
    return sum(before, after)
  }

  private comprehension(expr: Comprehension): number {
    const { range, accuVar, accuInit, step, result } = expr
    const before = sum(this.cost(range), this.cost(accuInit))
    const [turn, after] = this.book.within(accuVar, this.book.bound(accuInit), () => [
      this.turn(expr),
      this.cost(result),
    ])
    const count = this.book.sizeOrUnknown(range)
    if (accuInit.kind === 'literal') this.book.setSize(expr, this.book.sizeOf(accuInit))
    if (accuInit.kind === 'list' || accuInit.kind === 'map') {
      this.book.setSize(expr, count)
      this.book.setEntries(expr, this.book.entriesOf(step))
    }
    return sum(before, after, product(count.max, turn))
  }

  /** The cost of one turn of a loop. */
  private turn({ range, iterVar, iterVar2, condition, step }: Comprehension): number {
    const { book } = this
    const turn = (): number => sum(this.cost(condition), this.cost(step))
    if (iterVar2 === '') return book.within(iterVar, book.iterated(range, 'single'), turn)
    return book.within(iterVar, book.iterated(range, 'key'), () =>
      book.within(iterVar2, book.iterated(range, 'value'), turn),
    )
  }

  private copySizes(to: Expr, from: Expr): void {
    this.book.setSize(to, this.book.sizeOf(from))
    this.book.setEntries(to, this.book.entriesOf(from))
  }

  private call(expr: Call): number {
    const { book } = this
    const { args } = expr
    if (expr.function === 'dyn') return this.dynamic(expr, args[0] as Expr)
    const argumentCosts: number[] = []
    const nodes = args.map(arg => {
      argumentCosts.push(this.cost(arg))
      return book.node(arg)
    })
    const { name, overloads, receiver } = this.meant(expr)
    if (overloads.length === 0) return 0
    const before = receiver === undefined ? 0 : this.cost(receiver)
    const target = receiver && book.node(receiver)
    let size: SizeRange | undefined
    const costs = overloads.map(overload => {
      const found = callEstimate(name, { overload, target, args: nodes, book })
      size = this.sizeAfter(expr, { overload, size: widest(size, found.size) })
      return sum(found.cost, argumentCost(overload, argumentCosts))
    })
    book.setSize(expr, size)
    return sum(before, Math.max(...costs))
  }

  /** The size of a result, once an overload was looked at; the path and entries are noted. */
  private sizeAfter(expr: Call, { overload, size }: Looked): SizeRange | undefined {
    const { book } = this
    const [first, second, third] = expr.args as readonly [Expr, Expr, Expr]
    switch (overload) {
      case 'index_list':
      case 'index_map': {
        const value = book.entriesOf(first)?.value
        const step = overload === 'index_list' ? '@items' : '@values'
        book.setPath(expr, book.pathOf(first).with(step))
        return value ?? book.sizeOf(expr)
      }
      case 'conditional':
        book.setEntries(expr, joined(book.entriesOf(second), book.entriesOf(third)))
        break
      case 'add_string':
      case 'add_bytes':
      case 'add_list':
        book.setEntries(expr, joined(book.entriesOf(first), book.entriesOf(second)))
        break
      default:
    }
    return size ?? book.sizeOf(expr)
  }

  private dynamic(expr: Call, arg: Expr): number {
    const cost = this.cost(arg)
    this.copySizes(expr, arg)
    return sum(1, cost)
  }

  /** What the checker found a call to mean. */
  private meant(expr: Call): Meant {
    const { target } = expr
    const reference = this.references.get(expr)
    if (reference?.kind !== 'function') {
      const isSelect = expr.function === operators.optSelect
      return { name: expr.function, overloads: isSelect ? selectOptional : [], receiver: target }
    }
    const { decl, overloads, namespaced } = reference
    return { name: decl.name, overloads, receiver: namespaced ? undefined : target }
  }
}
