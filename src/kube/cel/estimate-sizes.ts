// How large the parts of an expression can be: what an estimate of its cost knows on its way.
// Port of cel-go v0.26.0 checker/cost.go (computeSize, computeEntrySize) and
// k8s.io/apiextensions-apiserver v0.36.3 pkg/apiserver/schema/cel/compilation.go (sizeEstimator).

import { accumulator, type Expr } from './ast.ts'
import type { Checked } from './checker.ts'
import { Path } from './estimate-path.ts'
import type { Sizes } from './schema-sizes.ts'
import { exactly, type SizeRange, union, unknownSize } from './size-range.ts'
import { type Type, types } from './types.ts'
import { sizeOf } from './values.ts'

/** The sizes of what a list or map holds. */
export interface Entries {
  readonly container: 'list' | 'map'
  readonly key: SizeRange
  readonly value: SizeRange
}

export function joined(a: Entries | undefined, b: Entries | undefined): Entries | undefined {
  if (a === undefined || b === undefined) return undefined
  return { container: a.container, key: union(a.key, b.key), value: union(a.value, b.value) }
}

/** What a variable inside of the expression stands for. */
export interface Local {
  readonly path: Path
  readonly size: SizeRange | undefined
  readonly entries: Entries | undefined
}

/** A part of an expression as estimates of calls see it. */
export interface SizedNode {
  readonly expr?: Expr
  readonly type: Type
  readonly size: SizeRange | undefined
  readonly path: Path
}

const constant = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint'])

function isConstant(type: Type): boolean {
  if (type.name === 'optional_type') return isConstant(type.params[0] as Type)
  return constant.has(type.kind)
}

/** The size that the tree itself tells. */
function writtenSize(expr: Expr): SizeRange | undefined {
  switch (expr.kind) {
    case 'literal':
      return exactly(sizeOf(expr.value) ?? 1)
    case 'list':
      return exactly(expr.elements.length)
    case 'map':
      return exactly(expr.entries.length)
    default:
      return undefined
  }
}

export class SizeBook {
  private readonly types: Checked['types']
  private readonly root: Sizes
  private readonly paths = new Map<Expr, Path>()
  private readonly sizes = new Map<Expr, SizeRange>()
  private readonly entries = new Map<Expr, Entries>()
  private readonly locals = new Map<string, readonly Local[]>()

  constructor(known: Checked['types'], root: Sizes) {
    this.types = known
    this.root = root
  }

  typeOf(expr: Expr): Type {
    return this.types.get(expr) ?? types.dyn
  }

  private local(name: string): Local | undefined {
    return this.locals.get(name)?.at(-1)
  }

  /** Looks at a part in which a name stands for something. */
  within<T>(name: string, local: Local, look: () => T): T {
    const outer = this.locals.get(name) ?? []
    this.locals.set(name, [...outer, local])
    const found = look()
    this.locals.set(name, outer)
    return found
  }

  pathOf(expr: Expr): Path {
    const local = expr.kind === 'ident' ? this.local(expr.name) : undefined
    return local?.path ?? this.paths.get(expr) ?? Path.empty
  }

  setPath(expr: Expr, path: Path): void {
    this.paths.set(expr, path)
  }

  /** The path of a name. */
  setName(expr: Expr, name: string): void {
    this.paths.set(expr, this.local(name)?.path ?? Path.empty.with(name))
  }

  sizeOf(expr: Expr): SizeRange | undefined {
    const known = this.sizes.get(expr) ?? writtenSize(expr)
    if (known !== undefined) return known
    const limit = this.limitAt(this.pathOf(expr))
    if (limit !== undefined) this.sizes.set(expr, limit)
    if (limit !== undefined) return limit
    if (isConstant(this.typeOf(expr))) return exactly(1)
    return expr.kind === 'ident' ? this.local(expr.name)?.size : undefined
  }

  sizeOrUnknown(expr: Expr): SizeRange {
    return this.sizeOf(expr) ?? unknownSize
  }

  setSize(expr: Expr, size: SizeRange | undefined): void {
    if (size !== undefined) this.sizes.set(expr, size)
  }

  entriesOf(expr: Expr): Entries | undefined {
    const known = this.entries.get(expr)
    if (known !== undefined || expr.kind !== 'ident') return known
    return this.local(expr.name)?.entries
  }

  setEntries(expr: Expr, entries: Entries | undefined): void {
    if (entries !== undefined) this.entries.set(expr, entries)
  }

  /** What a name stands for that is bound to an expression. */
  bound(expr: Expr): Local {
    const entries = this.entriesOf(expr)
    return { path: this.pathOf(expr), size: this.sizeOf(expr), entries }
  }

  /** What a variable of a loop stands for; of a single one the kind of its range decides. */
  iterated(range: Expr, which: 'single' | 'key' | 'value'): Local {
    const entries = this.entriesOf(range)
    const isList = (entries?.container ?? this.typeOf(range).kind) === 'list'
    const isKey = which === 'key' || (which === 'single' && !isList)
    const [keys, values] = isList ? ['@indices', '@items'] : ['@keys', '@values']
    const path = this.pathOf(range).with(isKey ? keys : values)
    return { path, size: isKey ? entries?.key : entries?.value, entries: undefined }
  }

  /** An argument as estimates of calls see it. */
  node(expr: Expr): SizedNode {
    const path = this.pathOf(expr)
    const [start] = path.steps()
    const shown = start === accumulator ? Path.empty : path
    return { expr, type: this.typeOf(expr), size: this.sizeOf(expr), path: shown }
  }

  /** The element of a list, or of what else has a type as parameter. */
  element({ path, type }: SizedNode): SizedNode | undefined {
    const [element] = type.params
    if (element === undefined) return undefined
    const below = path === Path.empty ? path : path.copiedWith('@items')
    return { type: element, path: below, size: this.limitAt(below) }
  }

  /** The limit of what is at a path; its first step is a variable, and all of them are alike. */
  private limitAt(path: Path): SizeRange | undefined {
    const steps = path.steps()
    if (steps.length === 0) return undefined
    let sizes: Sizes | undefined = this.root
    for (const step of steps.slice(1)) {
      if (step === '@items' || step === '@values') sizes = sizes.elements
      else sizes = step === '@keys' ? sizes.keys : sizes.fields?.get(step)
      if (sizes === undefined) return undefined
    }
    return { min: 0, max: sizes.elementsMax }
  }
}
