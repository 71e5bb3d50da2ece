// Leaves the schemas of CustomResourceDefinitions out while reading. They are nine tenths of many
// release manifests, and the twin does not check custom resources against them.

const definition = /^kind: CustomResourceDefinition[ \t]*\r?$/m
const schemaKey = /^( +)openAPIV3Schema:[ \t]*\r?\n/gm

/** What stands for a schema that was left out: anything is allowed. */
const open = ' {type: object, x-kubernetes-preserve-unknown-fields: true}\n'

/** Shorter than this a schema is read like everything else. */
const worthwhile = 2000

/** The text of a definition without its schemas, or undefined when there is nothing to leave out. */
export function withoutSchemas(text: string): string | undefined {
  if (text.length < worthwhile || !definition.test(text)) return undefined
  let copy = ''
  let from = 0
  for (const match of text.matchAll(schemaKey)) {
    if (match.index < from) continue
    const valueStart = match.index + match[0].length
    const end = blockEnd(text, valueStart, match[1]?.length ?? 0)
    copy += text.slice(from, valueStart).trimEnd() + open
    from = end
  }
  return from === 0 ? undefined : copy + text.slice(from)
}

// The first line from `start` on that is indented no deeper than the key.
function blockEnd(text: string, start: number, indent: number): number {
  const outside = new RegExp(`\\n {0,${indent}}[^ \\r\\n]`, 'g')
  outside.lastIndex = start - 1
  const match = outside.exec(text)
  return match === null ? text.length : match.index + 1
}
