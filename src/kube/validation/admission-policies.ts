// Admission policies and their bindings, with the expressions they are written in.
// Upstream: pkg/apis/admissionregistration/validation/validation.go, v1.36.3.

import { type CelEngine, cel } from '../cel/provider.ts'
import { labelKeyErrors } from '../formats.ts'
import type {
  AuditAnnotation,
  MatchCondition,
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  Mutation,
  ParamKind,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  Validation,
  Variable,
} from '../generated/types.ts'
import { utf8Length } from '../go-text.ts'
import type { KubeObject } from '../object.ts'
import {
  checkChoice,
  checkKnown,
  checkLabelName,
  type Errors,
  refuse,
  subdomainName,
} from './checks.ts'
import {
  duplicate,
  internalError,
  invalid,
  notSupported,
  required,
  tooMany,
} from './field-error.ts'
import {
  checkBindingSpec,
  checkMatchResources,
  checkMutatingOperations,
  checkParamKind,
} from './match-resources.ts'
import { checkMeta } from './meta.ts'

type Compiler = InstanceType<CelEngine['PolicyCompiler']>
type Compiled = ReturnType<Compiler['compile']>

/** Appends why an expression is refused; `text` is the expression as it was compiled. */
function checkCompiled(errors: Errors, path: string, text: string, compiled: Compiled): void {
  if (compiled.ok) return
  const { error } = compiled
  const isInternal = error.startsWith('program instantiation failed')
  errors.push(isInternal ? internalError(path, error) : invalid(path, text, error))
}

const failurePolicies = ['Fail', 'Ignore']
const reinvocationPolicies = ['IfNeeded', 'Never']
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const patchTypes = ['ApplyConfiguration', 'JSONPatch']
const actions = ['Audit', 'Deny', 'Warn']
const conditionsMax = 64
const annotationsMax = 20
const annotationBytesMax = 5 * 1024

interface SharedSpec {
  readonly failurePolicy?: string
  readonly paramKind?: ParamKind
  readonly matchConstraints?: MatchResources
  readonly matchConditions?: readonly MatchCondition[]
}

function checkFailurePolicy(errors: Errors, policy: string | undefined): void {
  if (policy === undefined) errors.push(required('spec.failurePolicy', ''))
  else if (!failurePolicies.includes(policy)) {
    errors.push(notSupported('spec.failurePolicy', policy, failurePolicies))
  }
}

function checkHead(errors: Errors, spec: SharedSpec): void {
  const { paramKind, matchConstraints: match } = spec
  checkFailurePolicy(errors, spec.failurePolicy)
  if (paramKind !== undefined) checkParamKind(errors, 'spec.paramKind', paramKind)
  if (match === undefined) {
    errors.push(required('spec.matchConstraints', ''))
    return
  }
  checkMatchResources(errors, 'spec.matchConstraints', match)
  if ((match.resourceRules ?? []).length === 0) {
    errors.push(required('spec.matchConstraints.resourceRules', ''))
  }
}

/** Conditions are compiled without the variables of their policy. */
export function checkConditions(
  errors: Errors,
  at: string,
  { matchConditions = [], paramKind }: Pick<SharedSpec, 'matchConditions' | 'paramKind'>,
): void {
  if (matchConditions.length > conditionsMax) {
    errors.push(tooMany(at, matchConditions.length, conditionsMax))
  }
  const names = new Set<string>()
  matchConditions.forEach(({ name = '', expression = '' }, index) => {
    const path = `${at}[${index}]`
    const text = expression.trim()
    if (text === '') errors.push(required(`${path}.expression`, ''))
    else {
      const options = { hasParams: paramKind !== undefined, hasVariables: false }
      const compiled = new (cel().PolicyCompiler)(options).compile(text, 'condition')
      checkCompiled(errors, `${path}.expression`, text, compiled)
    }
    if (name === '') errors.push(required(`${path}.name`, ''))
    else checkLabelName(errors, `${path}.name`, name)
    if (name !== '' && names.has(name)) errors.push(duplicate(`${path}.name`, name))
    names.add(name)
  })
}

const reserved = [
  'true false null in as break const continue else for function if import let loop package',
  'namespace return var void while',
]
const reservedNames = new Set(reserved.flatMap(line => line.split(' ')))

