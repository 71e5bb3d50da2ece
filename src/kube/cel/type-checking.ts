// What type checking finds in a policy: status.typeChecking.expressionWarnings.
// Port of k8s.io/apiserver v0.36.3 pkg/admission/plugin/policy/validating/typechecking.go: texts.

import { compareStrings } from '../../base/compare.ts'
import type {
  ExpressionWarning,
  NamedRuleWithOperations,
  ValidatingAdmissionPolicySpec,
} from '../generated/types.ts'
import { kinds } from '../kinds.ts'
import { builtInSchema } from './built-in-types.ts'
import { PolicyCompiler } from './policy-program.ts'
import { type DeclaredType, declaredType, type TypedSchema } from './schema-types.ts'

/** A kind that a policy is for. */
export interface CheckedKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** Kinds and schemas of custom resources. */
export interface CustomKinds {
  readonly kindOf: (group: string, version: string, plural: string) => string | undefined
  readonly schemaOf: (kind: CheckedKind) => TypedSchema | undefined
}

/** No more kinds are looked at. */
const kindsMax = 10

function hasWildcard(names: readonly string[]): boolean {
  return names.some(name => name.includes('*'))
}

function kindsOfRule(rule: NamedRuleWithOperations, custom: CustomKinds): CheckedKind[] {
  const { apiGroups = [], apiVersions = [], resources = [] } = rule
  if (hasWildcard(apiGroups) || hasWildcard(apiVersions)) return []
  const plain = resources.filter(each => !/[*/]/.test(each))
  return apiGroups.flatMap(group =>
    apiVersions.flatMap(version =>
      plain.flatMap(plural => {
        const kind = builtInKind(group, version, plural) ?? custom.kindOf(group, version, plural)
        return kind === undefined ? [] : [{ group, version, kind }]
      }),
    ),
  )
}

function builtInKind(group: string, version: string, plural: string): string | undefined {
  const all = [...kinds.values()]
  const found = all.find(each => each.group === group && each.plural === plural)
  return found?.versions.includes(version) === true ? found.kind : undefined
}

function checkedKinds(
  { matchConstraints }: ValidatingAdmissionPolicySpec,
  custom: CustomKinds,
): readonly CheckedKind[] {
  const rules = matchConstraints?.resourceRules ?? []
  const found = new Map<string, CheckedKind>()
  for (const each of rules.flatMap(rule => kindsOfRule(rule, custom).slice(0, kindsMax))) {
    found.set(textOf(each), each)
  }
  return [...found.values()].sort(
    (a, b) =>
      compareStrings(a.group, b.group) ||
      compareStrings(a.version, b.version) ||
      compareStrings(a.kind, b.kind),
  )
}

/** As Go prints a GroupVersionKind. */
function textOf({ group, version, kind }: CheckedKind): string {
  return `${group}/${version}, Kind=${kind}`
}

function typeOf(checked: CheckedKind, custom: CustomKinds): DeclaredType | undefined {
  const { group, version, kind } = checked
  const apiVersion = group === '' ? version : `${group}/${version}`
  const builtIn = builtInSchema(apiVersion, kind)
  const schema = builtIn ?? custom.schemaOf(checked)
  if (schema === undefined) return undefined
  return declaredType(schema, `${textOf(checked)}.`, builtIn === undefined)
}

interface Checked {
  readonly kind: CheckedKind
  readonly compiler: PolicyCompiler
}

function compilers(spec: ValidatingAdmissionPolicySpec, custom: CustomKinds): readonly Checked[] {
  const { paramKind, variables = [] } = spec
  const params = paramKind && paramType(paramKind, custom)
  return checkedKinds(spec, custom).flatMap(kind => {
    const object = typeOf(kind, custom)
    if (object === undefined) return []
    const options = { hasParams: paramKind !== undefined, object, params }
    const compiler = new PolicyCompiler(options)
    for (const { name, expression } of variables) compiler.addVariable(name, expression)
    return [{ kind, compiler }]
  })
}

function paramType(
  { apiVersion = '', kind = '' }: NonNullable<ValidatingAdmissionPolicySpec['paramKind']>,
  custom: CustomKinds,
): DeclaredType | undefined {
  const slash = apiVersion.indexOf('/')
  const group = slash < 0 ? '' : apiVersion.slice(0, slash)
  return typeOf({ group, version: apiVersion.slice(slash + 1), kind }, custom)
}

/** The warnings of a policy, by the field that they are about. */
export function expressionWarnings(
  spec: ValidatingAdmissionPolicySpec,
  custom: CustomKinds,
): readonly ExpressionWarning[] {
  const all = compilers(spec, custom)
  const warningsOf = (fieldRef: string, text: string): ExpressionWarning[] => {
    const found = all.flatMap(({ kind, compiler }) => {
      const compiled = compiler.compile(text, 'variable')
      if (compiled.ok) return []
      return [`${textOf(kind)}: ${compiled.error.replace(/^compilation failed: /, '')}\n`]
    })
    return found.length === 0 ? [] : [{ fieldRef, warning: found.join('\n') }]
  }
  return (spec.validations ?? []).flatMap(({ expression, messageExpression = '' }, index) => {
    const path = `spec.validations[${index}]`
    const own = warningsOf(`${path}.expression`, expression)
    if (messageExpression === '') return own
    return [...own, ...warningsOf(`${path}.messageExpression`, messageExpression)]
  })
}
