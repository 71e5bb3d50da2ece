// Whether a value is as a pattern says, for the patterns that are modelled: wildcards, and maps of
// them. Upstream: kyverno v1.19.1 pkg/engine/{validate,pattern}, ext/wildcard.

import { isObject } from '../../kube/patch/json.ts'

const globs = new Map<string, RegExp>()

/** `*` is any text, `?` one character. */
export function globMatches(pattern: string, text: string): boolean {
  if (pattern === '*' || pattern === text) return true
  if (!/[*?]/u.test(pattern)) return false
  let glob = globs.get(pattern)
  if (glob === undefined) {
    const source = pattern.replace(/[.+^${}()|[\]\\/]/gu, String.raw`\$&`)
    glob = new RegExp(`^${source.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`, 'u')
    globs.set(pattern, glob)
  }
  return glob.test(text)
}

/** A scalar that stands alone is compared as text. */
export function matchesPattern(value: unknown, pattern: unknown): boolean {
  if (isObject(pattern)) return matchesMap(value, pattern)
  const text = String(pattern)
  if (Array.isArray(value)) return value.every(each => matchesScalar(each, text))
  return !isObject(value) && globMatches(text, String(value))
}

function matchesMap(value: unknown, pattern: Readonly<Record<string, unknown>>): boolean {
  if (!isObject(value)) return false
  return Object.entries(pattern).every(([key, wanted]) =>
    isObject(wanted) ? matchesMap(value[key], wanted) : matchesScalar(value[key], wanted),
  )
}

function matchesScalar(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(value)) return value.every(each => matchesScalar(each, pattern))
  if (typeof pattern === 'boolean') return value === pattern
  if (typeof pattern === 'number') {
    return typeof value === 'string' ? Number(value) === pattern : value === pattern
  }
  if (value === undefined || value === null || isObject(value)) return false
  return globMatches(String(pattern), String(value))
}

/** Why a pattern is not among those; undefined when it is. */
export function patternProblem(pattern: unknown): string | undefined {
  if (Array.isArray(pattern)) return 'a condition on a list'
  if (isObject(pattern)) {
    for (const [key, value] of Object.entries(pattern)) {
      if (/[*?]|\)$/u.test(key)) return 'wildcards or anchors in the keys of a condition'
      const problem = patternProblem(value)
      if (problem !== undefined) return problem
    }
    return undefined
  }
  if (pattern === null) return 'null as a condition'
  const isCompared = typeof pattern === 'string' && !/^(?:\d+|[a-z*?/][^|&<>!]*|)$/iu.test(pattern)
  return isCompared ? 'operators in a condition' : undefined
}