function isIdentifier(name: string): boolean {
  return /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !reservedNames.has(name)
}

function checkVariables(
  errors: Errors,
  compiler: Compiler,
  variables: readonly Variable[] | undefined,
): void {
  variables?.forEach(({ name = '', expression = '' }, index) => {
    const path = `spec.variables[${index}]`
    if (name.trim() === '') errors.push(required(`${path}.name`, 'name is not specified'))
    else if (!isIdentifier(name)) {
      errors.push(invalid(`${path}.name`, name, 'must be a valid CEL identifier'))
    }
    if (expression.trim() === '') {
      errors.push(required(`${path}.expression`, 'expression is not specified'))
    } else {
      const compiled = compiler.addVariable(name, expression)
      checkCompiled(errors, `${path}.expression`, expression, compiled)
    }
  })
}

function checkValidation(
  errors: Errors,
  compiler: Compiler,
  { path, validation }: { path: string; validation: Validation },
): void {
  const { expression = '', messageExpression = '', message = '', reason } = validation
  const at = `${path}.messageExpression`
  if (expression.trim() === '') {
    errors.push(required(`${path}.expression`, 'expression is not specified'))
  } else {
    const compiled = compiler.compile(expression, 'condition')
    checkCompiled(errors, `${path}.expression`, expression, compiled)
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(invalid(at, messageExpression, 'must be non-empty if specified'))
  } else if (messageExpression !== '') {
    const compiled = compiler.compile(messageExpression, 'message')
    checkCompiled(errors, at, messageExpression, compiled)
  }
  if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, 'must be non-empty if specified'))
  } else if (/[\n\r]/.test(message.trim())) {
    errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'))
  }
  checkKnown(errors, `${path}.reason`, reason, reasons)
}

interface Annotations {
  readonly name: string
  readonly annotations: readonly AuditAnnotation[]
}

function checkAnnotations(
  errors: Errors,
  compiler: Compiler,
  { name, annotations }: Annotations,
): void {
  if (annotations.length > annotationsMax) {
    const detail = `must not have more than ${annotationsMax} auditAnnotations`
    errors.push(invalid('spec.auditAnnotations', annotations, detail))
  }
  const keys = new Set<string>()
  annotations.forEach(({ key = '', valueExpression = '' }, index) => {
    const path = `spec.auditAnnotations[${index}]`
    const at = `${path}.valueExpression`
    const full = `${name}/${key}`
    if (name === '') {
      errors.push(invalid(`${path}.key`, key, 'requires metadata.name be non-empty'))
    } else refuse(errors, `${path}.key`, full, labelKeyErrors(full))
    const text = valueExpression.trim()
    if (text === '') errors.push(required(at, 'valueExpression is not specified'))
    else if (utf8Length(text) > annotationBytesMax) {
      errors.push(required(at, `must not exceed ${annotationBytesMax} bytes in length`))
    } else checkCompiled(errors, at, valueExpression, compiler.compile(text, 'annotation'))
    if (keys.has(key)) errors.push(duplicate(`${path}.key`, key))
    keys.add(key)
  })
}

const nothingToDo = 'validations or auditAnnotations must contain at least one item'

export function checkValidatingPolicy(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, subdomainName)
  checkValidatingPolicySpec(errors, object)
}

export function checkValidatingPolicySpec(errors: Errors, object: KubeObject): void {
  const { metadata, spec = {} } = object as ValidatingAdmissionPolicy
  const { variables = [], validations = [], auditAnnotations = [], paramKind } = spec
  checkHead(errors, spec)
  checkConditions(errors, 'spec.matchConditions', spec)
  const options = { hasParams: paramKind !== undefined, hasVariables: variables.length > 0 }
  const compiler = new (cel().PolicyCompiler)(options)
  checkVariables(errors, compiler, variables)
  if (validations.length === 0 && auditAnnotations.length === 0) {
    errors.push(required('spec.validations', nothingToDo))
    errors.push(required('spec.auditAnnotations', nothingToDo))
    return
  }
  validations.forEach((validation, index) => {
    checkValidation(errors, compiler, { path: `spec.validations[${index}]`, validation })
  })
  const annotations = { name: metadata.name ?? '', annotations: auditAnnotations }
  checkAnnotations(errors, compiler, annotations)
}

