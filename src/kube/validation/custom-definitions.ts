// Definitions of custom resources. Upstream: k8s.io/apiextensions-apiserver v0.36.3
// pkg/apis/apiextensions/validation/validation.go.

import { cel } from '../cel/provider.ts'
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../formats.ts'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { checkChoice, type Errors, subdomainName } from './checks.ts'
import { forbidden, invalid, required } from './field-error.ts'
import { checkMeta } from './meta.ts'
import { sameValue } from './same.ts'
import { checkSchema } from './schema-checks.ts'
import { type Schema } from '../custom/schema.ts'
import { structuralErrors } from './structural-schema.ts'
import { checkClient, checkReviewVersions } from './webhook-client.ts'

const scopes = ['Cluster', 'Namespaced']
const strategies = ['None', 'Webhook']

export function checkDefinition(errors: Errors, object: KubeObject): void {
  const { spec } = object as CustomResourceDefinition
  const { group = '', names } = spec ?? {}
  const expected = `${names?.plural ?? ''}.${group}`
  checkMeta(errors, object.metadata, false, name => [
    ...subdomainName(name),
    ...(name === expected ? [] : ['must be spec.names.plural+"."+spec.group']),
  ])
  checkAll(errors, object, new Set())
}

export function checkDefinitionUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  checkAll(errors, object, unchangedVersions(object, old))
}

/** The versions whose schema an update leaves as it was. */
function unchangedVersions(object: KubeObject, old: KubeObject): ReadonlySet<string> {
  const schemas = ({ spec }: CustomResourceDefinition): ReadonlyMap<string, unknown> =>
    new Map(spec?.versions?.map(({ name, schema }) => [name, schema?.openAPIV3Schema]))
  const before = schemas(old as CustomResourceDefinition)
  const now = [...schemas(object as CustomResourceDefinition)]
  const same = now.filter(
    ([name, schema]) => before.has(name) && sameValue(schema, before.get(name)),
  )
  return new Set(same.map(([name]) => name))
}

function checkAll(errors: Errors, object: KubeObject, unchanged: ReadonlySet<string>): void {
  const { spec, status } = object as CustomResourceDefinition
  checkSpec(errors, (spec ?? {}) as CustomResourceDefinitionSpec, unchanged)
  const stored = status?.storedVersions ?? []
  if (stored.length === 0) {
    const detail = 'must have at least one stored version'
    errors.push(invalid('status.storedVersions', undefined, detail))
  }
  checkApproval(errors, object, spec?.group ?? '')
  if (spec?.preserveUnknownFields === true) {
    const detail =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in ' +
      'spec.versions[*].schema instead'
    errors.push(invalid('spec.preserveUnknownFields', true, detail))
  }
}

function checkSpec(
  errors: Errors,
  spec: CustomResourceDefinitionSpec,
  unchanged: ReadonlySet<string>,
): void {
  const { group = '', scope = '', versions = [] } = spec
  const groupErrors = dns1123SubdomainErrors(group)
  if (group === '') errors.push(required('spec.group', ''))
  else if (groupErrors.length > 0) errors.push(invalid('spec.group', group, groupErrors.join(',')))
  else if (!group.includes('.')) {
    errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'))
  }
  checkChoice(errors, 'spec.scope', scope, scopes)
  checkVersions(errors, spec, unchanged)
  checkRequiredNames(errors, spec.names)
  checkNames(errors, spec.names)
  const shared = sharedSchema(versions)
  if (shared !== undefined) {
    checkVersionSchema(errors, shared, {
      path: 'spec.validation',
      isStatusServed: anyStatus(versions),
      isUnchanged: unchanged.has(versions[0]?.name ?? ''),
    })
  }
  checkConversion(errors, spec.conversion)
}

/** The schema of all versions, if they have the same: messages then call it spec.validation. */
function sharedSchema(versions: readonly CustomResourceDefinitionVersion[]): Schema | undefined {
  const [first, ...rest] = versions.map(version => version.schema?.openAPIV3Schema)
  return rest.every(each => sameValue(each, first)) ? (first as Schema | undefined) : undefined
}

function servesStatus({ subresources }: CustomResourceDefinitionVersion): boolean {
  return subresources?.status !== undefined
}

function anyStatus(versions: readonly CustomResourceDefinitionVersion[]): boolean {
  return versions.some(servesStatus)
}

