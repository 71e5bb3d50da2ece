// The engine for expressions. Most runs have none, so tools/build.ts makes the bundle load the
// engine when it is first asked for.

import * as engine from './engine.ts'

export type CelEngine = typeof engine

export function cel(): CelEngine {
  return engine
}
