import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { pageMarkdown, pages, pageText } from './registry.ts'

const folder = 'docs/rules'

/** Codes that the product's sources mention. */
function mentioned(): string[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    name => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('pages'),
  )
  const texts = files.map(name => readFileSync(`src/${name}`, 'utf8'))
  const codes = texts.flatMap(text =>
    [...text.matchAll(/'(ST\d{4})'/g)].map(match => match[1] ?? ''),
  )
  return [...new Set(codes)].sort()
}

it('every code that the product can print has a page, and every page a code', () => {
  expect(pages.map(({ id }) => id)).toEqual(mentioned())
})

it('every page has all its parts', () => {
  const empty = pages.filter(page => Object.values(page).some(part => part.trim() === ''))
  expect(empty.map(({ id }) => id)).toEqual([])
})

it('docs/rules holds exactly these pages: npm run pages writes them', () => {
  const wanted = Object.fromEntries(pages.map(page => [`${page.id}.md`, pageMarkdown(page)]))
  const names = readdirSync(folder).filter(name => name.startsWith('ST'))
  expect(names.sort()).toEqual(Object.keys(wanted))
  for (const name of names) expect(readFileSync(`${folder}/${name}`, 'utf8')).toBe(wanted[name])
})

it('a page on a terminal shows its examples indented', () => {
  const page = pages.find(({ id }) => id === 'ST0106')
  expect(page && pageText(page, text => text)).toContain('Bad\n    spec:\n      replicas: 3\n')
})
