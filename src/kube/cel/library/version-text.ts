// Semantic versions. Port of blang/semver v4.0.0 and of the normalisation in k8s.io/apiserver
// v0.36.3 pkg/cel/library/semverlib.go: results and texts.

import { goQuote } from '../../go-text.ts'
import type { Read } from './ip-address.ts'

export interface Version {
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  readonly pre: readonly (bigint | string)[]
  readonly build: readonly string[]
}

/** Thrown inside this file. */
class Refused extends Error {}

/** semver.Parse. */
export function parseVersion(text: string): Read<Version> {
  try {
    return { ok: true, value: parse(text) }
  } catch (error) {
    if (error instanceof Refused) return { ok: false, error: error.message }
    throw error
  }
}

const uintMax = 2n ** 64n - 1n

function numberOf(text: string, what: 'major' | 'minor' | 'patch'): bigint {
  if (!/^[0-9]*$/.test(text)) {
    throw new Refused(`Invalid character(s) found in ${what} number ${goQuote(text)}`)
  }
  if (text.length > 1 && text.startsWith('0')) {
    const name = what.charAt(0).toUpperCase() + what.slice(1)
    throw new Refused(`${name} number must not contain leading zeroes ${goQuote(text)}`)
  }
  return uint(text)
}

function uint(text: string): bigint {
  const quoted = `strconv.ParseUint: parsing ${goQuote(text)}`
  if (text === '') throw new Refused(`${quoted}: invalid syntax`)
  const value = BigInt(text)
  if (value > uintMax) throw new Refused(`${quoted}: value out of range`)
  return value
}

function parse(text: string): Version {
  if (text === '') throw new Refused('Version string empty')
  const [majorText = '', minorText, ...rest] = text.split('.')
  if (minorText === undefined || rest.length === 0) {
    throw new Refused('No Major.Minor.Patch elements found')
  }
  const major = numberOf(majorText, 'major')
  const minor = numberOf(minorText, 'minor')
  const tail = rest.join('.')
  const plus = tail.indexOf('+')
  const front = plus < 0 ? tail : tail.slice(0, plus)
  const dash = front.indexOf('-')
  const patch = numberOf(dash < 0 ? front : front.slice(0, dash), 'patch')
  const pre =
    dash < 0
      ? []
      : front
          .slice(dash + 1)
          .split('.')
          .map(preRelease)
  const build =
    plus < 0
      ? []
      : tail
          .slice(plus + 1)
          .split('.')
          .map(buildPart)
  return { major, minor, patch, pre, build }
}

function preRelease(text: string): bigint | string {
  if (text === '') throw new Refused('Prerelease is empty')
  if (/^[0-9]+$/.test(text)) {
    if (text.length > 1 && text.startsWith('0')) {
      const what = 'Numeric PreRelease version must not contain leading zeroes'
      throw new Refused(`${what} ${goQuote(text)}`)
    }
    return uint(text)
  }
  if (/^[A-Za-z0-9-]+$/.test(text)) return text
  throw new Refused(`Invalid character(s) found in prerelease ${goQuote(text)}`)
}

function buildPart(text: string): string {
  if (text === '') throw new Refused('Build meta data is empty')
  if (/^[A-Za-z0-9-]+$/.test(text)) return text
  throw new Refused(`Invalid character(s) found in build meta data ${goQuote(text)}`)
}

/** A version that may lack parts, have a `v` in front and zeros at the start of numbers. */
export function normalizedVersion(text: string): Read<Version> {
  const bare = text.startsWith('v') ? text.slice(1) : text
  const [first = '', second, ...rest] = bare.split('.')
  const given = second === undefined ? [first] : [first, second]
  const parts = rest.length === 0 ? given : [...given, rest.join('.')]
  const trimmed = parts.map(withoutZeros)
  if (trimmed.length < 3) {
    if (/[+-]/.test(trimmed.at(-1) as string)) {
      return { ok: false, error: 'short version cannot contain PreRelease/Build meta data' }
    }
    while (trimmed.length < 3) trimmed.push('0')
  }
  return parseVersion(trimmed.join('.'))
}

function withoutZeros(part: string): string {
  if (part.length <= 1) return part
  const trimmed = part.replace(/^0+/, '')
  return /^[0-9]/.test(trimmed) ? trimmed : `0${trimmed}`
}

/** -1, 0 or 1; a pre-release comes before its release, build data do not count. */
export function compareVersions(a: Version, b: Version): number {
  for (const name of ['major', 'minor', 'patch'] as const) {
    if (a[name] !== b[name]) return a[name] > b[name] ? 1 : -1
  }
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign(b.pre.length - a.pre.length)
  const length = Math.min(a.pre.length, b.pre.length)
  for (let index = 0; index < length; index += 1) {
    const order = comparePre(a.pre[index] as bigint | string, b.pre[index] as bigint | string)
    if (order !== 0) return order
  }
  return Math.sign(a.pre.length - b.pre.length)
}

/** Numbers come before words. */
function comparePre(a: bigint | string, b: bigint | string): number {
  if (typeof a !== typeof b) return typeof a === 'bigint' ? -1 : 1
  return a === b ? 0 : a > b ? 1 : -1
}

export function versionText({ major, minor, patch, pre, build }: Version): string {
  const suffix = pre.length === 0 ? '' : `-${pre.join('.')}`
  return `${major}.${minor}.${patch}${suffix}${build.length === 0 ? '' : `+${build.join('.')}`}`
}
