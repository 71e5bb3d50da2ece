// How versions compare: loose, strict, semantic, PEP 440. Port of ansible-core 2.18
// module_utils/compat/version.py and utils/version.py, and of packaging.version.

import { TemplateFailure } from '../failures.ts'

type Part = number | string

function compareParts(a: readonly Part[], b: readonly Part[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const left = a[index] as Part
    const right = b[index] as Part
    if (left === right) continue
    if (typeof left !== typeof right) {
      const name = (part: Part): string => (typeof part === 'number' ? 'int' : 'str')
      throw new TemplateFailure(
        `'<' not supported between instances of '${name(left)}' and '${name(right)}'`,
      )
    }
    return left < right ? -1 : 1
  }
  return a.length - b.length
}

/** Numbers and letters in turn; a number cannot be compared with letters. */
export function compareLoose(a: string, b: string): number {
  // The components are split at lower case letters only.
  const parts = (text: string): readonly Part[] =>
    text
      .split(/(\d+|[a-z]+|\.)/)
      .filter(part => part !== '' && part !== '.')
      .map(part => (/^\d+$/.test(part) ? Number(part) : part))
  return compareParts(parts(a), parts(b))
}

/** `1.2`, `1.2.3`, `1.2a1`; anything else is an error. */
export function compareStrict(a: string, b: string): number {
  const parse = (text: string): readonly Part[] => {
    const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(text)
    if (match === null) throw new TemplateFailure(`invalid version number '${text}'`)
    const [, major, minor, patch = '0', letter, number] = match
    // A pre-release comes before its release.
    const release = letter === undefined ? ['c', 0] : [letter, Number(number)]
    return [Number(major), Number(minor), Number(patch), ...release]
  }
  return compareParts(parse(a), parse(b))
}

const semantic =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/

/** Semantic versions; build metadata does not count. */
export function compareSemantic(a: string, b: string): number {
  const parse = (text: string): RegExpExecArray => {
    const match = semantic.exec(text)
    if (match === null) throw new TemplateFailure(`invalid semantic version '${text}'`)
    return match
  }
  const [left, right] = [parse(a), parse(b)]
  const numbers = (match: RegExpExecArray): readonly number[] => match.slice(1, 4).map(Number)
  const core = compareParts(numbers(left), numbers(right))
  if (core !== 0) return core
  return comparePre(left[4], right[4])
}

function comparePre(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1
  const left = a.split('.')
  const right = b.split('.')
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const sign = compareIdentifier(left[index] as string, right[index] as string)
    if (sign !== 0) return sign
  }
  return left.length - right.length
}

function compareIdentifier(a: string, b: string): number {
  const [isNumber, isOther] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (isNumber && isOther) return Number(a) - Number(b)
  if (isNumber !== isOther) return isNumber ? -1 : 1
  return a === b ? 0 : a < b ? -1 : 1
}

const pep440 =
  /^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?(?:[-_.]?dev[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$/i

/** Versions of Python packages. */
export function comparePep440(a: string, b: string): number {
  return compareParts(pepKey(a), pepKey(b))
}

function pepKey(text: string): readonly Part[] {
  const match = pep440.exec(text)
  if (match === null) throw new TemplateFailure(`Invalid version: '${text}'`)
  const [, epoch = '0', release = '', phase, phaseNumber, implicit, post, dev] = match
  const numbers = release.split('.').map(Number)
  while (numbers.length > 1 && numbers.at(-1) === 0) numbers.pop()
  const padded = [...numbers, ...Array.from({ length: 8 }, () => 0)].slice(0, 8)
  const isPost = implicit !== undefined || post !== undefined
  const letters: Readonly<Record<string, number>> = { a: 1, alpha: 1, b: 2, beta: 2 }
  const phaseRank = phase === undefined ? 4 : (letters[phase.toLowerCase()] ?? 3)
  const rank = phase === undefined && !isPost && dev !== undefined ? 0 : phaseRank
  return [
    Number(epoch),
    ...padded,
    rank,
    Number(phaseNumber === undefined || phaseNumber === '' ? 0 : phaseNumber),
    isPost ? Number(implicit ?? (post === '' ? 0 : post)) : -1,
    dev === undefined ? Number.MAX_SAFE_INTEGER : Number(dev === '' ? 0 : dev),
  ]
}
