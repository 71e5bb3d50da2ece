// Formats of the matrix of hosts, sorted by name.

import { dump } from 'js-yaml'
import type { HostMatrix, HostRow, ToolOnHost } from '../../explain/host-matrix.ts'
import { reportProblem } from '../../explain/problems.ts'
import { columns } from '../columns.ts'
import { playbooksDocument, playsMarkdown, playsText, tasksText } from './playbooks.ts'
import { cellsOf, gapsOf, headsOf, votersText } from './words.ts'

type Render = (matrix: HostMatrix) => string

const table: Render = matrix => columns([headsOf(matrix), ...cellsOf(matrix)])

const text: Render = matrix => {
  const { release, hosts, voters } = matrix
  const nodes = hosts.filter(({ isNode }) => isNode).length
  const lines = [
    ...(voters === undefined ? [] : [votersText(voters)]),
    `${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}, ${nodes} of them nodes; ${release.what}: ${release.why}`,
  ]
  const gaps = gapsOf(matrix)
  const absent = gaps.length === 0 ? '' : `\n${gaps.join('\n')}\n`
  const plays = playsText(matrix.playbooks ?? [])
  return `${table(matrix)}${absent}\n${lines.join('\n')}\n${plays}`
}

/** One line for every host and tool, with the role and the condition. */
const wide: Render = ({ hosts, playbooks = [] }) => {
  const rows = hosts.flatMap(({ name, tools }) =>
    tools.map(({ name: tool, lands, role, because }) => [
      name,
      tool,
      lands ? 'yes' : 'no',
      role,
      because,
    ]),
  )
  const tools = columns([['HOST', 'TOOL', 'LANDS', 'ROLE', 'BECAUSE'], ...rows])
  return tools + tasksText(playbooks)
}

const markdown: Render = matrix => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const heads = headsOf(matrix)
  return [
    line(heads),
    `|${heads.map(() => '---').join('|')}|`,
    ...cellsOf(matrix).map(line),
    ...gapsOf(matrix).map(gap => `\n${gap}`),
    ...(matrix.voters === undefined ? [] : [`\n${votersText(matrix.voters)}`]),
    ...playsMarkdown(matrix.playbooks ?? []),
    '',
  ].join('\n')
}

/** The matrix as a document; the first file:line of every row and decision is in it. */
function documentOf(matrix: HostMatrix): unknown {
  const { installer, release, parts, hosts, voters, playbooks, problems } = matrix
  const lists = new Map<readonly ToolOnHost[], unknown>()
  const toolsOf = (row: HostRow): unknown => {
    const known = lists.get(row.tools) ?? row.tools.map(toolDocument)
    lists.set(row.tools, known)
    return known
  }
  return {
    apiVersion: 'seatrial.dev/v1',
    kind: 'HostMatrix',
    installer,
    release: { name: release.what, why: release.why, setBy: release.setBy },
    parts,
    hosts: hosts.map(row => ({
      name: row.name,
      file: row.at.file,
      line: row.at.line ?? null,
      groups: row.groups,
      parts: row.parts,
      isNode: row.isNode,
      tools: toolsOf(row),
    })),
    etcd:
      voters === undefined ? null : { ...voters, survives: voters.members.length - voters.needed },
    ...(playbooks !== undefined && playbooksDocument(playbooks)),
    problems: problems.map(reportProblem),
  }
}

function toolDocument({ name, lands, role, because, at }: ToolOnHost): unknown {
  return {
    name,
    lands,
    role,
    because,
    ...(at === undefined ? {} : { file: at.file, line: at.line ?? null }),
  }
}

export const hostReporters: ReadonlyMap<string, Render> = new Map<string, Render>([
  ['json', matrix => `${JSON.stringify(documentOf(matrix), null, 2)}\n`],
  ['markdown', markdown],
  ['table', table],
  ['text', text],
  ['wide', wide],
  ['yaml', matrix => dump(documentOf(matrix), { lineWidth: -1, noRefs: true })],
])
