import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { LineTable } from '../../yaml/lines.ts'
import { YamlError } from './error.ts'
import type { Node } from './nodes.ts'
import { parseDocument } from './parser.ts'

const corpus = join(import.meta.dirname, '../../../../corpus/ansible/yaml.json.gz')

interface Recorded {
  readonly text: string
  readonly node?: unknown
  readonly error?: unknown
}

type Place = readonly [number, number]

/** Line and column as PyYAML counts them: a byte order mark is no column. */
function placeIn(text: string): (offset: number) => Place {
  const lines = new LineTable(text)
  return offset => {
    if (offset > text.length) return [lines.count + 1, 1]
    const { line, column } = lines.at(offset)
    return [line, line === 1 && text.startsWith('\ufeff') ? column - 1 : column]
  }
}

function shown(node: Node, place: (offset: number) => Place, seen: Map<Node, number>): unknown {
  const known = seen.get(node)
  if (known !== undefined) return { ref: known }
  seen.set(node, seen.size)
  const head = [node.tag, ...place(node.start)]
  if (node.kind === 'scalar') return [...head, node.text]
  if (node.kind === 'sequence') return [...head, node.items.map(item => shown(item, place, seen))]
  const pairs = node.pairs.map(({ key, value }) => [
    shown(key, place, seen),
    shown(value, place, seen),
  ])
  return [...head, pairs, 'map']
}

function read(text: string): Omit<Recorded, 'text'> {
  const place = placeIn(text)
  try {
    const node = parseDocument(text)
    return { node: node === undefined ? null : shown(node, place, new Map()) }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    const { context, contextOffset, problem, offset } = error.parts
    const from = contextOffset === undefined ? null : place(contextOffset)
    return { error: [context ?? null, from, problem, place(offset)] }
  }
}

it('reads texts as libyaml does, and refuses them in its words at its places', () => {
  const lines = gunzipSync(readFileSync(corpus)).toString('utf8').trim().split('\n')
  const wrong: unknown[] = []
  for (const line of lines) {
    const { text, ...want } = JSON.parse(line) as Recorded
    const got = read(text)
    if (JSON.stringify(got) !== JSON.stringify(want)) wrong.push({ text, want, got })
  }
  expect(wrong).toEqual([])
  expect(lines.length).toBeGreaterThan(250)
})

it.each<[string, unknown]>([
  ['', null],
  ['# only a comment\n', null],
  ['---\n', ['tag:yaml.org,2002:null', 2, 1, '']],
  ['a', ['tag:yaml.org,2002:str', 1, 1, 'a']],
  ['"a\\\n  b"', ['tag:yaml.org,2002:str', 1, 1, 'ab']],
  ['|2\n   a\n  b', ['tag:yaml.org,2002:str', 1, 1, ' a\nb']],
])('reads %j', (text, want) => {
  expect(read(text)).toEqual({ node: want })
})

it('ends where brackets are open at the end of the text, in a line of its own', () => {
  const error = ['while parsing a flow node', [2, 1], 'did not find expected node content', [2, 1]]
  expect(read('{[')).toEqual({ error })
})
