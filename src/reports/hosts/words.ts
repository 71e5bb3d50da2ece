// Words for the matrix of hosts: what is true of a host, what hosts lack, what etcd survives.

import type { HostMatrix, HostRow, ToolOnHost, Voters } from '../../explain/host-matrix.ts'
import { toolsOf } from '../../explain/host-matrix.ts'

/** Marks of a cell. */
export const marks = { yes: 'x', no: '-' } as const

/** Heads of the matrix: the host, its parts in capitals, the tools that land anywhere. */
export function headsOf(matrix: HostMatrix): readonly string[] {
  return ['HOST', ...matrix.parts.map(part => part.toUpperCase()), ...toolsOf(matrix)]
}

/** The cells of each host under the heads. */
export function cellsOf(matrix: HostMatrix): readonly (readonly string[])[] {
  const shown = toolsOf(matrix)
  const marked = new Map<readonly ToolOnHost[], readonly string[]>()
  return matrix.hosts.map(({ name, parts, tools }) => {
    const known = marked.get(tools) ?? marksOf(tools, shown)
    marked.set(tools, known)
    return [name, ...matrix.parts.map(part => mark(parts.includes(part))), ...known]
  })
}

function marksOf(tools: readonly ToolOnHost[], shown: readonly string[]): readonly string[] {
  const landing = new Set(tools.filter(({ lands }) => lands).map(({ name }) => name))
  return shown.map(name => mark(landing.has(name)))
}

function mark(is: boolean): string {
  return is ? marks.yes : marks.no
}

const namesMax = 5

/** The first names of many. */
export function someOf(names: readonly string[]): string {
  const rest = names.length - namesMax
  return rest <= 0 ? names.join(', ') : `${names.slice(0, namesMax).join(', ')} and ${rest} more`
}

/** Sentences about hosts that have a part and lack tools which others have, by condition. */
export function gapsOf(matrix: HostMatrix): readonly string[] {
  const shown = new Set(toolsOf(matrix))
  const gaps = new Map<string, { readonly tools: Set<string>; readonly hosts: Set<string> }>()
  for (const { name, parts, isNode, tools } of matrix.hosts) {
    if (parts.length === 0 || isNode) continue
    for (const tool of tools) {
      if (tool.lands || !shown.has(tool.name)) continue
      const key = `${parts.join(', ')}\n${tool.because}`
      const gap = gaps.get(key) ?? { tools: new Set(), hosts: new Set() }
      gaps.set(key, gap)
      gap.tools.add(tool.name)
      gap.hosts.add(name)
    }
  }
  return [...gaps].map(([key, gap]) => {
    const because = key.slice(key.indexOf('\n') + 1)
    return `${someOf([...gap.hosts])}: no ${[...gap.tools].join(', ')} (${because})`
  })
}

/** What the members of etcd survive. */
export function votersText({ members, needed }: Voters): string {
  const losses = members.length - needed
  const survives = losses === 0 ? 'no loss is survived' : `the loss of ${losses} is survived`
  const words = members.length === 1 ? '1 member' : `${members.length} members`
  return `etcd: ${words} (${someOf(members)}), ${needed} needed, ${survives}`
}

/** Why a tool lands on a host or not, with the places. */
export function whyText({ name, at, groups }: HostRow, tool: ToolOnHost): string {
  const place = (where: { readonly file: string; readonly line?: number }): string =>
    where.line === undefined ? where.file : `${where.file}:${where.line}`
  return [
    `${tool.name} ${tool.lands ? 'lands' : 'does not land'} on ${name}\n`,
    `  because  ${tool.because}\n`,
    `  role     ${tool.role}\n`,
    ...(tool.at === undefined ? [] : [`  set by   ${place(tool.at)}\n`]),
    `  host     ${place(at)}, in ${groups.join(', ') || 'no group'}\n`,
  ].join('')
}
