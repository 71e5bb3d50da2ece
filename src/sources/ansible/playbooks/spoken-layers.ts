// The variables that roles, tasks and includes bring with them: layers that are made once.

import { depChainOf } from './inherit.ts'
import type { Layer } from './layers.ts'
import type { Attributes, Play, Role, Task } from './model.ts'
import {
  defaultsOf,
  exportedVars,
  includeParams,
  roleParams,
  roleVarsOf,
  taskVars,
} from './task-vars.ts'
import type { Value } from '../values.ts'

interface RoleLayers {
  readonly roleVars: Layer
  readonly roleParams: Layer
  readonly defaults: Layer
}

interface TaskLayers extends RoleLayers {
  readonly vars: Layer
  readonly includeParams: Layer
}

/** A layer without variables. */
export const none: Attributes = new Map()

// Layers without variables are one and the same.
function shared(layer: Attributes): Attributes {
  return layer.size === 0 ? none : layer
}

function isSameChain(a: readonly Role[], b: readonly Role[]): boolean {
  return a.length === b.length && a.every((role, index) => role === b[index])
}

/** Keeps what roles and tasks say: it does not change while a play runs. */
export class SpokenLayers {
  readonly #roleLayers = new WeakMap<Play, { count: number; vars: Layer; defaults: Layer }>()
  readonly #taskLayers = new WeakMap<Task, TaskLayers>()
  readonly #chainLayers = new WeakMap<Role, { chain: readonly Role[]; layers: RoleLayers }[]>()

  /** Of the roles that all tasks of the play see; the later ones win. */
  ofRoles(play: Play): { readonly vars: Layer; readonly defaults: Layer } {
    const known = this.#roleLayers.get(play)
    if (known?.count === play.roles.length) return known
    const vars = new Map<string, Value>()
    const defaults = new Map<string, Value>()
    for (const role of play.roles) {
      if (!role.isPublic) continue
      for (const [name, value] of exportedVars(role)) vars.set(name, value)
      for (const [name, value] of defaultsOf(role, [])) defaults.set(name, value)
    }
    const layers = { count: play.roles.length, vars, defaults }
    this.#roleLayers.set(play, layers)
    return layers
  }

  /** Of a task, of the includes that led to it and of its role. */
  ofTask(task: Task): TaskLayers {
    const known = this.#taskLayers.get(task)
    if (known !== undefined) return known
    const { role } = task
    const chain = depChainOf(task) ?? []
    const layers = {
      vars: shared(taskVars(task)),
      includeParams: shared(includeParams(task)),
      ...this.#ofRole(role, chain),
    }
    this.#taskLayers.set(task, layers)
    return layers
  }

  #ofRole(role: Role | undefined, chain: readonly Role[]): RoleLayers {
    if (role === undefined) return { roleVars: none, roleParams: none, defaults: none }
    const byChain = this.#chainLayers.get(role) ?? []
    const known = byChain.find(each => isSameChain(each.chain, chain))
    if (known !== undefined) return known.layers
    const layers = {
      roleVars: shared(roleVarsOf(role, chain)),
      roleParams: shared(roleParams(role, chain)),
      defaults: shared(defaultsOf(role, chain)),
    }
    byChain.push({ chain, layers })
    this.#chainLayers.set(role, byChain)
    return layers
  }
}
