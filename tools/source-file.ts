// One TypeScript file as the tidy checks see it: text, lines, and what its syntax tree contains.

import { readFileSync } from 'node:fs'
import { parseAst } from 'vitest/node'

/** A node of the ESTree syntax tree; `start` and `end` are offsets into the text. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

export interface SourceFile {
  /** From the repository root, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  /** Undefined when the text does not parse: the compiler reports that better. */
  readonly tree: SyntaxNode | undefined
}

/** Parses `text` as the file `path` of the repository. */
export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, lines: text.split('\n'), tree: parse(text) }
}

export function readSourceFile(root: string, path: string): SourceFile {
  return sourceFile(path, readFileSync(`${root}/${path}`, 'utf8'))
}

function parse(text: string): SyntaxNode | undefined {
  try {
    return parseAst(text, { lang: 'ts' }) as unknown as SyntaxNode
  } catch {
    return undefined
  }
}

/** The line, counted from 1, of an offset. */
export function lineAt(file: SourceFile, offset: number): number {
  let line = 1
  for (let at = file.text.indexOf('\n'); at >= 0 && at < offset; ) {
    line += 1
    at = file.text.indexOf('\n', at + 1)
  }
  return line
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

/** Calls `visit` for every node, parents first, with the node above and the field it is in. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | undefined, field: string) => void,
): void {
  const step = (at: SyntaxNode, parent: SyntaxNode | undefined, field: string): void => {
    visit(at, parent, field)
    for (const [name, value] of Object.entries(at)) {
      if (isNode(value)) step(value, at, name)
      else if (Array.isArray(value))
        for (const item of value) if (isNode(item)) step(item, at, name)
    }
  }
  step(node, undefined, '')
}

/** One import or re-export; `names` are the exports asked for, none for an import on demand. */
export interface Import {
  readonly from: string
  readonly line: number
  readonly names: readonly string[]
}

/** Everything the file imports, on demand included. */
export function importsOf(file: SourceFile): readonly Import[] {
  if (file.tree === undefined) return []
  const found: Import[] = []
  walk(file.tree, node => {
    const source = node['source']
    if (!/^(Import|Export)/.test(node.type) || !isNode(source)) return
    const from = source['value']
    if (typeof from !== 'string') return
    found.push({ from, line: lineAt(file, node.start), names: importedNames(node) })
  })
  return found
}

function importedNames(node: SyntaxNode): readonly string[] {
  const specifiers = node['specifiers']
  if (!Array.isArray(specifiers)) return []
  return specifiers.filter(isNode).flatMap(specifier => {
    const name = node.type.startsWith('Export') ? specifier['local'] : specifier['imported']
    return isNode(name) && typeof name['name'] === 'string' ? [name['name']] : []
  })
}

/** A constant of the form `export const x = {...} satisfies Shape`. */
export interface Member {
  readonly exportName: string
  readonly shape: string
  readonly line: number
  /** Text properties of the object that are literals, such as name and doc. */
  readonly texts: Readonly<Record<string, string>>
  readonly fields: readonly string[]
}

/** The exported constants that say which shape they satisfy. */
export function membersOf(file: SourceFile): readonly Member[] {
  const body = file.tree?.['body']
  if (!Array.isArray(body)) return []
  return body.filter(isNode).flatMap(statement => {
    const declaration = statement['declaration']
    if (statement.type !== 'ExportNamedDeclaration' || !isNode(declaration)) return []
    const declarations = declaration['declarations']
    if (!Array.isArray(declarations)) return []
    return declarations.filter(isNode).flatMap(each => memberIn(file, each))
  })
}

/** The text of a literal, or of literals joined by +. */
function textOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined
  if (typeof value['value'] === 'string') return value['value']
  if (value.type !== 'BinaryExpression' || value['operator'] !== '+') return undefined
  const [left, right] = [textOf(value['left']), textOf(value['right'])]
  return left === undefined || right === undefined ? undefined : left + right
}

function memberIn(file: SourceFile, declarator: SyntaxNode): readonly Member[] {
  const { id, init } = declarator
  if (!isNode(id) || !isNode(init) || init.type !== 'TSSatisfiesExpression') return []
  const { expression, typeAnnotation } = init
  if (!isNode(expression) || !isNode(typeAnnotation)) return []
  if (expression.type !== 'ObjectExpression') return []
  const shape = file.text.slice(typeAnnotation.start, typeAnnotation.end).replace(/<.*$/s, '')
  const texts: Record<string, string> = {}
  const fields: string[] = []
  for (const property of expression['properties'] as readonly SyntaxNode[]) {
    const { key, value } = property
    if (!isNode(key) || typeof key['name'] !== 'string') continue
    fields.push(key['name'])
    const text = textOf(value)
    if (text !== undefined) texts[key['name']] = text
  }
  const line = lineAt(file, declarator.start)
  return [{ exportName: String(id['name']), shape, line, texts, fields }]
}
