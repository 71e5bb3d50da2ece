// What a kind key stands for in requests and messages: group, kind, plural and scope.
// Custom kinds take their plural and scope from the CustomResourceDefinition when it is stored.

import { type Kind, kinds } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiContext } from './request.ts'

/** A built-in or custom resource. */
export interface Resource extends Kind {
  /** `deployments.apps`, as messages spell it. */
  readonly qualified: string
  /** `Deployment.apps`, as messages about invalid objects spell it. */
  readonly groupKind: string
  /** The stored definition of a custom resource. */
  readonly definition?: KubeObject
}

const builtIn = new Map<string, Resource>()
for (const [key, kind] of kinds) builtIn.set(key, resource(kind))

type Listing = Pick<ApiContext, 'list'>

/** The resource of a kind key; `namespaced` is believed for kinds nobody has defined. */
export function resourceOf(context: Listing, key: string, namespaced: boolean): Resource {
  return builtIn.get(key) ?? customResource(context, key, namespaced)
}

function resource(kind: Kind): Resource {
  const suffix = kind.group === '' ? '' : `.${kind.group}`
  return { ...kind, qualified: kind.plural + suffix, groupKind: kind.kind + suffix }
}

interface Definition extends KubeObject {
  readonly spec?: {
    readonly group?: string
    readonly scope?: string
    readonly names?: { readonly kind?: string; readonly plural?: string }
    readonly versions?: readonly { readonly name?: string }[]
  }
}

function customResource(context: Listing, key: string, namespaced: boolean): Resource {
  const dot = key.indexOf('.')
  const kind = dot < 0 ? key : key.slice(0, dot)
  const group = dot < 0 ? '' : key.slice(dot + 1)
  const found = (context.list('CustomResourceDefinition') as readonly Definition[]).find(
    each => each.spec?.names?.kind === kind && each.spec.group === group,
  )
  if (found === undefined) {
    return resource({ key, kind, group, versions: [], plural: pluralOf(kind), namespaced })
  }
  const versions = (found.spec?.versions ?? []).map(version => version.name ?? '')
  const plural = found.spec?.names?.plural ?? pluralOf(kind)
  const scoped = found.spec?.scope !== 'Cluster'
  const known = resource({ key, kind, group, versions, plural, namespaced: scoped })
  return { ...known, definition: found }
}

/** The plural that client-go guesses for a kind (meta.UnsafeGuessKindToResource). */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase()
  if (singular.endsWith('endpoints')) return singular
  if (singular.endsWith('s')) return `${singular}es`
  if (singular.endsWith('y')) return `${singular.slice(0, -1)}ies`
  return `${singular}s`
}
