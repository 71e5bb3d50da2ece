// Macros: calls that the parser turns into comprehensions and presence tests.
// Port of cel-go v0.26.0 parser/macro.go, cel/library.go (optionals), ext/lists.go (sortBy) and
// ext/{comprehensions,bindings}.go: expansions.

import { accumulator, type Expr, operators } from './ast.ts'

/** Builds the nodes of an expansion; all of them stand where the macro was called. */
export class MacroScope {
  readonly at: number

  constructor(at: number) {
    this.at = at
  }

  literal(value: boolean | number): Expr {
    return { kind: 'literal', at: this.at, value }
  }

  ident(name: string): Expr {
    return { kind: 'ident', at: this.at, name }
  }

  accu(): Expr {
    return this.ident(accumulator)
  }

  call(name: string, ...args: Expr[]): Expr {
    return { kind: 'call', at: this.at, function: name, target: undefined, args }
  }

  member(name: string, target: Expr, ...args: Expr[]): Expr {
    return { kind: 'call', at: this.at, function: name, target, args }
  }

  list(...elements: Expr[]): Expr {
    return { kind: 'list', at: this.at, elements, optionals: [] }
  }

  map(): Expr {
    return { kind: 'map', at: this.at, entries: [] }
  }

  fold(parts: Fold): Expr {
    const { iterVar2 = '', accuVar = accumulator, ...rest } = parts
    return { kind: 'comprehension', at: this.at, iterVar2, accuVar, ...rest }
  }
}

interface Fold {
  readonly range: Expr
  readonly iterVar: string
  readonly iterVar2?: string
  readonly accuVar?: string
  readonly accuInit: Expr
  readonly condition: Expr
  readonly step: Expr
  readonly result: Expr
}

/** An expansion, a complaint about an argument, or undefined: an ordinary call. */
export type Expansion = Expr | { readonly error: string; readonly at: number } | undefined

type Macro = (scope: MacroScope, target: Expr, args: readonly Expr[]) => Expansion

interface Variables {
  readonly iterVar: string
  readonly iterVar2?: string
}

interface Refusal {
  readonly error: string
  readonly at: number
}

function isRefusal(value: Variables | Refusal): value is Refusal {
  return 'error' in value
}

const overwrites = 'iteration variable overwrites accumulator variable'

function isAccumulator(name: string): boolean {
  return name === accumulator || name === '__result__'
}

/** The variable of a one-variable macro. */
function oneVariable(arg: Expr, complaint: string): Variables | Refusal {
  if (arg.kind !== 'ident') return { error: complaint, at: arg.at }
  if (isAccumulator(arg.name)) return { error: overwrites, at: arg.at }
  return { iterVar: arg.name }
}

/** The variables of a two-variable macro: key or index, then value. */
function twoVariables(first: Expr, second: Expr): Variables | Refusal {
  for (const each of [first, second]) {
    if (each.kind !== 'ident') return { error: 'argument must be a simple name', at: each.at }
  }
  if (first.kind !== 'ident' || second.kind !== 'ident') return { error: overwrites, at: first.at }
  if (first.name === second.name) {
    return { error: `duplicate variable name: ${first.name}`, at: second.at }
  }
  for (const { name, at } of [first, second]) {
    if (isAccumulator(name)) return { error: overwrites, at }
  }
  return { iterVar: first.name, iterVar2: second.name }
}

type Shape = (scope: MacroScope, test: Expr) => Omit<Fold, 'range' | 'iterVar' | 'iterVar2'>

const all: Shape = (scope, test) => ({
  accuInit: scope.literal(true),
  condition: scope.call(operators.notStrictlyFalse, scope.accu()),
  step: scope.call(operators.and, scope.accu(), test),
  result: scope.accu(),
})

const exists: Shape = (scope, test) => ({
  accuInit: scope.literal(false),
  condition: scope.call(operators.notStrictlyFalse, scope.call(operators.not, scope.accu())),
  step: scope.call(operators.or, scope.accu(), test),
  result: scope.accu(),
})

const existsOne: Shape = (scope, test) => ({
  accuInit: scope.literal(0),
  condition: scope.literal(true),
  step: scope.call(
    operators.conditional,
    test,
    scope.call(operators.add, scope.accu(), scope.literal(1)),
    scope.accu(),
  ),
  result: scope.call(operators.equals, scope.accu(), scope.literal(1)),
})

