import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface Entry {
  readonly version?: string
  readonly resolved?: string
  readonly hasInstallScript?: boolean
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, Entry>>
}

// `npm ci` refuses a lock file without them, and npm leaves them out when a registry lacks them.
it('the lock file has an entry for the packages of every platform', () => {
  const missing = Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies).filter(name => !(`node_modules/${name}` in lock.packages)),
  )
  expect(missing).toEqual([])
})

it('the lock file names no registry', () => {
  expect(Object.values(lock.packages).filter(entry => entry.resolved !== undefined)).toEqual([])
})

it('no package of the published product runs a script when it is installed', () => {
  const scripted = Object.entries(lock.packages).filter(
    ([, entry]) => entry.hasInstallScript === true && entry.dev !== true,
  )
  expect(scripted).toEqual([])
})
