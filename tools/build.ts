// Bundles src/cli into dist/: the command line, the part that runs trials, a loader for both, and
// V8's code caches of a real run.

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { sharedShapes } from './object-shapes.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

/** The licences of the packages that ended up in the bundle, which their authors ask for. */
function writeLicences(metafiles: readonly Metafile[]): void {
  const inputs = metafiles.flatMap(({ inputs: files }) => Object.keys(files))
  const packages = inputs.map(file => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1])
  const names = [...new Set(packages)].filter(name => name !== undefined).sort()
  const texts = names.map(name => {
    const folder = join(root, 'node_modules', name)
    const file = readdirSync(folder).find(each => /^licen[cs]e/i.test(each))
    if (file === undefined) throw new Error(`the package ${name} has no licence file`)
    return `${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  })
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), texts.join('\n---\n\n'))
}

function options(entry: string, outfile: string) {
  return {
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    // The loader runs the function of a CommonJS module: wrapped here, it is not copied there.
    banner: { js: '(function(exports,require,module,__filename,__dirname){' },
    footer: { js: '})' },
    // An import on demand is a call of require, which the loader answers with the code cache.
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
  } satisfies BuildOptions
}

/** Keeps src/cli/run.ts out of the first script: help and version start without the engine. */
const runOnDemand: Plugin = {
  name: 'run-on-demand',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/run\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './run.cjs', external: true } : undefined,
    )
  },
}

/** The engine of expressions runs its modules when `cel()` is first called, not at the start. */
const celOnDemand: Plugin = {
  name: 'cel-on-demand',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]kube[\\/]cel[\\/]provider\.ts$/ }, ({ path }) => ({
      contents: "export const cel = () => require('./engine.ts')",
      resolveDir: dirname(path),
    }))
  },
}

/** Writes the scripts; sources newer than dist/seatrial.cjs mean a new build. */
async function bundle(): Promise<void> {
  const started = new Date()
  mkdirSync(dist, { recursive: true })
  for (const name of readdirSync(dist)) {
    if (/\.(cache|txt)$/.test(name)) rmSync(join(dist, name))
  }
  const runOptions = options('src/cli/run.ts', 'dist/run.cjs')
  const run = await build({ ...runOptions, plugins: [celOnDemand, sharedShapes] })
  const main = options('src/cli/main.ts', 'dist/main.cjs')
  const start = await build({ ...main, plugins: [runOnDemand, sharedShapes] })
  writeLicences([run.metafile, start.metafile])
  copyFileSync(join(root, 'tools', 'loader.cjs'), join(dist, 'seatrial.cjs'))
  chmodSync(join(dist, 'seatrial.cjs'), 0o755)
  // A source that changed while esbuild was reading counts as newer.
  utimesSync(join(dist, 'seatrial.cjs'), started, started)
}

/** Runs the bundle once on an example, so that the code cache holds what `check` uses. */
function warmUp(): void {
  const example = join(root, 'examples', 'kubefirst')
  if (!existsSync(example)) return
  try {
    const args = [join(dist, 'seatrial.cjs'), 'check', example, '-o', 'json']
    execFileSync(process.execPath, args, { stdio: 'ignore', timeout: 60_000 })
  } catch {
    // Its findings do not matter here, only what it compiled.
  }
}

try {
  await bundle()
  warmUp()
  const sizes = ['main.cjs', 'run.cjs'].map(name => statSync(join(dist, name)).size)
  console.error(`dist: ${sizes.map(size => `${Math.round(size / 1024)} KiB`).join(' and ')}`)
} catch (error) {
  // esbuild has said itself what is wrong with the sources, with file and line.
  const isSaid = error instanceof Error && 'errors' in error
  if (!isSaid) console.error(error)
  process.exitCode = 1
}