function quantifier(shape: Shape): Macro {
  return (scope, range, args) => {
    const variables = oneVariable(args[0] as Expr, 'argument must be a simple name')
    if (isRefusal(variables)) return variables
    return scope.fold({ range, ...variables, ...shape(scope, args[1] as Expr) })
  }
}

function quantifierOfTwo(shape: Shape): Macro {
  return (scope, range, args) => {
    const variables = twoVariables(args[0] as Expr, args[1] as Expr)
    if (isRefusal(variables)) return variables
    return scope.fold({ range, ...variables, ...shape(scope, args[2] as Expr) })
  }
}

interface Gathering {
  readonly accuInit: Expr
  readonly step: Expr
  readonly filter: Expr | undefined
}

/** A comprehension that gathers members, of those only that pass the filter. */
function gather(scope: MacroScope, { accuInit, step, filter }: Gathering) {
  return {
    accuInit,
    condition: scope.literal(true),
    step:
      filter === undefined ? step : scope.call(operators.conditional, filter, step, scope.accu()),
    result: scope.accu(),
  }
}

function appended(scope: MacroScope, element: Expr): Expr {
  return scope.call(operators.add, scope.accu(), scope.list(element))
}

/** `range.map(x, f)` and `range.map(x, filter, f)`. */
const map: Macro = (scope, range, args) => {
  const variables = oneVariable(args[0] as Expr, 'argument is not an identifier')
  if (isRefusal(variables)) return variables
  const step = appended(scope, args.at(-1) as Expr)
  const filter = args.length === 3 ? args[1] : undefined
  const gathering = gather(scope, { accuInit: scope.list(), step, filter })
  return scope.fold({ range, ...variables, ...gathering })
}

const filter: Macro = (scope, range, args) => {
  const [variable, test] = args as [Expr, Expr]
  const variables = oneVariable(variable, 'argument is not an identifier')
  if (isRefusal(variables)) return variables
  const step = appended(scope, variable)
  const gathering = gather(scope, { accuInit: scope.list(), step, filter: test })
  return scope.fold({ range, ...variables, ...gathering })
}

const mapInsert = 'cel.@mapInsert'

type Step = (scope: MacroScope, transform: Expr, iterVar: string) => Expr

function transform(init: 'list' | 'map', stepOf: Step): Macro {
  return (scope, range, args) => {
    const variables = twoVariables(args[0] as Expr, args[1] as Expr)
    if (isRefusal(variables)) return variables
    const step = stepOf(scope, args.at(-1) as Expr, variables.iterVar)
    const accuInit = init === 'list' ? scope.list() : scope.map()
    const test = args.length === 4 ? args[2] : undefined
    return scope.fold({ range, ...variables, ...gather(scope, { accuInit, step, filter: test }) })
  }
}

const transformList = transform('list', appended)
const transformMap = transform('map', (scope, value, iterVar) =>
  scope.call(mapInsert, scope.accu(), scope.ident(iterVar), value),
)
const transformMapEntry = transform('map', (scope, entry) =>
  scope.call(mapInsert, scope.accu(), entry),
)

/** `variable` stands for `value` in `body`: a comprehension that never takes a step. */
function bound(scope: MacroScope, variable: string, { value, body }: { value: Expr; body: Expr }) {
  return scope.fold({
    range: scope.list(),
    iterVar: '#unused',
    accuVar: variable,
    accuInit: value,
    condition: scope.literal(false),
    step: scope.ident(variable),
    result: body,
  })
}

function optionalMap(name: string, wrap: (scope: MacroScope, body: Expr) => Expr): Macro {
  return (scope, target, args) => {
    const [variable, body] = args as [Expr, Expr]
    if (variable.kind !== 'ident') {
      return { error: `${name}() variable name must be a simple identifier`, at: variable.at }
    }
    const value = scope.member('value', copied(target))
    return scope.call(
      operators.conditional,
      scope.member('hasValue', target),
      wrap(scope, bound(scope, variable.name, { value, body })),
      scope.call('optional.none'),
    )
  }
}

