// A bad patch travels as an exception inside this folder only; the entry points return it as data.

import type { Patched } from './json.ts'

export class PatchError extends Error {}

/** Runs a calculation on patches and turns a PatchError into its message. */
export function caught<T>(calculate: () => T): Patched<T> {
  try {
    return { ok: true, value: calculate() }
  } catch (error) {
    if (error instanceof PatchError) return { ok: false, error: error.message }
    throw error
  }
}
