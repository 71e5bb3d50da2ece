import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { decodeObject, strictDecodingText } from '../../src/kube/decode.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { differences } from './compare.ts'
import { readRecording, recordingsIn } from './recordings.ts'

interface Step {
  readonly method: string
  readonly body?: Partial<KubeObject>
  readonly response?: Partial<KubeObject> & { readonly message?: string }
}

interface Case {
  readonly id: string
  readonly steps: readonly Step[]
}

const here = dirname(fileURLToPath(import.meta.url))
const folder = join(here, '..', '..', '..', 'shared', 'conformance', 'controlplane')
const absent = !existsSync(folder)
const reason = absent ? ' (skipped: ../shared is not there)' : ''

/** Answers and requests of the real API server, one step after the other. */
function* recordedSteps(): Generator<Step & { readonly id: string }> {
  for (const { name, path } of recordingsIn(folder)) {
    if (!name.startsWith('api-')) continue
    for (const line of readRecording(path)) {
      const { id, steps } = line as Case
      for (const step of steps) yield { id, ...step }
    }
  }
}

/** Nil values are left out here, where Go writes null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, each]) => each !== null)
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutNulls(each)]))
}

it.skipIf(absent)(`what the API server answered decodes to itself${reason}`, () => {
  const wrong: unknown[] = []
  let objects = 0
  for (const { id, response } of recordedSteps()) {
    const { apiVersion, kind } = response ?? {}
    if (apiVersion === undefined || kind === undefined || kind === 'Status') continue
    objects += 1
    const decoded = decodeObject(response as KubeObject)
    const paths = differences(withoutNulls(response), decoded.value)
    if (decoded.error === undefined && decoded.strictErrors.length + paths.length === 0) continue
    wrong.push({ id, error: decoded.error, strict: decoded.strictErrors, paths })
  }
  expect(wrong).toEqual([])
  expect(objects).toBeGreaterThan(700)
})

it.skipIf(absent)(`what it refused to decode is refused with the same text${reason}`, () => {
  const wrong: unknown[] = []
  let messages = 0
  for (const { id, method, body, response } of recordedSteps()) {
    const message = response?.message ?? ''
    const isKnown = body?.kind !== undefined && !message.includes('is registered for version')
    if (method !== 'POST' || !isKnown || !message.includes('cannot be handled as')) continue
    messages += 1
    const { error, strictErrors } = decodeObject(body as KubeObject)
    const got = error ?? strictDecodingText(strictErrors)
    if (!message.endsWith(`cannot be handled as a ${body.kind}: ${got}`)) {
      wrong.push({ id, message, got })
    }
  }
  expect(wrong).toEqual([])
  expect(messages).toBeGreaterThan(50)
})
