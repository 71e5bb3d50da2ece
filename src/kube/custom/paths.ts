// Paths of fields as Go's field.Path prints them.

import { rootPath } from './value-error.ts'

export function childPath(path: string, name: string): string {
  return path === rootPath ? name : `${path}.${name}`
}

export function keyPath(path: string, key: string): string {
  return path === rootPath ? `[${key}]` : `${path}[${key}]`
}
