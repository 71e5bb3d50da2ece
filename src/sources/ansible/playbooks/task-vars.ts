// Variables that tasks, blocks, includes and roles set. Port of ansible-core 2.18 playbook/task.py
// get_vars, get_include_params, role/__init__.py get_vars, get_default_vars, get_role_params.

import type { Value } from '../values.ts'
import {
  type Attributes,
  type Block,
  isInclude,
  type Role,
  shortAction,
  type Task,
} from './model.ts'

/** The variables of a task with those of the blocks and includes around it; the inner ones win. */
export function taskVars(node: Task | Block): Attributes {
  const chain: (Task | Block)[] = []
  let current: Task | Block | undefined = node
  while (current !== undefined) {
    chain.unshift(current)
    current = current.parent
  }
  const all = new Map<string, Value>()
  for (const each of chain) for (const [name, value] of each.vars) all.set(name, value)
  all.delete('tags')
  all.delete('when')
  return all
}

/**
 * The variables that includes around a task hand down, and the roles that these stand in; they win
 * over almost everything.
 */
export function includeParams(node: Task | Block): Attributes {
  const all = new Map<string, Value>()
  const chain: Task[] = []
  let current: Task | Block | undefined = node
  while (current !== undefined) {
    if (current.kind === 'task') chain.unshift(current)
    current = current.parent
  }
  const parents: string[] = []
  for (const each of chain) {
    if (isInclude(each)) for (const [name, value] of each.vars) all.set(name, value)
    if (each.role === undefined || !shortAction(each.action).endsWith('_role')) continue
    for (const [name, value] of each.role.params) all.set(name, value)
    parents.unshift(each.role.name)
    all.set('ansible_parent_role_names', [...parents])
  }
  return all
}

/** The defaults of a role, of all it depends on and of the roles that lead to it. */
export function defaultsOf(role: Role, depChain: readonly Role[]): Attributes {
  const all = new Map<string, Value>()
  const add = (more: Attributes): void => {
    for (const [name, value] of more) all.set(name, value)
  }
  for (const dependency of allDependencies(role)) add(defaultsOf(dependency, []))
  for (const parent of depChain) if (parent !== role) add(parent.defaults)
  add(role.defaults)
  return all
}

/** Every role that a role needs, the innermost first. */
export function allDependencies(role: Role): readonly Role[] {
  return role.dependencies.flatMap(each => [...allDependencies(each), each])
}

/** What a role shows to others: the variables of `vars/`, its own and those of what it needs. */
export function exportedVars(role: Role): Attributes {
  const all = new Map<string, Value>()
  for (const each of [...allDependencies(role), role]) {
    for (const [name, value] of each.roleVars) all.set(name, value)
  }
  return all
}

/** What the tasks of a role see: those of its parents, what it exports, and those of its entry. */
export function roleVarsOf(role: Role, depChain: readonly Role[]): Attributes {
  const above = depChain.filter(parent => parent !== role)
  const layers = above.flatMap(parent => [parent.vars, parent.roleVars])
  const all = new Map<string, Value>()
  for (const layer of [...layers, exportedVars(role), role.vars]) {
    for (const [name, value] of layer) all.set(name, value)
  }
  return all
}

/** The parameters of a role and of those that lead to it. */
export function roleParams(role: Role, depChain: readonly Role[]): Attributes {
  const all = new Map<string, Value>()
  for (const parent of depChain) for (const [name, value] of parent.params) all.set(name, value)
  for (const [name, value] of role.params) all.set(name, value)
  return all
}
