// The rules of a schema, compiled. Upstream: k8s.io/apiextensions-apiserver v0.36.3
// pkg/apiserver/schema/cel/{compilation,validation}.go.

import { type Compiled, compile, type Program } from './compile.ts'
import type { Environment } from './declarations.ts'
import { readFieldPath } from './field-path.ts'
import { ruleEnvironment, type TypedSchema } from './schema-types.ts'
import type { ValuedSchema } from './schema-values.ts'

export interface Rule {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

/** What is wrong with a rule; nothing where it can be run. */
export interface RuleCheck {
  readonly error?: string
  readonly messageError?: string
  readonly usesOldSelf: boolean
  readonly program?: Program
  readonly message?: Program
}

function wrong(compiled: Compiled, type: string, mismatch: string): string | undefined {
  if (!compiled.ok) return compiled.error
  return compiled.program.outputType.name === type ? undefined : mismatch
}

function checked(rule: Rule, environment: Environment): RuleCheck {
  if (rule.rule.trim() === '') return { usesOldSelf: false }
  const compiled = compile(rule.rule, environment)
  const usesOldSelf = compiled.ok && compiled.program.variables.includes('oldSelf')
  const error = wrong(compiled, 'bool', 'cel expression must evaluate to a bool')
  if (error !== undefined || !compiled.ok) return { error: error ?? '', usesOldSelf }
  const { program } = compiled
  const text = rule.messageExpression ?? ''
  if (text === '') return { usesOldSelf, program }
  const message = compile(text, environment)
  const mismatch = 'messageExpression must evaluate to a string'
  const messageError = wrong(message, 'string', mismatch)
  if (message.ok && messageError === undefined) {
    return { usesOldSelf, program, message: message.program }
  }
  return {
    messageError: message.ok ? mismatch : `messageExpression ${message.error}`,
    usesOldSelf,
    program,
  }
}

/** Checks the rules of one schema; undefined where rules cannot look into it. */
export function compileRules(
  schema: TypedSchema,
  rules: readonly Rule[],
  isRoot: boolean,
): readonly RuleCheck[] | undefined {
  const plain = ruleEnvironment(schema, { isRoot, optionalOldSelf: false })
  if (plain === undefined) return undefined
  const optional = ruleEnvironment(schema, { isRoot, optionalOldSelf: true }) ?? plain
  return rules.map(rule => checked(rule, rule.optionalOldSelf === true ? optional : plain))
}

/** A schema with rules, or with schemas below that have some. */
export interface RuledSchema extends ValuedSchema {
  readonly properties?: Readonly<Record<string, RuledSchema>>
  readonly items?: RuledSchema
  readonly additionalProperties?: RuledSchema | boolean
  readonly 'x-kubernetes-map-type'?: string
  readonly 'x-kubernetes-validations'?: readonly Rule[]
}

export interface CompiledRule extends RuleCheck {
  readonly rule: Rule
  /** What the rule blames, below the schema it stands in; empty for the whole. */
  readonly blames: string
}

export interface RuleNode {
  readonly schema: RuledSchema
  readonly isResource: boolean
  /** Undefined where rules cannot look into the schema. */
  readonly rules: readonly CompiledRule[] | undefined
  readonly items?: RuleNode
  readonly values?: RuleNode
  readonly properties: ReadonlyMap<string, RuleNode>
}

const trees = new WeakMap<RuledSchema, { readonly node: RuleNode | undefined }>()

/** All rules of a schema, by default that of a resource; undefined where it has none. */
export function rulesOf(schema: RuledSchema, isResource = true): RuleNode | undefined {
  let tree = trees.get(schema)
  if (tree === undefined) {
    tree = { node: nodeOf(schema, isResource || isEmbedded(schema)) }
    trees.set(schema, tree)
  }
  return tree.node
}

function isEmbedded(schema: RuledSchema): boolean {
  return schema['x-kubernetes-embedded-resource'] === true
}

function nodeOf(schema: RuledSchema, isResource: boolean): RuleNode | undefined {
  const { items, additionalProperties: more, 'x-kubernetes-validations': own = [] } = schema
  const checks = own.length === 0 ? [] : compileRules(schema, own, isResource)
  const below = items && nodeOf(items, isEmbedded(items))
  const values = typeof more === 'object' ? nodeOf(more, isEmbedded(more)) : undefined
  const properties = new Map<string, RuleNode>()
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    const node = nodeOf(each, isEmbedded(each))
    if (node !== undefined) properties.set(name, node)
  }
  if (own.length === 0 && !below && !values && properties.size === 0) return undefined
  return {
    schema,
    isResource,
    rules: checks?.map((check, index) => {
      const rule = own[index] as Rule
      const blames = readFieldPath(rule.fieldPath ?? '', schema) ?? ''
      return { ...check, rule, blames }
    }),
    ...(below && { items: below }),
    ...(values && { values }),
    properties,
  }
}
