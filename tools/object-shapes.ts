// Gives copies of objects the hidden class of their kind. V8 of Node 20 copies the first spread of
// a literal by a short cut, and a field that is then added to the copy makes a hidden class for
// this one object: `{ ...pod, status }` gives every pod another one, and code that reads pods loses
// its inline caches. A literal that begins with a spread of nothing takes the ordinary way.

import { writeFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'

/** Every literal of the output that begins with a spread begins with a spread of null. */
export function withSharedShapes(script: string): string {
  return script.replaceAll(/\{(\s*)\.\.\.(?!null\b)/g, '{$1...null,$1...')
}

/** Writes the scripts of a build itself, as esbuild would drop what spreads nothing. */
export const sharedShapes: Plugin = {
  name: 'shared-shapes',
  setup: ({ initialOptions, onEnd }) => {
    initialOptions.write = false
    onEnd(({ outputFiles = [] }) => {
      for (const { path, text } of outputFiles) writeFileSync(path, withSharedShapes(text))
    })
  },
}
