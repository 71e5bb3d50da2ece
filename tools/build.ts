// Bundles src/cli into dist/: the command line, the part that runs trials, a loader for both, and
// V8's code caches of a real run.

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type BuildOptions, type Plugin } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

function options(entry: string, outfile: string): BuildOptions {
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
    legalComments: 'linked',
    // An import on demand is a call of require, which the loader answers with the code cache.
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
  }
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

/** Writes the scripts; sources newer than dist/seatrial.cjs mean a new build. */
async function bundle(): Promise<void> {
  const started = new Date()
  mkdirSync(dist, { recursive: true })
  for (const name of readdirSync(dist)) {
    if (name.endsWith('.cache')) rmSync(join(dist, name))
  }
  await build(options('src/cli/run.ts', 'dist/run.cjs'))
  await build({ ...options('src/cli/main.ts', 'dist/main.cjs'), plugins: [runOnDemand] })
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
} catch {
  // esbuild has already said what is wrong, with file and line.
  process.exitCode = 1
}
