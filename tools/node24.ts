// `npm run test:node24`: the second lane. Fetches Node 24 from npm into .cache and compares the
// digest of one `check` with this Node's: same input, same bytes, on every version.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = join(root, '.cache', 'node24')
const node24 = join(folder, 'node_modules', 'node', 'bin', 'node')
const { ensureBuilt } = createRequire(import.meta.url)('./first-use.cjs') as {
  ensureBuilt: () => string
}

/** Installs Node 24 beside the project, never into it. */
function ensureNode24(): void {
  if (existsSync(node24)) return
  mkdirSync(folder, { recursive: true })
  const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', 'node@24']
  // The project's own .npmrc does not concern this folder; scripts put the binary in place.
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2] })
}

interface Run {
  readonly version: string
  readonly digest: string
}

function digestUnder(node: string, bundle: string): Run {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  const args = [bundle, 'check', join('examples', 'kubefirst'), '-o', 'json']
  const result = spawnSync(node, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (result.status !== 0 && result.status !== 1) {
    throw new Error(`${version}: status ${result.status}\n${result.stderr}`)
  }
  const report = JSON.parse(result.stdout) as { readonly run?: { readonly digest?: string } }
  return { version, digest: report.run?.digest ?? '' }
}

const bundle = ensureBuilt()
ensureNode24()
const runs = [process.execPath, node24].map(node => digestUnder(node, bundle))
for (const { version, digest } of runs) console.log(`${version} ${digest}`)
const [here, there] = runs
if (here === undefined || here.digest === '' || here.digest !== there?.digest) {
  console.error('node24: the digests differ')
  process.exitCode = 1
}
