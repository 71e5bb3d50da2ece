#!/usr/bin/env node
// Starts the bundle beside it with V8's code cache, which saves compiling it. A cache belongs to
// one Node version; a missing, rejected or unwritable one only costs time. Copied to dist/.
'use strict'

const fs = require('node:fs')
const path = require('node:path')
const vm = require('node:vm')

const filename = path.join(__dirname, 'main.cjs')
const source = fs.readFileSync(filename, 'latin1')
const cacheFile = path.join(__dirname, `main.${process.version}-${process.arch}.cache`)

function readCache() {
  try {
    return fs.readFileSync(cacheFile)
  } catch {
    return undefined
  }
}

/** Writes what V8 compiled in this run: whole or not at all, and silent when it cannot. */
function writeCache(script) {
  try {
    const partial = `${cacheFile}.${process.pid}`
    fs.writeFileSync(partial, script.createCachedData())
    fs.renameSync(partial, cacheFile)
  } catch {
    // A read-only installation starts without a cache.
  }
}

const wrapper = `(function(exports,require,module,__filename,__dirname){${source}\n})`
const cachedData = readCache()
const script = new vm.Script(wrapper, { filename, cachedData })
// Only a run that did real work has compiled what the next one needs.
const works = ['check', 'size', 'trial'].includes(process.argv[2])
if (works && (cachedData === undefined || script.cachedDataRejected === true)) {
  process.once('exit', status => {
    if (status === 0 || status === 1 || status === 3) writeCache(script)
  })
}
const main = { exports: {} }
script.runInThisContext()(main.exports, require, main, filename, __dirname)
