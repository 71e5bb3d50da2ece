#!/usr/bin/env node
// Starts the bundle beside it with V8's code cache, which saves compiling it. A cache belongs to
// one Node version; a missing, rejected or unwritable one only costs time. Copied to dist/.
'use strict'

const fs = require('node:fs')
const path = require('node:path')
const v8 = require('node:v8')
const vm = require('node:vm')

// In Node 20 a third of a check's processor time went into optimizing functions that hardly run
// again; what stays hot in a long run still is optimized. Later versions have a quick compiler for
// that, and know no such flag. Set before compiling: a code cache belongs to its flags.
if (process.versions.v8.startsWith('11.')) v8.setFlagsFromString('--interrupt-budget=1000000')

const kind = `${process.version}-${process.arch}.cache`

// Packages and sources name these; hardly a run uses them, and each takes milliseconds to load.
const slow = new Set(['node:child_process', 'node:crypto'])

/** A module of Node's whose loading waits until something of it is used, or it is copied. */
function whenUsed(id) {
  return new Proxy(
    {},
    {
      get: (_, name) => require(id)[name],
      ownKeys: () => Reflect.ownKeys(require(id)),
      getOwnPropertyDescriptor: (_, name) => {
        const found = Reflect.getOwnPropertyDescriptor(require(id), name)
        // What its target does not have a proxy may only tell of as something that may change.
        return found && { ...found, configurable: true }
      },
    },
  )
}

function readCache(file) {
  try {
    return fs.readFileSync(file)
  } catch {
    return undefined
  }
}

/** Writes what V8 compiled in this run: whole or not at all, and silent when it cannot. */
function writeCache(file, script) {
  try {
    const partial = `${file}.${process.pid}`
    fs.writeFileSync(partial, script.createCachedData())
    fs.renameSync(partial, file)
  } catch {
    // A read-only installation starts without a cache.
  }
}

/** Runs one script of this folder as a CommonJS module. */
function load(name) {
  const filename = path.join(__dirname, name)
  const cacheFile = `${filename}.${kind}`
  const source = fs.readFileSync(filename, 'latin1')
  const cachedData = readCache(cacheFile)
  const script = new vm.Script(source, { filename, cachedData })
  if (cachedData === undefined || script.cachedDataRejected === true) {
    process.once('exit', status => {
      // Only a run that did real work has compiled what the next one needs.
      const works = ['check', 'size', 'trial'].includes(process.argv[2]) && status !== 2
      if (works && status <= 3) writeCache(cacheFile, script)
    })
  }
  const loaded = { exports: {} }
  const own = id => {
    if (id === './run.cjs') return load('run.cjs')
    return slow.has(id) ? whenUsed(id) : require(id)
  }
  script.runInThisContext()(loaded.exports, own, loaded, filename, __dirname)
  return loaded.exports
}

load('main.cjs')
