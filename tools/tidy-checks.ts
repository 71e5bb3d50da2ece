// The checks of `tidy`, pure: source files in, offences out. Each is tested on planted errors in
// test/architecture/tidy.test.ts.

import {
  bannedInCore,
  coreTierMax,
  type Layer,
  layers,
  type Members,
  purePackages,
} from './layers.ts'
import {
  type Import,
  importsOf,
  isNode,
  lineAt,
  type Member,
  membersOf,
  type SourceFile,
  type SyntaxNode,
  walk,
} from './source-file.ts'

export interface Offence {
  readonly check: string
  readonly path: string
  readonly line: number
  /** What is wrong and what to do instead. */
  readonly text: string
  /** For the ratchet: what is measured, and how much of it there is. */
  readonly subject?: string
  readonly amount?: number
}

const fileLinesMax = 600
const functionLinesMax = 70
const columnsMax = 100

const isTest = (path: string): boolean => path.endsWith('.test.ts')

/** The layer of a file below src/, or undefined. */
function layerOf(path: string): Layer | undefined {
  return layers.find(
    layer => path === `src/${layer.folder}` || path.startsWith(`src/${layer.folder}/`),
  )
}

/** The repository path that a relative import names. */
function resolved(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** Imports go to lower tiers only; core code imports nothing from outside src/. */
export function checkImports(file: SourceFile): readonly Offence[] {
  if (!file.path.startsWith('src/') || isTest(file.path)) return []
  const layer = layerOf(file.path)
  if (layer === undefined) {
    const text = `no layer has this folder: add a row to tools/layers.ts`
    return [{ check: 'imports', path: file.path, line: 1, text }]
  }
  return importsOf(file).flatMap(each => {
    const text = importText(file.path, layer, each)
    return text === undefined ? [] : [{ check: 'imports', path: file.path, line: each.line, text }]
  })
}

function importText(path: string, layer: Layer, { from }: Import): string | undefined {
  if (!from.startsWith('.')) {
    if (layer.tier > coreTierMax || Object.hasOwn(purePackages, from)) return undefined
    return `core code (tier ${layer.tier}) may not import "${from}": pass the value in from tier 9-10`
  }
  const target = resolved(path, from)
  if (!target.startsWith('src/')) return `product code may not import ${target}`
  if (isTest(target) || target.endsWith('/testing.ts')) {
    return path.endsWith('/testing.ts')
      ? undefined
      : `product code may not import test code ${target}`
  }
  const other = layerOf(target)
  if (other === undefined) return `${target} is in no layer: add a row to tools/layers.ts`
  if (other === layer || other.tier < layer.tier) return undefined
  const below = target.slice('src/'.length)
  const allowed = Object.keys(layer.also ?? {})
  if (allowed.some(name => below === name || below.startsWith(`${name}/`))) return undefined
  return (
    `${layer.folder} (tier ${layer.tier}) may not import ${below} (tier ${other.tier}): ` +
    `move what both need to a lower tier, or change the row of "${layer.folder}" in tools/layers.ts`
  )
}

/** Core code names nothing that makes a run depend on the machine or the moment. */
export function checkBanned(file: SourceFile): readonly Offence[] {
  const layer = layerOf(file.path)
  if (layer === undefined || layer.tier > coreTierMax || isTest(file.path)) return []
  if (file.tree === undefined) return []
  const own = boundNames(file.tree)
  const offences: Offence[] = []
  walk(file.tree, (node, parent, field) => {
    const name = bannedName(node, parent, field)
    if (name === undefined || own.has(name)) return
    const text = `${name} is not allowed in tiers 0-${coreTierMax}: ${bannedInCore[name] ?? ''}`
    offences.push({ check: 'banned', path: file.path, line: lineAt(file, node.start), text })
  })
  return offences
}

const banned = new Set(Object.keys(bannedInCore))

/** The banned name that this node uses, if any; strings and comments are no nodes. */
function bannedName(
  node: SyntaxNode,
  parent: SyntaxNode | undefined,
  field: string,
): string | undefined {
  if (node['async'] === true) return 'async'
  if (node.type === 'AwaitExpression') return 'await'
  if (node.type === 'MemberExpression') return bannedMember(node)
  if (node.type !== 'Identifier' || typeof node['name'] !== 'string') return undefined
  if (!banned.has(node['name']) || isPropertyName(parent, field)) return undefined
  return node['name']
}

function bannedMember(node: SyntaxNode): string | undefined {
  const { object, property } = node
  if (node['computed'] === true || !isNode(property)) return undefined
  const name = String(property['name'])
  if (name.startsWith('toLocale') || name === 'localeCompare')
    return banned.has(name) ? name : undefined
  const full = isNode(object) && object.type === 'Identifier' ? `${object['name']}.${name}` : ''
  if (full.startsWith('globalThis.') && banned.has(name)) return name
  return banned.has(full) ? full : undefined
}

/** True where an identifier is only the name of a field: a.process, { process: 1 }. */
function isPropertyName(parent: SyntaxNode | undefined, field: string): boolean {
  if (parent === undefined || parent['computed'] === true) return false
  if (parent.type === 'MemberExpression') return field === 'property'
  return field === 'key'
}

/** Names that the file itself declares: variables, parameters, functions, classes, types. */
function boundNames(tree: SyntaxNode): ReadonlySet<string> {
  const names = new Set<string>()
  const bind = (target: unknown): void => {
    if (!isNode(target)) return
    if (target.type === 'Identifier') names.add(String(target['name']))
    else if (target.type === 'Property') bind(target['value'])
    else
      for (const field of ['left', 'argument', 'properties', 'elements']) {
        const inner = target[field]
        if (Array.isArray(inner)) inner.forEach(bind)
        else bind(inner)
      }
  }
  walk(tree, node => {
    if (node.type === 'ImportSpecifier') bind(node['local'])
    else if (/^(VariableDeclarator|ClassDeclaration|TSInterface|TSTypeAlias)/.test(node.type)) {
      bind(node['id'])
    } else if (/Function/.test(node.type)) {
      bind(node['id'])
      if (Array.isArray(node['params'])) node['params'].forEach(bind)
    }
  })
  return names
}

/** File, function and line lengths. */
export function checkSize(file: SourceFile): readonly Offence[] {
  const offences: Offence[] = []
  const add = (line: number, subject: string, amount: number, text: string): void => {
    offences.push({ check: 'size', path: file.path, line, subject, amount, text })
  }
  const count = file.text.endsWith('\n') ? file.lines.length - 1 : file.lines.length
  if (count > fileLinesMax) {
    add(1, 'file', count, `${count} lines, limit ${fileLinesMax}: split by noun or extension point`)
  }
  file.lines.forEach((line, index) => {
    if (line.length <= columnsMax || isUnbreakable(line)) return
    add(index + 1, 'columns', line.length, `${line.length} columns, limit ${columnsMax}`)
  })
  if (isTest(file.path) || file.tree === undefined) return offences
  walk(file.tree, (node, parent) => {
    if (!/^(Function|Arrow)/.test(node.type) || !isNode(node['body'])) return
    const lines = lineAt(file, node.end) - lineAt(file, node.start) + 1
    if (lines <= functionLinesMax) return
    const name = functionName(node, parent)
    const text = `function ${name} has ${lines} lines, limit ${functionLinesMax}: split it`
    add(lineAt(file, node.start), `function ${name}`, lines, text)
  })
  return offences
}

/** A line that is long because of one literal, which no formatter can break. */
function isUnbreakable(line: string): boolean {
  return /(['"`/])(?:(?!\1).){60,}\1/.test(line) || /https?:\/\/\S{50,}/.test(line)
}

function functionName(node: SyntaxNode, parent: SyntaxNode | undefined): string {
  for (const named of [node['id'], parent?.['id'], parent?.['key']]) {
    if (isNode(named) && typeof named['name'] === 'string') return named['name']
  }
  return '(unnamed)'
}

/** The build writes into all that looks like a literal that begins with a spread (object-shapes). */
export function checkSpreads(file: SourceFile): readonly Offence[] {
  if (!file.path.startsWith('src/') || isTest(file.path) || file.tree === undefined) return []
  const offences: Offence[] = []
  walk(file.tree, node => {
    const own = file.text.slice(node.start, node.end)
    const at = own.search(/\{\s*\.\.\./)
    const isText = node.type === 'Literal' || node.type === 'TemplateElement'
    if (isText ? at < 0 : node.type !== 'ObjectPattern' || at !== 0) return
    const text = `the build takes "${own.slice(0, 20)}" for a copy of an object: write it otherwise`
    offences.push({ check: 'spread', path: file.path, line: lineAt(file, node.start), text })
  })
  return offences
}

/** The first line says what the file is; the titles of a test say it themselves. */
export function checkFirstLine(file: SourceFile): readonly Offence[] {
  if (isTest(file.path)) return []
  const first = file.lines[0]?.startsWith('#!') ? file.lines[1] : file.lines[0]
  if (first !== undefined && /^(\/\/|\/\*\*?) \S.{14,}/.test(first)) return []
  const text =
    'the first line must be a comment: what this is, which upstream path and version it follows'
  return [{ check: 'first-line', path: file.path, line: 1, text }]
}

/** Members have a doc, a test beside them and a line in the registry, which alone imports them. */
export function checkMembers(files: readonly SourceFile[]): readonly Offence[] {
  return layers.flatMap(layer =>
    layer.members === undefined ? [] : checkMembersOf(layer.members, files),
  )
}

function checkMembersOf(members: Members, files: readonly SourceFile[]): readonly Offence[] {
  const folder = `src/${members.folder}`
  const registryPath = `${folder}/registry.ts`
  const registry = files.find(file => file.path === registryPath)
  const listed = new Set(
    (registry === undefined ? [] : importsOf(registry)).map(each =>
      resolved(registryPath, each.from),
    ),
  )
  const inside = files.filter(file => file.path.startsWith(`${folder}/`) && !isTest(file.path))
  const found = inside.flatMap(file =>
    membersOf(file)
      .filter(member => member.shape.split(/\s*&\s*/).some(shape => members.shapes.includes(shape)))
      .map(member => ({ file, member })),
  )
  const context = { listed, files, registryPath, folder }
  return [
    ...found.flatMap(each => checkMember(each.file, each.member, context)),
    ...files.flatMap(file => checkImportsOfMembers(file, found, context)),
  ]
}

interface FoundMember {
  readonly file: SourceFile
  readonly member: Member
}

interface MemberContext {
  readonly listed: ReadonlySet<string>
  readonly files: readonly SourceFile[]
  readonly registryPath: string
  readonly folder: string
}

function checkMember(file: SourceFile, member: Member, context: MemberContext): readonly Offence[] {
  const texts: string[] = []
  for (const field of ['name', 'doc']) {
    if (!member.fields.includes(field) || member.texts[field] === '') {
      texts.push(`${member.exportName} satisfies ${member.shape} but has no ${field}`)
    }
  }
  if (!context.files.some(other => isTestOf(other.path, file.path, context.folder))) {
    texts.push(`${member.exportName} has no test: add ${file.path.replace(/\.ts$/, '.test.ts')}`)
  }
  if (!context.listed.has(file.path)) {
    texts.push(`${member.exportName} is not in ${context.registryPath}: add its line`)
  }
  return texts.map(text => ({ check: 'members', path: file.path, line: member.line, text }))
}

/** Beside the member, or anywhere in the folder that the member has for itself. */
function isTestOf(test: string, member: string, folder: string): boolean {
  if (!isTest(test)) return false
  if (test === member.replace(/\.ts$/, '.test.ts')) return true
  const own = folderOf(member)
  return own !== folder && test.startsWith(`${own}/`)
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

/** A member is asked for by name in its registry only; what it shares else may be imported. */
function checkImportsOfMembers(
  file: SourceFile,
  members: readonly FoundMember[],
  { registryPath, folder }: MemberContext,
): readonly Offence[] {
  // Suites outside src/ may look at one member alone.
  if (!file.path.startsWith('src/') || file.path === registryPath) return []
  if (isTest(file.path)) return []
  const own = folderOf(file.path)
  return importsOf(file).flatMap(each => {
    if (!each.from.startsWith('.')) return []
    const target = resolved(file.path, each.from)
    if (own !== folder && own === folderOf(target)) return []
    const asked = members.find(
      ({ file: { path }, member }) => path === target && each.names.includes(member.exportName),
    )
    if (asked === undefined) return []
    const text = `only ${registryPath} imports members: ask it for ${asked.member.exportName}`
    return [{ check: 'members', path: file.path, line: each.line, text }]
  })
}
