// Bundles src/cli/main.ts into dist/: one script, its loader, and V8's code cache of a real run.

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
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

/** Writes dist/main.cjs and dist/seatrial.cjs; sources newer than the latter mean a new build. */
async function bundle(): Promise<void> {
  const started = new Date()
  mkdirSync(dist, { recursive: true })
  for (const name of readdirSync(dist)) {
    if (name.endsWith('.cache')) rmSync(join(dist, name))
  }
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/main.cjs',
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    // Imports on demand stay in the bundle and are evaluated when first needed.
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
  })
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
  const size = statSync(join(dist, 'main.cjs')).size
  console.error(`dist/seatrial.cjs: ${Math.round(size / 1024)} KiB`)
} catch {
  // esbuild has already said what is wrong, with file and line.
  process.exitCode = 1
}
