// What type checking finds in a policy: status.typeChecking.expressionWarnings.
// Port of k8s.io/apiserver v0.36.3 pkg/admission/plugin/policy/validating/typechecking.go: texts.

import { compareStrings } from '../../base/compare.ts'
import type {
  CustomResourceDefinition,
  ExpressionWarning,
  NamedRuleWithOperations,
  ValidatingAdmissionPolicySpec,
} from '../generated/types.ts'
import { kinds } from '../kinds.ts'
import { builtInSchema } from './built-in-types.ts'
import { PolicyCompiler } from './policy-program.ts'
import { type DeclaredType, declaredType, type TypedSchema } from './schema-types.ts'

/** A kind that a policy is for. */
interface CheckedKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

type Definitions = readonly CustomResourceDefinition[]

/** No more kinds are looked at. */
const kindsMax = 10

function hasWildcard(names: readonly string[]): boolean {
  return names.some(name => name.includes('*'))
}

function kindsOfRule(rule: NamedRuleWithOperations, custom: Definitions): CheckedKind[] {
  const { apiGroups = [], apiVersions = [], resources = [] } = rule
  if (hasWildcard(apiGroups) || hasWildcard(apiVersions)) return []
  const plain = resources.filter(each => !/[*/]/.test(each))
  return apiGroups.flatMap(group =>
    apiVersions.flatMap(version =>
      plain.flatMap(plural => {
        const kind =
          builtInKind(group, version, plural) ?? customKind(custom, { group, version, plural })
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

interface Named {
  readonly group: string
  readonly version: string
  readonly plural: string
}

function customKind(custom: Definitions, { group, version, plural }: Named): string | undefined {
  const found = custom.find(
    ({ spec }) =>
      spec.group === group &&
      spec.names.plural === plural &&
      spec.versions.some(({ name }) => name === version),
  )
  return found?.spec.names.kind
}

function customSchema(
  custom: Definitions,
  { group, version, kind }: CheckedKind,
): TypedSchema | undefined {
  const found = custom.find(({ spec }) => spec.group === group && spec.names.kind === kind)
  const served = found?.spec.versions.find(({ name }) => name === version)
  return served?.schema?.openAPIV3Schema as TypedSchema | undefined
}

function checkedKinds(
  { matchConstraints }: ValidatingAdmissionPolicySpec,
  custom: Definitions,
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

function typeOf(checked: CheckedKind, custom: Definitions): DeclaredType | undefined {
  const { group, version, kind } = checked
  const apiVersion = group === '' ? version : `${group}/${version}`
  const builtIn = builtInSchema(apiVersion, kind)
  const schema = builtIn ?? customSchema(custom, checked)
  if (schema === undefined) return undefined
  return declaredType(schema, `${textOf(checked)}.`, builtIn === undefined)
}

interface Checked {
  readonly kind: CheckedKind
  readonly compiler: PolicyCompiler
}

function compilers(spec: ValidatingAdmissionPolicySpec, custom: Definitions): readonly Checked[] {
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
  custom: Definitions,
): DeclaredType | undefined {
  const slash = apiVersion.indexOf('/')
  const group = slash < 0 ? '' : apiVersion.slice(0, slash)
  return typeOf({ group, version: apiVersion.slice(slash + 1), kind }, custom)
}

/** The warnings of a policy, by the field that they are about; `custom` are all definitions. */
export function expressionWarnings(
  spec: ValidatingAdmissionPolicySpec,
  custom: Definitions,
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
