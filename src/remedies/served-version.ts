// The version of a kind that the API server serves, in place of one that is gone.

import { objectOf, type Remedy } from './framework.ts'

export const servedVersion = {
  name: 'served-version',
  doc: 'Names a kind by the apiVersion in which it is served.',
  kind: 'fix',
  handles: ({ code }) => code === 'unknown-kind',
  propose: ask => {
    const object = objectOf(ask)
    const meant = /^(\S+) \((\S+)\)$/.exec(String(ask.cause.facts['meant'] ?? ''))
    if (meant?.[1] !== object.kind) return []
    const value = meant[2] ?? ''
    const fields = [{ object, path: 'apiVersion', value }]
    return [{ summary: `apiVersion: ${value}`, fields, pools: [] }]
  },
} satisfies Remedy
