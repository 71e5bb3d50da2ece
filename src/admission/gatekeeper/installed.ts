// The mutators that a cluster holds, as one system that stands until one of them changes.

import type { AdmissionContext } from '../../apiserver/admission.ts'
import { compareNumbers } from '../../base/compare.ts'
import type { KubeObject } from '../../kube/object.ts'
import { listOf, mutatorGroup, objectAt, textsOf } from './mutator.ts'
import { mutatorKinds } from './registry.ts'
import { MutationSystem } from './system.ts'
import { wildcardMatches } from './wildcard.ts'

type Lists = readonly (readonly KubeObject[])[]

/** The last systems by their first list: a function of the stored mutators, so it is kept. */
const systems = new WeakMap<readonly KubeObject[], { lists: Lists; system: MutationSystem }>()

const keys = mutatorKinds.map(({ kind }) => `${kind}.${mutatorGroup}`)

/** The system of all stored mutators; undefined when there are none. */
export function installedMutators({ list }: AdmissionContext): MutationSystem | undefined {
  const lists = keys.map(key => list(key))
  const first = lists.find(({ length }) => length > 0)
  if (first === undefined) return undefined
  const known = systems.get(first)
  if (known?.lists.every((each, index) => sameObjects(each, lists[index])) === true) {
    return known.system
  }
  const system = new MutationSystem()
  for (const object of inOrderOfWriting(lists.flat())) system.upsert(withDefaults(object))
  systems.set(first, { lists, system })
  return system
}

/** The mutator with what the schema of its definition fills in: sets are merged. */
function withDefaults(object: KubeObject): KubeObject {
  const spec = objectAt(object, 'spec')
  const parameters = objectAt(spec, 'parameters')
  if (object.kind !== 'ModifySet' || parameters['operation'] !== undefined) return object
  return { ...object, spec: { ...spec, parameters: { ...parameters, operation: 'merge' } } }
}

function sameObjects(a: readonly KubeObject[], b: readonly KubeObject[] | undefined): boolean {
  if (a === b) return true
  return a.length === b?.length && a.every((object, index) => object === b[index])
}

function inOrderOfWriting(objects: readonly KubeObject[]): readonly KubeObject[] {
  const version = ({ metadata }: KubeObject): number => Number(metadata.resourceVersion ?? 0)
  return [...objects].sort((a, b) => compareNumbers(version(a), version(b)))
}

/** Whether Gatekeeper's Config leaves the namespace out of mutation. */
export function isExcluded({ get }: Pick<AdmissionContext, 'get'>, namespace: string): boolean {
  const config = get('Config.config.gatekeeper.sh', 'gatekeeper-system/config')
  if (config === undefined || namespace === '') return false
  return listOf(objectAt(config, 'spec')['match']).some(entry => {
    const { processes, excludedNamespaces } = objectAt(entry)
    const concerned = textsOf(processes)
    return (
      (concerned.includes('*') || concerned.includes('mutation-webhook')) &&
      textsOf(excludedNamespaces).some(wildcard => wildcardMatches(wildcard, namespace))
    )
  })
}

/** Gatekeeper does not mutate its own kinds. */
export function isOwnGroup(group: string): boolean {
  return group.endsWith('.gatekeeper.sh')
}
