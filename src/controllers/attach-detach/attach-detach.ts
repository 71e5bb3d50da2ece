// Attach/detach controller: a volume follows its pods from node to node, and may not be on two.
// Upstream: pkg/controller/volume/attachdetach/reconciler/reconciler.go, v1.36.3. Its loop of
// 100 ms runs here only when something has changed or a time is over.

import type { Node, PersistentVolume, Pod } from '../../kube/generated/types.ts'
import {
  attachmentName,
  isMultiAttachAllowed,
  uniqueVolumeName,
} from '../../kube/volume-attachment.ts'
import { errorText, isAlreadyExists, isNotFound } from '../failures.ts'
import { type Api, type Controller, done, type Part } from '../framework.ts'
import { type VolumeView, viewVolume } from './desired.ts'
import { hasOutOfServiceTaint, isHealthy, isMounted } from './nodes.ts'
import { watches } from './watches.ts'

/** How long an unhealthy node keeps a volume that it does not say it has unmounted. */
const unmountWaitMs = 360_000
/** Assumption: from the end of an attachment until the volume may go elsewhere. */
const detachMs = 600

/** What the controller knows of a volume besides its attachments. */
interface Notes {
  /** Since when it is to leave a node. */
  readonly leaving: Readonly<Record<string, number>>
  /** Nodes whose pods were told that they cannot have it yet. */
  readonly refused: readonly string[]
  /** Nodes whose pods were told that they have it. */
  readonly attached: readonly string[]
  readonly freeAtMs?: number
}

const notesOf = (volume: string): string => `notes:${volume}`

const noNotes: Notes = { leaving: {}, refused: [], attached: [] }

export const attachDetach = {
  name: 'attachdetach-controller',
  doc: 'Attaches volumes to the nodes of their pods and detaches them when they are unmounted.',
  watches,
  *reconcile(name, api) {
    const view = yield* api.read(lister => viewVolume(lister, name))
    const before = (yield* api.recall<Notes>(notesOf(name))) ?? noNotes
    const isKnown = before !== noNotes
    if (view.attachments.size === 0 && view.wanted.size === 0 && !isKnown) return done
    const has = (node: string): boolean => view.wanted.has(node)
    const notes: Notes = {
      ...before,
      leaving: Object.fromEntries(
        Object.entries(before.leaving).filter(([node]) => view.attachments.has(node) && !has(node)),
      ),
      refused: before.refused.filter(has),
      attached: before.attached.filter(node => view.attachments.has(node)),
    }
    const detached = yield* detachAll(api, view, notes)
    const attached = yield* attachAll(api, view, detached.notes)
    const { freeAtMs, leaving, refused, attached: told } = attached.notes
    const isIdle = freeAtMs === undefined && Object.keys(leaving).length === 0
    const isEmpty = isIdle && refused.length === 0 && told.length === 0
    yield* api.remember(notesOf(name), isEmpty ? undefined : attached.notes)
    if (attached.error !== undefined) return { error: attached.error }
    const waits = [detached.waitMs, attached.waitMs].filter(waitMs => waitMs !== undefined)
    return waits.length === 0 ? done : { requeueAfterMs: Math.min(...waits) }
  },
} satisfies Controller

interface Outcome {
  readonly notes: Notes
  readonly waitMs?: number
  readonly error?: string
}

/** Detaches come first, so that a volume can follow its pod. */
function* detachAll(api: Api, view: VolumeView, before: Notes): Part<Outcome> {
  const nowMs = yield* api.now()
  let notes = before
  let waitMs: number | undefined
  for (const [nodeName, attachment] of view.attachments) {
    if (view.wanted.has(nodeName)) continue
    const sinceMs = notes.leaving[nodeName] ?? nowMs
    notes = { ...notes, leaving: { ...notes.leaving, [nodeName]: sinceMs } }
    const node = yield* api.get<Node>('Node', nodeName)
    const leftMs = sinceMs + unmountWaitMs - nowMs
    if (view.volume !== undefined && isHeld(node, view.volume, leftMs)) {
      if (leftMs >= 0) waitMs = Math.min(waitMs ?? Infinity, leftMs + 1)
      continue
    }
    if (node !== undefined && view.volume !== undefined) {
      yield* reportAttached(api, node, view.volume, false)
    }
    const answer = yield* api.delete(attachment)
    if (!answer.ok && !isNotFound(answer)) return { notes, error: errorText(answer) }
    const { [nodeName]: _, ...leaving } = notes.leaving
    notes = { ...notes, leaving, freeAtMs: nowMs + detachMs }
  }
  return { notes, ...(waitMs !== undefined && { waitMs }) }
}

