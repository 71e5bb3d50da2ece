// Who in the files will make an object that none of them defines: a custom resource that names it
// (Certificate, ExternalSecret), a program that is told its name (--secret-name=web-tls), a role
// that may write it. It is evidence, not proof; without any, a missing object is a problem.

import type { KubeObject } from '../kube/object.ts'
import { kindKeyOf, kinds } from '../kube/kinds.ts'
import type { PlatformObject } from '../trials/platform.ts'
import type { Reference } from '../trials/references.ts'
import { fieldsOf, listOf, podSpecOf, podSpecPath } from '../trials/written.ts'

export interface Maker {
  readonly by: PlatformObject
  /** The field that names what is made. */
  readonly path: string
}

type Wanted = Pick<Reference, 'kind' | 'namespace' | 'name'>

type Evidence = (object: KubeObject, wanted: Wanted) => string | undefined

/** The strongest first. */
const evidence: readonly Evidence[] = [inPrograms, inName, inRules, inSpec, inAnnotations]

/** The object that most likely makes what is missing, or undefined. */
export function makerOf(objects: readonly PlatformObject[], wanted: Wanted): Maker | undefined {
  const near = objects.filter(({ object: { metadata } }) => {
    const { namespace = wanted.namespace } = metadata
    return namespace === wanted.namespace
  })
  for (const look of evidence) {
    for (const by of near) {
      const path = look(by.object, wanted)
      if (path !== undefined) return { by, path }
    }
  }
  return undefined
}

/** `ExternalSecret web` makes Secret web. */
function inName(object: KubeObject, { kind, name }: Wanted): string | undefined {
  const isIt = isCustom(object) && object.metadata.name === name && object.kind.includes(kind)
  return isIt ? 'metadata.name' : undefined
}

/** `Certificate.spec.secretName` and the like. */
function inSpec(object: KubeObject, { name }: Wanted): string | undefined {
  return isCustom(object) ? fieldEqual(object['spec'], name, 'spec') : undefined
}

function isCustom(object: KubeObject): boolean {
  return !kinds.has(kindKeyOf(object))
}

// Deep enough for every resource seen; deeper ones are templates of something else.
const depthMax = 8

function fieldEqual(value: unknown, name: string, path: string, depth = 0): string | undefined {
  if (value === name) return path
  if (typeof value !== 'object' || value === null || depth === depthMax) return undefined
  for (const [key, item] of Object.entries(value)) {
    const at = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`
    const found = fieldEqual(item, name, at, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

const changing: ReadonlySet<unknown> = new Set(['*', 'patch', 'update'])

/** A rule that names it, and lets someone change it or create one of its kind. */
function inRules(object: KubeObject, { kind, name }: Wanted): string | undefined {
  const resource = kind === 'Secret' ? 'secrets' : 'configmaps'
  const rules = listOf(object['rules']).map((rule, index) => ({
    index,
    applies: textsOf(rule['resources']).includes(resource),
    at: textsOf(rule['resourceNames']).indexOf(name),
    verbs: textsOf(rule['verbs']),
  }))
  const naming = rules.filter(({ applies, at }) => applies && at >= 0)
  const [first] = naming
  if (first === undefined) return undefined
  const mayChange = naming.some(({ verbs }) => verbs.some(verb => changing.has(verb)))
  // A name cannot be in a rule about creation: the object is not there yet.
  const mayCreate = rules.some(({ applies, verbs }) => applies && verbs.includes('create'))
  return mayChange || mayCreate ? `rules[${first.index}].resourceNames[${first.at}]` : undefined
}

function inAnnotations({ metadata }: KubeObject, { name }: Wanted): string | undefined {
  const found = Object.entries(fieldsOf(metadata.annotations)).find(([, value]) => value === name)
  return found === undefined ? undefined : `metadata.annotations[${found[0]}]`
}

/** An argument or variable of a container that is the name, or `--flag=` and the name. */
function inPrograms(object: KubeObject, { namespace, name }: Wanted): string | undefined {
  const spec = podSpecOf(object)
  const prefix = podSpecPath(object.kind)
  const names = [name, `${namespace}/${name}`]
  const isNamed = (text: unknown): boolean =>
    typeof text === 'string' && names.some(each => text === each || text.endsWith(`=${each}`))
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [index, container] of listOf(spec[list]).entries()) {
      const at = `${prefix}.${list}[${index}]`
      for (const field of ['args', 'command'] as const) {
        const item = textsOf(container[field]).findIndex(isNamed)
        if (item >= 0) return `${at}.${field}[${item}]`
      }
      const variable = listOf(container['env']).findIndex(({ value }) => isNamed(value))
      if (variable >= 0) return `${at}.env[${variable}].value`
    }
  }
  return undefined
}

function textsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
