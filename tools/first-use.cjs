// What a fresh clone needs before it runs: `npm ci` when packages are missing, a bundle when the
// sources are newer. Plain CommonJS: it runs before anything is installed. Says so on stderr.
'use strict'

const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const bundle = path.join(root, 'dist', 'seatrial.cjs')
const lock = path.join(root, '.cache', 'first-use.lock')
const nodeMinimum = [20, 19]

/** Ends the process: what is wrong and what to do, for people. */
function fail(text, status) {
  process.stderr.write(`seatrial: ${text}\n`)
  process.exit(status)
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > nodeMinimum[0] || (major === nodeMinimum[0] && minor >= nodeMinimum[1])) return
  fail(
    `Node ${process.versions.node} is too old: Node ${nodeMinimum.join('.')} or newer is needed.` +
      ' Install it from https://nodejs.org or with your version manager.',
    2,
  )
}

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')).packages
  } catch {
    return undefined
  }
}

/** True when node_modules holds what package-lock.json asks for; optional packages may miss. */
function isInstalled() {
  const wanted = readPackages('package-lock.json')
  const present = readPackages('node_modules/.package-lock.json')
  if (wanted === undefined || present === undefined) return false
  return Object.keys(wanted).every(name => {
    if (name === '' || wanted[name].optional || wanted[name].peer) return true
    return present[name] !== undefined && present[name].version === wanted[name].version
  })
}

/** Runs a program; its output is kept and shown only when it fails. */
function run(command, args, advice) {
  // Loaded here: an up-to-date clone starts without it.
  const { spawnSync } = require('node:child_process')
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  if (result.status === 0) return
  const reason = result.error === undefined ? '' : `${result.error.message}\n`
  process.stderr.write(`${reason}${result.stdout ?? ''}${result.stderr ?? ''}`)
  fail(`\`${path.basename(command)} ${args.at(-1)}\` failed, see above. ${advice}`, 2)
}

function ensureInstalled() {
  requireNode()
  if (isInstalled()) return
  process.stderr.write('seatrial: first use: installing packages (npm ci), once …\n')
  run('npm', ['--no-fund', '--no-audit', 'ci'], 'npm must reach its registry; then run this again.')
}

/** Newest change below a folder, its removals included, in ms. */
function newestMs(folder) {
  let newest = fs.statSync(folder).mtimeMs
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.endsWith('.test.ts')) continue
    const file = `${folder}/${entry.name}`
    const changed = entry.isDirectory() ? newestMs(file) : fs.statSync(file).mtimeMs
    if (changed > newest) newest = changed
  }
  return newest
}

/** True when the bundle is there and no source is newer. */
function isBuilt() {
  const built = fs.statSync(bundle, { throwIfNoEntry: false })
  if (built === undefined) return false
  const inputs = [
    'package.json',
    'package-lock.json',
    'tools/build.ts',
    'tools/loader.cjs',
    'tools/object-shapes.ts',
  ]
  const changed = inputs.map(file => fs.statSync(path.join(root, file)).mtimeMs)
  return Math.max(newestMs(path.join(root, 'src')), ...changed) <= built.mtimeMs
}

function build() {
  const fresh = !fs.existsSync(bundle)
  ensureInstalled()
  if (fresh) process.stderr.write('seatrial: first use: building, once …\n')
  else process.stderr.write('seatrial: sources changed: building …\n')
  const tsx = path.join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs')
  run(process.execPath, [tsx, 'tools/build.ts'], 'The sources do not build; mend them first.')
}

/** True when the process that holds the lock is gone; an unreadable lock is being written. */
function isAbandoned() {
  try {
    process.kill(Number(fs.readFileSync(lock, 'utf8')), 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

/** Takes the lock, or says that another process has it. */
function tryLock() {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') fail(`cannot write ${lock}: ${error.message}`, 2)
    return false
  }
}

/** Runs `action` while no other process installs or builds here. */
function withLock(action) {
  fs.mkdirSync(path.dirname(lock), { recursive: true })
  while (!tryLock()) {
    if (isAbandoned()) fs.rmSync(lock, { force: true })
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  }
  const release = () => fs.rmSync(lock, { force: true })
  process.once('exit', release)
  action()
  process.removeListener('exit', release)
  release()
}

/** The path of an up-to-date bundle; installs and builds first when needed. */
function ensureBuilt() {
  if (isBuilt()) return bundle
  requireNode()
  withLock(() => {
    if (!isBuilt()) build()
  })
  return bundle
}

module.exports = { ensureBuilt, ensureInstalled }

if (require.main === module) withLock(ensureInstalled)
