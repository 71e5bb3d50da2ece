// Reads the real inputs that lie beside the repository, where they are present.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sortedStrings } from '../base/compare.ts'
import { load } from './load.ts'
import { isMapping } from './objects.ts'
import { filePlace } from './place.ts'

const real = join(import.meta.dirname, '../../../shared/real')
const hasReal = existsSync(real)
const where = hasReal ? '' : ' (skipped: ../shared/real is not there)'
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0
const why = hasKubectl ? where : ' (skipped: kubectl is not installed)'

interface Row {
  readonly file: string
  readonly documents: string
  readonly kinds: string
}

function indexOf(folder: string): readonly Row[] {
  const lines = readFileSync(join(real, folder, 'INDEX.tsv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
  return lines.flatMap(line => {
    const [file = '', , documents = '', kinds = ''] = line.split('\t')
    return /\.(?:ya?ml|json)$/.test(file) && documents !== '' ? [{ file, documents, kinds }] : []
  })
}

// As the index counts: every document by its kind, and the items of typed lists as well.
function kindsOf(values: readonly unknown[]): string {
  const counts = new Map<string, number>()
  const count = (value: unknown): void => {
    const other = typeof value === 'string' ? '(str)' : '(list)'
    const kind = isMapping(value) ? String(value['kind'] ?? '(dict)') : other
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    if (!isMapping(value) || !/.List$/.test(kind) || !Array.isArray(value['items'])) return
    value['items'].forEach(count)
  }
  values.forEach(count)
  return sortedStrings(counts.keys())
    .map(kind => `${kind}=${counts.get(kind)}`)
    .join(',')
}

describe('real inputs', { timeout: 60_000 }, () => {
  const folders = ['kubefirst', 'kustomize', 'platforms']
  it.skipIf(!hasReal).each(folders)(
    `every document of %s is read and of its kind${where}`,
    folder => {
      const wrong: string[] = []
      for (const { file, documents, kinds } of indexOf(folder)) {
        const text = filePlace(join(real, folder, file), false).read()
        const values = text.documents.map(({ value }) => value).filter(value => value !== null)
        if (text.problems.length > 0) wrong.push(`${file}: ${text.problems[0]?.what}`)
        if (String(values.length) !== documents) wrong.push(`${file}: ${values.length} documents`)
        if (kindsOf(values) !== kinds) wrong.push(`${file}: ${kindsOf(values)}`)
      }
      expect(wrong).toEqual([])
    },
  )

  it.skipIf(!hasReal)(`every platform loads without an error in its files${where}`, () => {
    const platforms = readdirSync(join(real, 'platforms'), { withFileTypes: true })
    const wrong: string[] = []
    for (const { name } of platforms.filter(entry => entry.isDirectory())) {
      const loaded = load([join(real, 'platforms', name)])
      if (loaded.objects.length === 0) wrong.push(`${name}: no objects`)
      const errors = loaded.problems.filter(({ severity }) => severity === 'error')
      wrong.push(...errors.map(({ what, location }) => `${name}: ${location?.file} ${what}`))
    }
    expect(wrong).toEqual([])
  })

  // The three trees beside this one agree as well; each build takes seconds.
  const canBuild = hasReal && hasKubectl
  it.skipIf(!canBuild)(`a kustomization builds to what it built to before${why}`, () => {
    const folder = join(real, 'kubefirst/kustomize')
    const built = load([join(folder, 'built/mgmt-civo-github.yaml')])
    const loaded = load([join(folder, 'local/mgmt-civo-github')])
    expect(loaded.problems).toEqual([])
    expect(loaded.objects.map(({ object }) => object)).toEqual(
      built.objects.map(({ object }) => object),
    )
    const proxy = loaded.objects.find(({ object }) => object.metadata.name?.includes('haproxy'))
    expect(proxy?.locate('metadata.name').file).toMatch(/argo-cd-v2\.12\.0\/manifests\/.*\.yaml$/)
  })
})
