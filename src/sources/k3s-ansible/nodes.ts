// The nodes that an inventory's hosts become: roles, labels, taints, one pool for equal ones.

import type { Location, Problem } from '../../base/problem.ts'
import { labelKeyErrors, labelValueErrors } from '../../kube/formats.ts'
import type { PoolTaint } from '../../nodes/pool.ts'
import type { PoolSpec } from '../../trials/spec.ts'
import type { Host } from '../ansible/inventory/model.ts'
import { textOf, VaultText } from '../ansible/values.ts'
import { loadFile } from '../ansible/yaml/load.ts'
import { Failure } from '../ansible/failure.ts'
import { codes, errorAt, warningAt } from '../problems.ts'
import { sourceFile } from '../source-object.ts'
import { type NodeParts, poolsOfEqual, taintOf } from '../ansible/installer/pools.ts'
import { type Argument, argumentsIn, argumentsOf, valuesOf } from './arguments.ts'
import type { HostValues } from '../ansible/installer/host-values.ts'

export type Role = 'server' | 'agent'

/** A host of the cluster with what its arguments say. */
export interface Member {
  readonly host: Host
  readonly role: Role
  readonly arguments: readonly Argument[]
}

/** The settings of k3s on a host, from its arguments and from its configuration file. */
export function memberOf(host: Host, role: Role, values: HostValues, problems: Problem[]): Member {
  const given: Argument[] = []
  for (const name of [`extra_${role}_args`, `${role}_config_yaml`]) {
    const at = values.of(host).get(name)?.at
    const text = at === undefined ? undefined : textAt(host, name, at, values, problems)
    if (text === undefined || at === undefined) continue
    const read = name.endsWith('_yaml') ? configured(text, at) : argumentsIn(text, at)
    if (typeof read === 'string') once(problems, unreadable(name, at, read))
    else given.push(...read)
  }
  return { host, role, arguments: given }
}

function textAt(
  host: Host,
  name: string,
  at: Location,
  values: HostValues,
  problems: Problem[],
): string | undefined {
  const evaluated = values.value(host, name)
  if (evaluated === undefined) return undefined
  if ('unknown' in evaluated) {
    once(problems, unreadable(name, at, `it depends on ${evaluated.unknown.join(', ')}`))
    return undefined
  }
  if ('error' in evaluated) {
    once(problems, unreadable(name, at, evaluated.error))
    return undefined
  }
  if (evaluated.value instanceof VaultText) {
    once(problems, unreadable(name, at, 'it is encrypted'))
    return undefined
  }
  const text = textOf(evaluated.value) ?? (evaluated.value === null ? '' : undefined)
  if (text === undefined) once(problems, unreadable(name, at, 'it must be a text'))
  return text
}

function configured(text: string, at: Location): readonly Argument[] | string {
  try {
    return argumentsOf(loadFile(sourceFile(at.file, text), '2.18').value, at)
  } catch (error) {
    if (error instanceof Failure) return error.message.split('\n').slice(0, 1).join('')
    throw error
  }
}

function unreadable(name: string, at: Location, why: string): Problem {
  return warningAt(codes.inventoryVariable, at, {
    what: `${name} cannot be read: ${why}`,
    why: 'taints, labels and disabled components that it may hold are not known',
    todo: 'write the value without what only the host or a secret knows',
  })
}

function once(problems: Problem[], problem: Problem): void {
  if (!problems.some(other => other.what === problem.what)) problems.push(problem)
}

/** Pools of members that are equal but for their names. */
export function poolsOf(
  members: readonly Member[],
  groups: Readonly<Record<Role, string>>,
  labelsOf: (role: Role) => Readonly<Record<string, string>>,
  problems: Problem[],
): readonly PoolSpec[] {
  const equal = members.map(member => ({
    host: member.host,
    pool: groups[member.role],
    parts: partsOf(member, labelsOf(member.role), problems),
  }))
  return poolsOfEqual(equal, 'k3s')
}

function partsOf(
  { arguments: given }: Member,
  roles: Readonly<Record<string, string>>,
  problems: Problem[],
): NodeParts {
  const taints: PoolTaint[] = []
  for (const argument of given.filter(({ name }) => name === 'node-taint')) {
    for (const text of valuesOf([argument], 'node-taint')) {
      const taint = taintOf(text)
      if (taint === undefined || labelErrors(taint.key, taint.value).length > 0) {
        once(problems, wrongTaint(text, argument.at))
      } else taints.push(taint)
    }
  }
  const labels = given
    .filter(({ name }) => name === 'node-label')
    .flatMap(argument =>
      valuesOf([argument], 'node-label').flatMap(text => {
        const [key = '', ...rest] = text.split('=')
        const value = rest.join('=')
        const [error] = labelErrors(key, value)
        if (error === undefined) return [[key, value] as const]
        once(problems, wrongLabel(text, error, argument.at))
        return []
      }),
    )
  const limit = valuesOf(given, 'kubelet-arg').find(text => /^(?:--)?max-pods=\d+$/.test(text))
  return {
    labels: { ...roles, ...Object.fromEntries(labels) },
    ...(taints.length === 0 ? {} : { taints }),
    ...(limit === undefined ? {} : { pods: Number(limit.split('=')[1]) }),
  }
}

function labelErrors(key: string, value = ''): readonly string[] {
  return [...labelKeyErrors(key), ...labelValueErrors(value)]
}

function wrongLabel(text: string, why: string, at: Location): Problem {
  return errorAt(codes.inventoryVariable, at, {
    what: `"${text}" is no label`,
    why: `the node is refused with it: ${why}`,
    todo: 'write key=value; several labels take one --node-label each',
  })
}

function wrongTaint(text: string, at: Location): Problem {
  return warningAt(codes.inventoryVariable, at, {
    what: `"${text}" is no taint`,
    why: 'k3s refuses to start with it',
    todo: 'write key=value:NoSchedule, with one of NoSchedule, PreferNoSchedule, NoExecute',
  })
}