/** The same expression as nodes of their own, for the checker annotates nodes. */
function copied(expr: Expr): Expr {
  switch (expr.kind) {
    case 'select':
      return { ...expr, operand: copied(expr.operand) }
    case 'call': {
      const target = expr.target === undefined ? undefined : copied(expr.target)
      return { ...expr, target, args: expr.args.map(copied) }
    }
    case 'list':
      return { ...expr, elements: expr.elements.map(copied) }
    case 'map':
      return {
        ...expr,
        entries: expr.entries.map(entry => ({
          ...entry,
          key: copied(entry.key),
          value: copied(entry.value),
        })),
      }
    case 'struct':
      return {
        ...expr,
        fields: expr.fields.map(field => ({ ...field, value: copied(field.value) })),
      }
    case 'comprehension':
      return {
        ...expr,
        range: copied(expr.range),
        accuInit: copied(expr.accuInit),
        condition: copied(expr.condition),
        step: copied(expr.step),
        result: copied(expr.result),
      }
    default:
      return { ...expr }
  }
}

const sortBy: Macro = (scope, target, args) => {
  if (!['list', 'select', 'ident', 'comprehension', 'call'].includes(target.kind)) {
    const error =
      'sortBy can only be applied to a list, identifier, comprehension, call or select expression'
    return { error, at: target.at }
  }
  const input = '@__sortBy_input__'
  const keys = map(scope, scope.ident(input), args)
  if (keys === undefined || 'error' in keys) return keys
  const body = scope.member('@sortByAssociatedKeys', scope.ident(input), keys)
  return bound(scope, input, { value: target, body })
}

/** Receiver macros by name and number of arguments. */
const receiverMacros: ReadonlyMap<string, Macro> = new Map([
  ['all 2', quantifier(all)],
  ['exists 2', quantifier(exists)],
  ['exists_one 2', quantifier(existsOne)],
  ['map 2', map],
  ['map 3', map],
  ['filter 2', filter],
  ['all 3', quantifierOfTwo(all)],
  ['exists 3', quantifierOfTwo(exists)],
  ['existsOne 3', quantifierOfTwo(existsOne)],
  ['exists_one 3', quantifierOfTwo(existsOne)],
  ['transformList 3', transformList],
  ['transformList 4', transformList],
  ['transformMap 3', transformMap],
  ['transformMap 4', transformMap],
  ['transformMapEntry 3', transformMapEntry],
  ['transformMapEntry 4', transformMapEntry],
  ['optMap 2', optionalMap('optMap', (scope, body) => scope.call('optional.of', body))],
  ['optFlatMap 2', optionalMap('optFlatMap', (_scope, body) => body)],
  ['sortBy 2', sortBy],
])

/** `cel.bind(x, value, body)`: a fold over nothing whose accumulator is the variable. */
function bind(scope: MacroScope, args: readonly Expr[]): Expansion {
  const [variable, value, body] = args as [Expr, Expr, Expr]
  if (variable.kind !== 'ident') {
    return { error: 'cel.bind() variable names must be simple identifiers', at: variable.at }
  }
  return scope.fold({
    range: scope.list(),
    iterVar: '#unused',
    accuVar: variable.name,
    accuInit: value,
    condition: scope.literal(false),
    step: scope.ident(variable.name),
    result: body,
  })
}

function isBind({ function: name, target, args }: MacroCall): boolean {
  const isOfCel = target?.kind === 'ident' && target.name === 'cel'
  return isOfCel && name === 'bind' && args.length === 3
}

export interface MacroCall {
  readonly function: string
  readonly target: Expr | undefined
  readonly args: readonly Expr[]
  readonly at: number
}

/** What a call means when it is a macro; `cel.bind` is one in few environments only. */
export function expandMacro(call: MacroCall, hasBindings: boolean): Expansion {
  const { function: name, target, args, at } = call
  if (hasBindings && isBind(call)) return bind(new MacroScope(at), args)
  if (target !== undefined) {
    const macro = receiverMacros.get(`${name} ${args.length}`)
    return macro?.(new MacroScope(at), target, args)
  }
  if (name !== 'has' || args.length !== 1) return undefined
  const [arg] = args as [Expr]
  if (arg.kind !== 'select') return { error: 'invalid argument to has() macro', at: arg.at }
  return { kind: 'select', at, operand: arg.operand, field: arg.field, testOnly: true }
}
