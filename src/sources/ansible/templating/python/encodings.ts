// Texts as bytes and back, by the names that Python has for encodings. Upstream: CPython 3.11
// Lib/encodings; those of single countries are not known here.

import { TemplateFailure } from '../failures.ts'

type Kind = 'utf8' | 'ascii' | 'latin1' | 'utf16le'

const kinds: ReadonlyMap<string, Kind> = new Map([
  ...['utf_8', 'utf8', 'u8', 'utf'].map(name => [name, 'utf8'] as const),
  ...['ascii', 'us_ascii', '646'].map(name => [name, 'ascii'] as const),
  ...['latin_1', 'latin1', 'latin', 'l1', 'iso_8859_1', 'iso8859_1', 'cp819'].map(
    name => [name, 'latin1'] as const,
  ),
  ...['utf_16_le', 'utf_16le', 'utf16_le'].map(name => [name, 'utf16le'] as const),
])

const codeMax = { ascii: 0x7f, latin1: 0xff } as const

function kindOf(name: string): Kind {
  const kind = kinds.get(name.toLowerCase().replace(/[^a-z0-9.]+/g, '_'))
  if (kind === undefined) throw new TemplateFailure(`unknown encoding: ${name}`)
  return kind
}

/** The bytes of a text; fails on encodings that are not known and on characters they lack. */
export function encode(text: string, name: string): Buffer {
  const kind = kindOf(name)
  if (kind === 'ascii' || kind === 'latin1') {
    const max = codeMax[kind]
    const at = Array.from(text).findIndex(each => (each.codePointAt(0) ?? 0) > max)
    if (at >= 0) {
      throw new TemplateFailure(
        `'${name}' codec can't encode character in position ${at}: ordinal not in range(${max + 1})`,
      )
    }
  }
  return Buffer.from(text, kind)
}

/** The text of bytes. */
export function decode(bytes: Buffer, name: string): string {
  const kind = kindOf(name)
  return kind === 'utf8' ? textOfBytes(bytes) : bytes.toString(kind)
}

// Bytes that are no UTF-8 stand as lone surrogates. Upstream: Python's surrogateescape.
function textOfBytes(bytes: Buffer): string {
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const size = sizeOfCharacter(bytes, at)
    if (size === 0) text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
    else text += bytes.toString('utf8', at, at + size)
    at += Math.max(size, 1)
  }
  return text
}

/** Bytes of the character that begins here, or 0 where none does. */
function sizeOfCharacter(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0
  const size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (size === 0 || first > 0xf4 || at + size > bytes.length) return 0
  const isWhole = !bytes.toString('utf8', at, at + size).includes('\ufffd')
  const isMark = bytes.toString('hex', at, at + size) === 'efbfbd'
  return isWhole || isMark ? size : 0
}
