// pod-template-hash. Upstream: pkg/controller/controller_utils.go ComputeHash, v1.36.3;
// apimachinery pkg/util/rand (SafeEncodeString), v0.36.3.

import type { PodTemplateSpec } from './generated/types.ts'
import { goDump } from './go-dump.ts'
import { safeAlphabet } from './safe-alphabet.ts'
import { type StructType, schemaOf, structAt } from './schema.ts'

/** rand.SafeEncodeString: letters and digits that form no words. */
export function safeEncode(text: string): string {
  let encoded = ''
  for (let index = 0; index < text.length; index += 1) {
    encoded += safeAlphabet[text.charCodeAt(index) % safeAlphabet.length]
  }
  return encoded
}

const offsetBasis = 0x811c9dc5
const prime = 0x01000193

/** FNV-1a over the bytes of the text in UTF-8, continued from `state`. */
function fnv1a(text: string, state: number): number {
  let hash = state
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) {
      hash = Math.imul(hash ^ unit, prime)
      continue
    }
    const code = text.codePointAt(index) as number
    if (code > 0xffff) index += 1
    for (const byte of utf8(code)) hash = Math.imul(hash ^ byte, prime)
  }
  return hash
}

function utf8(code: number): readonly number[] {
  if (code < 0x800) return [0xc0 | (code >> 6), 0x80 | (code & 63)]
  if (code < 0x1_0000) return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]
  return [
    0xf0 | (code >> 18),
    0x80 | ((code >> 12) & 63),
    0x80 | ((code >> 6) & 63),
    0x80 | (code & 63),
  ]
}

let templateType: StructType | undefined

/** The text whose hash names a template. */
export function templateDump(template: PodTemplateSpec): string {
  templateType ??= structAt(schemaOf('apps/v1', 'Deployment') as StructType, ['spec', 'template'])
  return goDump(templateType, template)
}

const dumpHashes = new WeakMap<PodTemplateSpec, number>()

/** The pod-template-hash of a template with all defaults. */
export function computeTemplateHash(
  template: PodTemplateSpec,
  collisionCount?: number | null,
): string {
  let hash = dumpHashes.get(template)
  if (hash === undefined) {
    hash = fnv1a(templateDump(template), offsetBasis)
    dumpHashes.set(template, hash)
  }
  return encoded(hash, collisionCount)
}

/** The same hash of any text. */
export function hashText(text: string, collisionCount?: number | null): string {
  return encoded(fnv1a(text, offsetBasis), collisionCount)
}

/** The name of a hash, continued with the number of collisions where there were some. */
function encoded(state: number, collisionCount: number | null | undefined): string {
  let hash = state
  if (collisionCount !== undefined && collisionCount !== null) {
    for (let byte = 0; byte < 8; byte += 1) {
      const value = byte < 4 ? (collisionCount >>> (byte * 8)) & 0xff : 0
      hash = Math.imul(hash ^ value, prime)
    }
  }
  return safeEncode(String(hash >>> 0))
}
