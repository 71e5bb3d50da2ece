// The tree of a template. Port of jinja 3.1.6 src/jinja2/nodes.py: the nodes that Ansible uses.

import type { Value } from '../../values.ts'

/** `at` is the offset in the text of the template. */
interface Node {
  readonly at: number
}

export interface Argument {
  readonly name?: string
  readonly value: Expression
  /** `*list` or `**mapping`. */
  readonly spread?: 'list' | 'mapping'
}

export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**'

export type Expression =
  | (Node & { readonly type: 'const'; readonly value: Value })
  | (Node & { readonly type: 'name'; readonly name: string })
  | (Node & { readonly type: 'list' | 'tuple'; readonly items: readonly Expression[] })
  | (Node & {
      readonly type: 'dict'
      readonly pairs: readonly (readonly [Expression, Expression])[]
    })
  | (Node & { readonly type: 'attribute'; readonly object: Expression; readonly name: string })
  | (Node & { readonly type: 'item'; readonly object: Expression; readonly key: Expression })
  | (Node & {
      readonly type: 'slice'
      readonly object: Expression
      readonly bounds: readonly (Expression | undefined)[]
    })
  | (Node & {
      readonly type: 'call'
      readonly callee: Expression
      readonly args: readonly Argument[]
    })
  | (Node & {
      readonly type: 'filter' | 'test'
      readonly name: string
      readonly input: Expression
      readonly args: readonly Argument[]
    })
  | (Node & {
      readonly type: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    })
  | (Node & { readonly type: 'concat'; readonly parts: readonly Expression[] })
  | (Node & {
      readonly type: 'compare'
      readonly first: Expression
      readonly rest: readonly { readonly operator: CompareOperator; readonly value: Expression }[]
    })
  | (Node & { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression })
  | (Node & { readonly type: 'not' | 'minus' | 'plus'; readonly value: Expression })
  | (Node & {
      readonly type: 'if'
      readonly condition: Expression
      readonly then: Expression
      readonly otherwise: Expression | undefined
    })

/** What `set` and `for` assign to. */
export type Target =
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'tuple'; readonly items: readonly Target[] }
  | { readonly type: 'attribute'; readonly object: string; readonly name: string }

export interface Parameter {
  readonly name: string
  readonly fallback?: Expression
}

/** The `{% … %}` of a filter block and of a block set. */
export interface FilterStep {
  readonly name: string
  readonly args: readonly Argument[]
  readonly at: number
}

export type Statement =
  | (Node & { readonly type: 'text'; readonly text: string })
  | (Node & { readonly type: 'output'; readonly value: Expression })
  | (Node & {
      readonly type: 'for'
      readonly target: Target
      readonly over: Expression
      readonly condition: Expression | undefined
      readonly body: readonly Statement[]
      readonly otherwise: readonly Statement[]
      readonly isRecursive: boolean
    })
  | (Node & {
      readonly type: 'branch'
      readonly arms: readonly {
        readonly condition: Expression
        readonly body: readonly Statement[]
      }[]
      readonly otherwise: readonly Statement[]
    })
  | (Node & { readonly type: 'set'; readonly target: Target; readonly value: Expression })
  | (Node & {
      readonly type: 'block-set'
      readonly target: Target
      readonly filters: readonly FilterStep[]
      readonly body: readonly Statement[]
    })
  | (Node & {
      readonly type: 'macro'
      readonly name: string
      readonly parameters: readonly Parameter[]
      readonly body: readonly Statement[]
    })
  | (Node & {
      readonly type: 'filter-block'
      readonly filters: readonly FilterStep[]
      readonly body: readonly Statement[]
    })
  | (Node & {
      readonly type: 'with'
      readonly values: readonly { readonly target: Target; readonly value: Expression }[]
      readonly body: readonly Statement[]
    })
  | (Node & {
      readonly type: 'call-block'
      readonly call: Expression
      readonly parameters: readonly Parameter[]
      readonly body: readonly Statement[]
    })
  /** Statements that need other files or extensions: include, import, extends, block. */
  | (Node & { readonly type: 'unsupported'; readonly tag: string })
