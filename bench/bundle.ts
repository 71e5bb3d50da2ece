// Measurements of the engine run from a bundle, as the product does: the loader of the sources
// adds code to every function, and the build of the product gives objects their shapes.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { sharedShapes } from '../tools/object-shapes.ts'

/** The product reads versions through `require`, which a module does not have. */
const requireBanner = `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)`

/** The folder of what benchmarks write. */
export const benchCache = join(import.meta.dirname, '..', '.cache', 'bench')

/** Bundles `bench/NAME.ts`; answers the path of the module. */
export async function bundled(name: string): Promise<string> {
  mkdirSync(benchCache, { recursive: true })
  const outfile = join(benchCache, `${name}.mjs`)
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: requireBanner },
    plugins: [sharedShapes],
  })
  return outfile
}
