// An operator that a user describes: templates with references to fields of the custom resource,
// and the fields that it puts back when others change them.

import type { Location } from '../../base/problem.ts'
import { formatPath, type PathPart, pathParts, valueAt } from '../../kube/field-path.ts'
import type { KubeObject } from '../../kube/object.ts'
import { isObject } from '../../kube/patch/json.ts'
import type { Kept, Operator, Origin } from './operator.ts'

/** One object that an operator makes of each of its resources. */
export interface MadeSpec {
  readonly template: KubeObject
  /** Fields that it puts back; absent: those that the template writes, and no others. */
  readonly reverts?: readonly string[]
  /** A field of the resource: while it is absent, false, 0 or empty, the object is not wanted. */
  readonly when?: string
  /** Where a field of the template is written. */
  readonly locate: (path: readonly PathPart[]) => Location
}

/** An operator as data. */
export interface OperatorSpec {
  readonly name: string
  /** `example.com/v1`. */
  readonly apiVersion: string
  readonly kind: string
  /** A part of the image that its own Deployment runs, such as `redis-operator`. */
  readonly image?: string
  readonly resyncMs?: number
  readonly makes: readonly MadeSpec[]
}

/** The operator of a description. */
export function describedOperator(spec: OperatorSpec): Operator {
  const [group = '', version = ''] = spec.apiVersion.split('/')
  return {
    name: spec.name,
    doc: `As described: makes ${spec.makes.map(({ template }) => template.kind).join(', ')}.`,
    group,
    kind: spec.kind,
    versions: [version],
    makes: [...new Set(spec.makes.map(({ template }) => template.kind))],
    ...(spec.resyncMs !== undefined && { resyncMs: spec.resyncMs }),
    isItself: deployment => spec.image !== undefined && runs(deployment, spec.image),
    wanted: resource => {
      const isWanted = ({ when }: MadeSpec): boolean =>
        when === undefined || isOn(valueAt(resource, pathParts(when)))
      const made = (each: MadeSpec): KubeObject => filled(each.template, resource)
      return {
        kept: spec.makes.filter(isWanted).map(each => keptOf(each, made(each))),
        absent: spec.makes
          .filter(each => !isWanted(each))
          .map(made)
          .map(({ kind, metadata: { namespace, name = '' } }) => ({
            kind,
            name,
            ...(namespace !== undefined && { namespace }),
          })),
      }
    },
  }
}

function runs({ spec }: KubeObject, image: string): boolean {
  const containers = valueAt(spec, ['template', 'spec', 'containers'])
  if (!Array.isArray(containers)) return false
  return containers.some(each => {
    const named = isObject(each) ? each['image'] : undefined
    return typeof named === 'string' && named.includes(image)
  })
}

function isOn(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (isObject(value)) return Object.keys(value).length > 0
  return Boolean(value)
}

function keptOf({ template, reverts, locate }: MadeSpec, object: KubeObject): Kept {
  return { object, reverts: reverts ?? writtenIn(object), origins: originsOf(template, locate) }
}

/** The fields of an object, list by list and value by value, but for what names it. */
function writtenIn(object: KubeObject): readonly string[] {
  const paths: string[] = []
  const collect = (value: unknown, at: readonly PathPart[]): void => {
    if (isObject(value) && Object.keys(value).length > 0) {
      for (const [key, each] of Object.entries(value)) collect(each, [...at, key])
    } else paths.push(formatPath(at))
  }
  const { apiVersion: _, kind: __, metadata, ...rest } = object
  const { labels, annotations } = metadata
  collect(
    { ...rest, metadata: { ...(labels && { labels }), ...(annotations && { annotations }) } },
    [],
  )
  return paths.filter(path => path !== 'metadata')
}

/** A reference: `$(spec.replicas)`, or with what stands in its place `$(spec.replicas|3)`. */
const reference = /\$\(((?:metadata|spec|status)(?:\.[^()|]+)?)(?:\|([^()]*))?\)/g
const whole = new RegExp(`^${reference.source}$`)

/** The fields of the resource that a text refers to. */
export function referencesIn(text: string): readonly string[] {
  return [...text.matchAll(reference)].map(([, path = '']) => path)
}

/** The template with every reference replaced; fields that refer to nothing are left out. */
function filled(template: KubeObject, resource: KubeObject): KubeObject {
  const object = filledValue(template, resource) as KubeObject
  const { namespace } = resource.metadata
  const metadata = { ...(namespace !== undefined && { namespace }), ...object.metadata }
  return { ...object, metadata }
}

function filledValue(value: unknown, resource: KubeObject): unknown {
  if (typeof value === 'string') return filledText(value, resource)
  if (Array.isArray(value)) {
    return value.map(each => filledValue(each, resource)).filter(each => each !== undefined)
  }
  if (!isObject(value)) return value
  const fields = Object.entries(value).map(
    ([key, each]) => [key, filledValue(each, resource)] as const,
  )
  return Object.fromEntries(fields.filter(([, each]) => each !== undefined))
}

/** A reference on its own takes the value as it is; within a text it becomes a part of it. */
function filledText(text: string, resource: KubeObject): unknown {
  const alone = whole.exec(text)
  if (alone !== null) {
    const [, path = '', otherwise] = alone
    const found = valueAt(resource, pathParts(path))
    return found ?? (otherwise === undefined ? undefined : literal(otherwise))
  }
  return text.replaceAll(reference, (_, path: string, otherwise = '') => {
    const found = valueAt(resource, pathParts(path))
    return found === undefined || found === null ? otherwise : textOf(found)
  })
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function literal(text: string): unknown {
  if (/^-?\d+$/.test(text)) return Number(text)
  return text === 'true' || text === 'false' ? text === 'true' : text
}

/** Where each field comes from: the field that it refers to, or its line of the template. */
function originsOf(template: KubeObject, locate: MadeSpec['locate']): readonly Origin[] {
  const origins: Origin[] = []
  const collect = (value: unknown, at: readonly PathPart[]): void => {
    if (isObject(value)) {
      for (const [key, each] of Object.entries(value)) collect(each, [...at, key])
    } else if (Array.isArray(value)) {
      value.forEach((each, index) => collect(each, [...at, index]))
    } else {
      const path = formatPath(at)
      const [from] = typeof value === 'string' ? referencesIn(value) : []
      if (from !== undefined) origins.push({ path, from })
      origins.push({ path, at: locate(at) })
    }
  }
  collect(template, [])
  return origins
}
