// ControllerRevisions: what a StatefulSet's or DaemonSet's template was, by name and number.
// Upstream: pkg/controller/history/controller_history.go, v1.36.3.

import { compareStrings } from '../base/compare.ts'
import type { ControllerRevision, PodTemplateSpec } from '../kube/generated/types.ts'
import { keyOf, type KubeObject } from '../kube/object.ts'
import { safeEncode } from '../kube/template-hash.ts'
import { adoptionObstacle, adoptionPatch } from './claiming.ts'
import { sameValue } from './equality.ts'
import { errorText, isAlreadyExists, isConflict } from './failures.ts'
import type { Api, Part } from './framework.ts'
import { ownedAndOrphans } from './owners.ts'
import { controllerRefOf } from './pod-control.ts'

/** A template, and the patch that restores it. */
export interface RevisionData {
  readonly spec: { readonly template: PodTemplateSpec & { readonly $patch: 'replace' } }
}

export function revisionData(template: PodTemplateSpec): RevisionData {
  return { spec: { template: { ...template, $patch: 'replace' } } }
}

/** The template that `revision` restores. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const data = revision['data'] as RevisionData | undefined
  const { $patch: _, ...template } = data?.spec.template ?? { $patch: 'replace' }
  return template
}

/** True when `revision` restores exactly `template`. */
export function restores(revision: ControllerRevision, template: PodTemplateSpec): boolean {
  const stored = (revision['data'] as RevisionData | undefined)?.spec.template
  return sameValue(stored?.metadata, template.metadata) && sameValue(stored?.spec, template.spec)
}

function escaped(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** JSON as Go's encoding/json writes a map: fields sorted, nulls left out, HTML escaped. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return escaped(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields = value as Readonly<Record<string, unknown>>
  const present = Object.keys(fields)
    .filter(field => fields[field] !== undefined && fields[field] !== null)
    .sort(compareStrings)
  return `{${present.map(field => `${escaped(field)}:${canonicalJson(fields[field])}`).join(',')}}`
}

/** FNV-1 (not 1a) over the UTF-8 bytes of `text`. */
export function fnv1(text: string): number {
  let hash = 0x811c9dc5
  const mix = (byte: number): void => {
    hash = Math.imul(hash, 0x01000193) ^ byte
  }
  for (let at = 0; at < text.length; at += 1) {
    const code = text.codePointAt(at) as number
    // A code point beyond the first plane takes two units.
    if (code >= 0x10000) at += 1
    if (code < 0x80) mix(code)
    else if (code < 0x800) {
      mix(0xc0 | (code >> 6))
      mix(0x80 | (code & 0x3f))
    } else if (code < 0x10000) {
      mix(0xe0 | (code >> 12))
      mix(0x80 | ((code >> 6) & 0x3f))
      mix(0x80 | (code & 0x3f))
    } else {
      mix(0xf0 | (code >> 18))
      mix(0x80 | ((code >> 12) & 0x3f))
      mix(0x80 | ((code >> 6) & 0x3f))
      mix(0x80 | (code & 0x3f))
    }
  }
  return hash >>> 0
}

export function revisionHash(data: RevisionData, collisionCount: number): string {
  return safeEncode(String(fnv1(canonicalJson(data) + String(collisionCount))))
}

const namePrefixLengthMax = 223

export function revisionName(ownerName: string, hash: string): string {
  return `${ownerName.slice(0, namePrefixLengthMax)}-${hash}`
}

/** Lowest revision first, then oldest, then by name. */
export function byRevisionNumber(a: ControllerRevision, b: ControllerRevision): number {
  return (
    a.revision - b.revision ||
    compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compareStrings(a.metadata.name ?? '', b.metadata.name ?? '')
  )
}

/** The revisions that `owner` controls or may adopt, lowest first. */
export function* listRevisions(
  api: Api,
  owner: KubeObject,
  matches: (revision: ControllerRevision) => boolean,
): Part<readonly ControllerRevision[]> {
  const all = yield* ownedAndOrphans<ControllerRevision>(api, 'ControllerRevision', owner)
  return all.filter(matches).sort(byRevisionNumber)
}

/** Adopts `orphans`; answers why it could not. */
export function* adoptRevisions(
  api: Api,
  owner: KubeObject,
  orphans: readonly ControllerRevision[],
): Part<string | undefined> {
  if (orphans.length === 0) return undefined
  const obstacle = yield* adoptionObstacle(api, owner)
  if (obstacle !== undefined) return `can't adopt ControllerRevisions: ${obstacle}`
  for (const orphan of orphans) {
    const response = yield* api.patch(orphan, 'strategic', adoptionPatch(owner, orphan))
    if (!response.ok) return errorText(response)
  }
  return undefined
}

export interface NewRevision {
  readonly template: PodTemplateSpec
  readonly number: number
  readonly collisionCount: number
}

export interface RevisionOutcome {
  readonly revision?: ControllerRevision
  readonly collisionCount: number
  readonly error?: string
}

function revisionFor(owner: KubeObject, { template, number, collisionCount }: NewRevision) {
  const data = revisionData(template)
  const hash = revisionHash(data, collisionCount)
  const annotations = owner.metadata.annotations ?? {}
  const revision: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: revisionName(owner.metadata.name ?? '', hash),
      namespace: owner.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels, 'controller.kubernetes.io/hash': hash },
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [controllerRefOf(owner)],
    },
    data: data as never,
    revision: number,
  }
  return revision
}

/** Creates the revision of `wanted.template`; a taken name raises the collision count. */
export function* createRevision(
  api: Api,
  owner: KubeObject,
  wanted: NewRevision,
): Part<RevisionOutcome> {
  const first = revisionFor(owner, wanted)
  let { collisionCount } = wanted
  for (;;) {
    // As upstream, only the name follows the collision count; the hash label keeps the first one.
    const hash = revisionHash(first['data'] as unknown as RevisionData, collisionCount)
    const name = revisionName(owner.metadata.name ?? '', hash)
    const response = yield* api.create({ ...first, metadata: { ...first.metadata, name } })
    if (response.ok) return { revision: response.object as ControllerRevision, collisionCount }
    if (!isAlreadyExists(response)) return { collisionCount, error: errorText(response) }
    const taken = yield* api.getLive('ControllerRevision', owner.metadata.namespace, name)
    if (!taken.ok) return { collisionCount, error: errorText(taken) }
    const existing = taken.object as ControllerRevision
    if (restores(existing, wanted.template)) return { revision: existing, collisionCount }
    collisionCount++
  }
}

const conflictRetries = 4

/** Gives `revision` a new number: a rollback makes an old template the latest. */
export function* renumberRevision(
  api: Api,
  revision: ControllerRevision,
  number: number,
): Part<{ readonly revision: ControllerRevision; readonly error?: string }> {
  let current = revision
  for (let attempt = 1; ; attempt++) {
    if (current.revision === number) return { revision: current }
    const response = yield* api.update({ ...current, revision: number })
    if (response.ok) return { revision: response.object as ControllerRevision }
    if (!isConflict(response) || attempt === conflictRetries) {
      return { revision: current, error: errorText(response) }
    }
    const cached = yield* api.get<ControllerRevision>('ControllerRevision', keyOf(current.metadata))
    if (cached !== undefined) current = cached
  }
}
