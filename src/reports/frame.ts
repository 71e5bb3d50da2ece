// Code frames: the user's lines as written, with a label where the eye should go.

import type { Location } from '../base/problem.ts'

/** A place and the few words beside it. */
export interface Label {
  readonly location: Location
  readonly text?: string
}

export interface FrameOptions {
  readonly sourceText: (file: string) => string | undefined
  readonly indent: string
  /** Styles the label; identity without colour. */
  readonly accent: (text: string) => string
}

/** A parent key this far above its child is shown with it. */
const parentDistanceMax = 3
const columnsMax = 120

/** `file:line:column`, as editors and terminals open it. */
export function placeText({ file, line, column }: Location): string {
  if (line === undefined) return file
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`
}

/** The lines of a frame: where, the parent key when it is near, and the labelled line. */
export function frame(label: Label, options: FrameOptions): readonly string[] {
  const { location, text } = label
  const { indent, accent, sourceText } = options
  const where = `${indent}${placeText(location)}`
  if (location.line === undefined) return [where]
  const lines = sourceText(location.file)?.split('\n')
  const line = lines?.[location.line - 1]
  if (lines === undefined || line === undefined || line.trim() === '') return [where]
  const parent = parentOf(lines, location.line - 1)
  const shown = [...(parent === undefined ? [] : [parent]), line].map(clean)
  const margin = Math.min(...shown.map(indentation))
  const body = shown.map(each => `${indent}   ${shortened(each.slice(margin))}`)
  const arrow = text === undefined || text === '' ? '' : `   ${accent(`← ${text}`)}`
  return [where, ...body.slice(0, -1), `${body.at(-1) ?? ''}${arrow}`]
}

/**
 * The nearest line above with less indentation, when it is only a few lines away; an item of a
 * list may stand right below its key.
 */
function parentOf(lines: readonly string[], index: number): string | undefined {
  const child = lines[index] ?? ''
  const own = indentation(child) + (isItem(child) ? 1 : 0)
  for (let at = index - 1; at >= 0 && at >= index - parentDistanceMax; at -= 1) {
    const line = lines[at] ?? ''
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue
    if (line.trim() === '---') return undefined
    if (indentation(line) < own && !(isItem(child) && isSibling(line, child))) return line
  }
  return undefined
}

function isItem(line: string): boolean {
  return /^\s*-(\s|$)/.test(line)
}

function isSibling(line: string, item: string): boolean {
  return isItem(line) && indentation(line) === indentation(item)
}

function indentation(line: string): number {
  return line.length - line.trimStart().length
}

/** Control characters of a file may not move the cursor of a terminal. */
function clean(line: string): string {
  return line
    .trimEnd()
    .replaceAll('\t', '  ')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '�')
}

function shortened(line: string): string {
  return line.length <= columnsMax ? line : `${line.slice(0, columnsMax - 1)}…`
}