function checkVersions(
  errors: Errors,
  { versions: given }: CustomResourceDefinitionSpec,
  unchanged: ReadonlySet<string>,
): void {
  const versions = given ?? []
  versions.forEach((version, index) => {
    if (version.schema?.openAPIV3Schema !== undefined) return
    errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`, ''))
  })
  const isShared = sharedSchema(versions) !== undefined
  versions.forEach((version, index) => {
    const { name = '', schema } = version
    const path = `spec.versions[${index}]`
    const nameErrors = dns1035LabelErrors(name)
    if (nameErrors.length > 0) {
      errors.push(invalid(`${path}.name`, name, nameErrors.join(',')))
    }
    if (isShared || schema?.openAPIV3Schema === undefined) return
    checkVersionSchema(errors, schema.openAPIV3Schema as Schema, {
      path: `${path}.schema`,
      isStatusServed: servesStatus(version),
      isUnchanged: unchanged.has(name),
    })
  })
  const names = versions.map(version => version.name)
  const shown = given?.map(shownVersion) ?? null
  if (new Set(names).size < names.length) {
    errors.push(invalid('spec.versions', shown, 'must contain unique version names'))
  }
  if (versions.filter(version => version.storage).length !== 1) {
    const detail = 'must have exactly one version marked as storage version'
    errors.push(invalid('spec.versions', shown, detail))
  }
  const [first = ''] = names
  const firstErrors = first === '' ? [] : dns1035LabelErrors(first)
  if (firstErrors.length > 0) errors.push(invalid('spec.version', first, firstErrors.join(',')))
}

/** A version as messages show it, where its schema is that of all. */
function shownVersion(version: CustomResourceDefinitionVersion): object {
  return {
    Name: version.name,
    Served: version.served,
    Storage: version.storage,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  }
}

function checkRequiredNames(errors: Errors, names: CustomResourceDefinitionNames): void {
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if ((names?.[name] ?? '') === '') errors.push(required(`spec.names.${name}`, ''))
  }
}

function checkNames(errors: Errors, names: CustomResourceDefinitionNames | undefined): void {
  if (names === undefined) return
  const label = (path: string, value: string, prefix = ''): void => {
    const found =
      value === '' ? [] : dns1035LabelErrors(prefix === '' ? value : value.toLowerCase())
    if (found.length > 0)
      errors.push(invalid(`spec.names.${path}`, value, prefix + found.join(',')))
  }
  const mixed = 'may have mixed case, but should otherwise match: '
  const { kind = '', listKind = '' } = names
  label('plural', names.plural ?? '')
  label('singular', names.singular ?? '')
  label('kind', kind, mixed)
  label('listKind', listKind, mixed)
  names.shortNames?.forEach((name, index) => label(`shortNames[${index}]`, name))
  if (kind !== '' && kind === listKind) {
    errors.push(invalid('spec.names.listKind', listKind, 'kind and listKind may not be the same'))
  }
  names.categories?.forEach((name, index) => label(`categories[${index}]`, name))
}

interface SchemaOf {
  readonly path: string
  readonly isStatusServed: boolean
  /** An update leaves it as it was. */
  readonly isUnchanged: boolean
}

/** What was found in a schema, which trials install again and again. */
const checked = new WeakMap<Schema, SchemaOf & { readonly found: Errors }>()

function checkVersionSchema(errors: Errors, schema: Schema, place: SchemaOf): void {
  const known = checked.get(schema)
  if (known !== undefined && samePlace(known, place)) {
    errors.push(...known.found)
    return
  }
  const found: Errors = []
  checkNewSchema(found, schema, place)
  checked.set(schema, { ...place, found })
  errors.push(...found)
}

function samePlace(a: SchemaOf, b: SchemaOf): boolean {
  const { path, isStatusServed, isUnchanged } = a
  return path === b.path && isStatusServed === b.isStatusServed && isUnchanged === b.isUnchanged
}

function checkNewSchema(errors: Errors, schema: Schema, place: SchemaOf): void {
  const { path, isStatusServed, isUnchanged } = place
  const at = `${path}.openAPIV3Schema`
  const { type = '' } = schema
  if (isStatusServed && type !== '' && type !== 'object') {
    const detail =
      'only "object" is allowed as the type at the root of the schema if the status subresource ' +
      'is enabled'
    errors.push(invalid(`${at}.type`, type, detail))
  }
  if (schema.nullable === true) {
    errors.push(forbidden(`${at}.nullable`, 'nullable cannot be true at the root'))
  }
  const structural = structuralErrors(schema, at)
  errors.push(...structural)
  const defaults =
    structural.length > 0 || !hasDefaults(schema) ? [] : cel().defaultErrors(schema, at)
  errors.push(...defaults)
  checkSchema(errors, schema, {
    path: at,
    isSound: structural.length + defaults.length === 0,
    isUnchanged,
  })
}

/** Whether there is a default to check: most definitions do without the engine for rules. */
function hasDefaults(schema: Schema): boolean {
  const { default: own, items, properties = {} } = schema
  if (own !== undefined || (items !== undefined && hasDefaults(items))) return true
  return Object.values(properties).some(hasDefaults)
}

function checkConversion(
  errors: Errors,
  conversion: CustomResourceDefinitionSpec['conversion'],
): void {
  if (conversion === undefined) return
  const { strategy = '', webhook } = conversion
  const path = 'spec.conversion'
  checkChoice(errors, `${path}.strategy`, strategy, strategies)
  const at = `${path}.webhookClientConfig`
  const reviews = webhook?.conversionReviewVersions ?? []
  const reviewsAt = `${path}.conversionReviewVersions`
  const client = webhook?.clientConfig
  if (strategy !== 'Webhook') {
    const detail = 'should not be set when strategy is not set to Webhook'
    if (client !== undefined) errors.push(forbidden(at, detail))
    if (reviews.length > 0) errors.push(forbidden(reviewsAt, detail))
    return
  }
  if (client === undefined) {
    errors.push(required(at, 'required when strategy is set to Webhook'))
  } else checkClient(errors, at, client)
  checkReviewVersions(errors, reviewsAt, { versions: reviews, missing: '' })
}

const approval = 'api-approved.kubernetes.io'
const enhancement = 'see https://github.com/kubernetes/enhancements/pull/1111'

/** Groups of the Kubernetes project need the approval of their API. */
function checkApproval(errors: Errors, { metadata }: KubeObject, group: string): void {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return
  const annotation = metadata.annotations?.[approval] ?? ''
  if (annotation.startsWith('unapproved') || /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(annotation)) return
  const head = `protected groups must have approval annotation "${approval}"`
  const path = `metadata.annotations[${approval}]`
  if (annotation === '') {
    errors.push(required(path, `${head}, ${enhancement}`))
    return
  }
  const how = 'with either a URL or a reason starting with "unapproved"'
  errors.push(invalid(path, annotation, `${head} ${how}, ${enhancement}`))
}
