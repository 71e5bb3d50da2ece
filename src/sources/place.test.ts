import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { childrenOf, filePlace, openNamed } from './place.ts'

let root = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'seatrial-place-'))
  for (const folder of ['a', 'b']) {
    mkdirSync(join(root, folder))
    writeFileSync(join(root, folder, `${folder}.yaml`), '')
  }
})

afterEach(() => rmSync(root, { recursive: true }))

function filesBelow(path: string): readonly string[] {
  const opened = openNamed(path, () => '')
  if (!('place' in opened)) return []
  const below = (folder: typeof opened.place): readonly string[] =>
    childrenOf(folder).flatMap(child => {
      if (!('place' in child)) return []
      const { place } = child
      return place.type === 'folder' ? below(place) : [relative(root, place.path)]
    })
  return below(opened.place)
}

it('follows a link to a folder elsewhere', () => {
  symlinkSync(join(root, 'b'), join(root, 'a', 'other'))
  expect(filesBelow(join(root, 'a'))).toEqual(['a/a.yaml', 'a/other/b.yaml'])
})

it('reads each file once where links lead back up', () => {
  symlinkSync('..', join(root, 'a', 'up'))
  symlinkSync(root, join(root, 'a', 'again'))
  symlinkSync('.', join(root, 'b', 'here'))
  expect(filesBelow(root)).toEqual(['a/a.yaml', 'b/b.yaml'])
})

it('ends where two folders link to each other', () => {
  symlinkSync('../b', join(root, 'a', 'other'))
  symlinkSync('../a', join(root, 'b', 'other'))
  expect(filesBelow(join(root, 'a'))).toEqual(['a/a.yaml', 'a/other/b.yaml'])
})

it('says that a folder is no file where a file is wanted', () => {
  const { problems } = filePlace(root, true).read()
  expect(problems).toMatchObject([{ code: 'ST0102', why: expect.stringContaining('a folder') }])
})
