// Mutators whose location no object can have: the API server drops what they write, and nothing
// else tells of it.

import type { ApplyTo, GroupVersionKind } from '../admission/gatekeeper/apply-to.ts'
import { type Path, type PathNode, pathText } from '../admission/gatekeeper/location.ts'
import type { Mutator } from '../admission/gatekeeper/mutator.ts'
import { nearest } from '../base/nearest.ts'
import { schemaOf, type Type } from '../kube/schema.ts'
import { podSpecPath } from '../trials/written.ts'

/** A kind that cannot have the location, and the one that may be meant. */
export interface LocationFault {
  readonly kind: string
  /** `CronJob has no field spec.jobTemplate.spec.affinity`. */
  readonly what: string
  readonly meant: string | undefined
}

/** The built-in kinds to which a mutator applies in vain, each with its first wrong field. */
export function locationFaults({ applyTo = [], path }: Mutator): readonly LocationFault[] {
  return gvksOf(applyTo).flatMap(gvk => faultOf(gvk, path) ?? [])
}

function gvksOf(applyTo: readonly ApplyTo[]): readonly GroupVersionKind[] {
  return applyTo.flatMap(({ groups, versions, kinds }) =>
    groups.flatMap(group =>
      versions.flatMap(version =>
        kinds.flatMap(kind =>
          schemaOf(apiVersionOf(group, version), kind) === undefined
            ? []
            : [{ group, version, kind }],
        ),
      ),
    ),
  )
}

function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`
}

function faultOf(gvk: GroupVersionKind, path: Path): LocationFault | undefined {
  const { kind } = gvk
  const root = schemaOf(apiVersionOf(gvk.group, gvk.version), kind)
  const wrong = firstWrong(root, path)
  if (wrong === undefined) return undefined
  const field = pathText(path.slice(0, wrong.at + 1))
  const what = wrong.isList
    ? `${field} of ${kind} is ${wrong.isList === 'wanted' ? 'no' : 'a'} list`
    : `${kind} has no field ${field}`
  return { kind, what, meant: meantBy(kind, { root, path, wrong }) }
}

interface Wrong {
  readonly at: number
  readonly known: readonly string[]
  readonly isList?: 'wanted' | 'given'
}

/** Goes down the path as far as the types allow; undefined when it can be there. */
function firstWrong(root: Type | undefined, path: Path): Wrong | undefined {
  let type = root
  for (const [at, node] of path.entries()) {
    type = bare(type)
    if (type === undefined || type.kind === 'special') return undefined
    if (node.type === 'List') {
      if (type.kind !== 'slice') return { at, known: [], isList: 'wanted' }
      type = type.element
    } else if (type.kind === 'struct') {
      const field = type.jsonFields.get(node.reference)
      if (field === undefined) return { at, known: [...type.jsonFields.keys()] }
      type = field.type
    } else if (type.kind === 'map') type = type.element
    else if (type.kind === 'slice') return { at: at - 1, known: [], isList: 'given' }
    else return { at, known: [] }
  }
  return undefined
}

function bare(type: Type | undefined): Type | undefined {
  return type?.kind === 'pointer' ? bare(type.element) : type
}

/** The rest of the path where the pod spec of the kind is, or the field of the nearest name. */
function meantBy(
  kind: string,
  {
    root,
    path,
    wrong,
  }: { readonly root: Type | undefined; readonly path: Path; readonly wrong: Wrong },
): string | undefined {
  if (wrong.isList !== undefined) return undefined
  const rest = path.slice(wrong.at)
  const inPod: Path = [...podSpecPath(kind).split('.').map(object), ...rest]
  if (firstWrong(root, inPod) === undefined) return pathText(inPod)
  const node = path[wrong.at]
  const near = node?.type === 'Object' ? nearest(node.reference, wrong.known) : undefined
  return near === undefined ? undefined : pathText([...path.slice(0, wrong.at), object(near)])
}

function object(reference: string): PathNode {
  return { type: 'Object', reference }
}
