// The shape of a third-party program: what makes it part of a platform, and the components that
// then run beside the control plane. It acts only while a pod of its own runs.

import type { Actor } from '../engine/actor.ts'
import type { Container, Node, Pod, PodSpec } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'

/** Nodes of one kind of which a cloud gives more or fewer. */
export interface NodeGroup {
  readonly name: string
  readonly count: number
  readonly min: number
  readonly max: number
  /** The node at `index` (from 0) of the group, as it registers at `nowMs`. */
  readonly node: (index: number, nowMs: number) => Node
}

/** What a platform is made of, as far as programs go by it. */
export interface PlatformParts {
  readonly objects: readonly KubeObject[]
  /** Groups that an autoscaler may change. */
  readonly groups: readonly NodeGroup[]
}

/** One member of the registry. */
export interface PlatformProgram {
  readonly name: string
  readonly doc: string
  /** Store keys of the custom resources that it acts on where it runs. */
  readonly kinds?: readonly string[]
  /** The components to run on a platform; none where it does not run the program. */
  readonly actors: (parts: PlatformParts) => readonly Actor[]
}

/** Names the object whose settings a program does not accept, and what it says. */
export const settingsTopic = 'settings-refused'

export interface SettingsNote {
  readonly kind: string
  readonly key: string
  readonly message: string
}

/** Names an object of which a program does something that the twin does not model. */
export const unmodelledTopic = 'not-modelled'

export interface UnmodelledNote {
  readonly kind: string
  readonly key: string
  /** What it is; absent when that is over. */
  readonly message?: string
}

/** The container of a pod that runs a program: by its command or the last part of its image. */
export function programContainer(spec: PodSpec | undefined, name: string): Container | undefined {
  return spec?.containers?.find(({ image = '', command }) => {
    const runs = command?.[0] ?? image.replace(/@.*$/, '').replace(/:[^/]*$/, '')
    return runs.slice(runs.lastIndexOf('/') + 1) === name
  })
}

/** Whether any pod, or pod template, of the objects runs a program. */
export function runsProgram(objects: readonly KubeObject[], name: string): boolean {
  return objects.some(object => programContainer(podSpecOf(object), name) !== undefined)
}

interface Templated {
  readonly spec?: PodSpec & {
    readonly template?: { readonly spec?: PodSpec }
    readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: PodSpec } } }
  }
}

function podSpecOf(object: KubeObject): PodSpec | undefined {
  const { spec } = object as Templated
  if (object.kind === 'Pod') return spec
  return spec?.template?.spec ?? spec?.jobTemplate?.spec?.template?.spec
}

/** The value of a flag of a container: `--name=value` or `--name value`; the last one counts. */
export function flagOf({ command = [], args = [] }: Container, name: string): string | undefined {
  const words = [...command, ...args]
  let value: string | undefined
  words.forEach((word, index) => {
    const [flag, ...rest] = word.replace(/^--?/, '').split('=')
    if (!word.startsWith('-') || flag !== name) return
    value = rest.length > 0 ? rest.join('=') : words[index + 1]
  })
  return value
}

/** A container of a program between two restarts: what it remembers goes with it. */
export interface ProgramProcess {
  readonly id: string
  readonly container: Container
}

/** The process of a program that runs in a pod, by one of its names; undefined while none does. */
export function processIn(
  { metadata, spec, status }: Pod,
  names: readonly string[],
): ProgramProcess | undefined {
  if (status?.phase !== 'Running' || metadata.deletionTimestamp !== undefined) return undefined
  for (const name of names) {
    const container = programContainer(spec, name)
    if (container === undefined) continue
    const own = status.containerStatuses?.find(each => each.name === container.name)
    if (own !== undefined && own.state?.running === undefined) return undefined
    return { id: `${metadata.uid ?? ''} ${own?.restartCount ?? 0}`, container }
  }
  return undefined
}