/** Still mounted, as far as anyone knows, and nothing allows to take it by force. */
function isHeld(node: Node | undefined, volume: PersistentVolume, leftMs: number): boolean {
  const isForced = !isHealthy(node) && leftMs < 0
  return isMounted(node, volume) && !isForced && !hasOutOfServiceTaint(node)
}

function* attachAll(api: Api, view: VolumeView, before: Notes): Part<Outcome> {
  const { volume } = view
  if (volume === undefined) return { notes: before }
  const nowMs = yield* api.now()
  const isShared = isMultiAttachAllowed(volume)
  let notes = before
  let taken = view.attachments.size > 0
  for (const [nodeName, pods] of view.wanted) {
    const attachment = view.attachments.get(nodeName)
    if (attachment !== undefined) {
      if (attachment.status?.attached !== true || notes.attached.includes(nodeName)) continue
      notes = { ...notes, attached: [...notes.attached, nodeName] }
      yield* announce(api, volume, nodeName, pods)
      continue
    }
    if (!isShared && notes.freeAtMs !== undefined && notes.freeAtMs > nowMs) {
      return { notes, waitMs: notes.freeAtMs - nowMs }
    }
    const { freeAtMs: _, ...settled } = notes
    notes = settled
    if (taken && !isShared) {
      if (notes.refused.includes(nodeName)) continue
      notes = { ...notes, refused: [...notes.refused, nodeName] }
      yield* refuse(api, view, nodeName, pods)
      continue
    }
    taken = true
    const answer = yield* api.create({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: attachmentName(volume, nodeName) },
      spec: {
        attacher: volume.spec?.csi?.driver ?? '',
        nodeName,
        source: { persistentVolumeName: volume.metadata.name },
      },
    })
    if (!answer.ok && !isAlreadyExists(answer)) return { notes, error: errorText(answer) }
  }
  return { notes }
}

function* announce(
  api: Api,
  volume: PersistentVolume,
  nodeName: string,
  pods: readonly Pod[],
): Part<void> {
  const text = `AttachVolume.Attach succeeded for volume "${volume.metadata.name}" `
  for (const pod of pods) yield* api.event(pod, 'Normal', 'SuccessfulAttachVolume', text)
  const node = yield* api.get<Node>('Node', nodeName)
  if (node !== undefined) yield* reportAttached(api, node, volume, true)
}

/** Lists a volume in the status of its node or takes it off the list. */
function* reportAttached(
  api: Api,
  node: Node,
  volume: PersistentVolume,
  isAttached: boolean,
): Part<void> {
  const name = uniqueVolumeName(volume)
  const listed = node.status?.volumesAttached ?? []
  if (listed.some(each => each.name === name) === isAttached) return
  const others = listed.filter(each => each.name !== name)
  const volumesAttached = isAttached ? [...others, { name, devicePath: '' }] : others
  yield* api.patchStatus(node, 'merge', { status: { volumesAttached } })
}

/** Tells pods that their volume is on another node. */
function* refuse(
  api: Api,
  { volume, wanted }: VolumeView,
  nodeName: string,
  pods: readonly Pod[],
): Part<void> {
  const holders = [...wanted].flatMap(([node, others]) => (node === nodeName ? [] : others))
  const names = holders.map(({ metadata }) => metadata.name ?? '').sort()
  const reason =
    names.length > 0
      ? `Volume is already used by pod(s) ${names.join(', ')}`
      : "Volume is already exclusively attached to one node and can't be attached to another"
  const text = `Multi-Attach error for volume "${volume?.metadata.name}" ${reason}`
  for (const pod of pods) yield* api.event(pod, 'Warning', 'FailedAttachVolume', text)
}
