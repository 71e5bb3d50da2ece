// Validation by kind key. Upstream: pkg/apis/*/validation, v1.36.3.

import type { KubeObject } from '../object.ts'
import type { FieldError } from './field-error.ts'

/** Checks of one kind; `old` is what is stored. */
export interface Validator {
  readonly create?: (object: KubeObject) => readonly FieldError[]
  readonly update?: (object: KubeObject, old: KubeObject) => readonly FieldError[]
  readonly status?: (object: KubeObject, old: KubeObject) => readonly FieldError[]
}

const byKind: Readonly<Record<string, Validator>> = {}

const none: readonly FieldError[] = []

export function validateCreate(key: string, object: KubeObject): readonly FieldError[] {
  return byKind[key]?.create?.(object) ?? none
}

export function validateUpdate(
  key: string,
  object: KubeObject,
  old: KubeObject,
): readonly FieldError[] {
  return byKind[key]?.update?.(object, old) ?? none
}

export function validateStatusUpdate(
  key: string,
  object: KubeObject,
  old: KubeObject,
): readonly FieldError[] {
  return byKind[key]?.status?.(object, old) ?? none
}