interface Part {
  readonly name: 'applyConfiguration' | 'jsonPatch'
  readonly other: 'applyConfiguration' | 'jsonPatch'
  readonly purpose: 'apply' | 'jsonPatch'
}

const parts: Readonly<Record<string, Part>> = {
  ApplyConfiguration: { name: 'applyConfiguration', other: 'jsonPatch', purpose: 'apply' },
  JSONPatch: { name: 'jsonPatch', other: 'applyConfiguration', purpose: 'jsonPatch' },
}

function checkMutation(
  errors: Errors,
  compiler: Compiler,
  { path, mutation }: { path: string; mutation: Mutation },
): void {
  const { patchType = '' } = mutation
  const part = Object.hasOwn(parts, patchType) ? parts[patchType] : undefined
  if (patchType === '') errors.push(required(`${path}.patchType`, ''))
  else if (part === undefined) {
    errors.push(notSupported(`${path}.patchType`, patchType, patchTypes))
  }
  if (part === undefined) return
  const { name, other, purpose } = part
  const given = mutation[name]
  if (given === undefined) {
    errors.push(required(`${path}.${name}`, `must be specified when patchType is ${patchType}`))
  } else {
    const at = `${path}.${name}.expression`
    const text = given.expression?.trim() ?? ''
    if (text === '') errors.push(required(at, ''))
    else checkCompiled(errors, at, text, compiler.compile(text, purpose))
  }
  if (mutation[other] !== undefined) {
    const detail = `must not be specified when patchType is ${patchType}`
    errors.push(invalid(`${path}.${other}`, `{${other}}`, detail))
  }
}

export function checkMutatingPolicy(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, subdomainName)
  checkMutatingPolicySpec(errors, object)
}

export function checkMutatingPolicySpec(errors: Errors, object: KubeObject): void {
  const { spec = {} } = object as MutatingAdmissionPolicy
  const { mutations = [], reinvocationPolicy = '', paramKind } = spec
  checkHead(errors, spec)
  checkMutatingOperations(errors, 'spec.matchConstraints', spec.matchConstraints)
  checkConditions(errors, 'spec.matchConditions', spec)
  const compiler = new (cel().PolicyCompiler)({ hasParams: paramKind !== undefined })
  checkVariables(errors, compiler, spec.variables)
  if (mutations.length === 0) {
    errors.push(required('spec.mutations', 'mutations must contain at least one item'))
  }
  mutations.forEach((mutation, index) => {
    checkMutation(errors, compiler, { path: `spec.mutations[${index}]`, mutation })
  })
  const at = 'spec.reinvocationPolicy'
  checkChoice(errors, at, reinvocationPolicy, reinvocationPolicies)
}

export function checkValidatingBinding(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, subdomainName)
  checkValidatingBindingSpec(errors, object)
}

const denyAndWarn =
  'must not contain both Deny and Warn (repeating the same validation failure information in ' +
  'the API response and headers serves no purpose)'

export function checkValidatingBindingSpec(errors: Errors, object: KubeObject): void {
  const { spec = {} } = object as ValidatingAdmissionPolicyBinding
  const { validationActions: given = [] } = spec
  const path = 'spec.validationActions'
  checkBindingSpec(errors, 'spec', spec)
  given.forEach((action, index) => {
    const at = `${path}[${index}]`
    checkKnown(errors, at, action, actions)
    if (given.indexOf(action) < index) errors.push(duplicate(at, action))
  })
  if (given.includes('Deny') && given.includes('Warn')) {
    errors.push(invalid(path, given, denyAndWarn))
  }
  if (given.length === 0) {
    errors.push(required(path, 'at least one validation action is required'))
  }
}

export function checkMutatingBinding(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, subdomainName)
  checkMutatingBindingSpec(errors, object)
}

export function checkMutatingBindingSpec(errors: Errors, object: KubeObject): void {
  const { spec = {} } = object as MutatingAdmissionPolicyBinding
  checkBindingSpec(errors, 'spec', spec)
  checkMutatingOperations(errors, 'spec.matchResources', spec.matchResources)
}
