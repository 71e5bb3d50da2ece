// JSON values as YAML in the way that Go's library writes them: sorted keys, lists not indented.
// Upstream: sigs.k8s.io/yaml v1.6.0 Marshal. Only messages use it; files are never written so.

import { sortedStrings } from '../../base/compare.ts'
import { isArray, isObject } from './json.ts'

/** The document, with a newline at its end. */
export function yamlText(value: unknown): string {
  return `${block(value, 0)}\n`
}

function block(value: unknown, indent: number): string {
  const margin = ' '.repeat(indent)
  if (isArray(value) && value.length > 0) {
    return value.map(item => `${margin}- ${block(item, indent + 2).trimStart()}`).join('\n')
  }
  if (!isObject(value) || Object.keys(value).length === 0) return scalar(value, indent)
  return sortedStrings(Object.keys(value))
    .map(key => `${margin}${text(key, indent)}:${inner(value[key], indent)}`)
    .join('\n')
}

function inner(value: unknown, indent: number): string {
  if (isArray(value) && value.length > 0) return `\n${block(value, indent)}`
  if (isObject(value) && Object.keys(value).length > 0) return `\n${block(value, indent + 2)}`
  return ` ${scalar(value, indent + 2)}`
}

function scalar(value: unknown, indent: number): string {
  if (isArray(value)) return '[]'
  if (isObject(value)) return '{}'
  return typeof value === 'string' ? text(value, indent) : String(value)
}

const otherTypes = [
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|<<)?$/,
  /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
  /^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|[0-9][0-9_]*)$/,
  /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/,
  /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^\d{4}-\d\d?-\d\d?(?:[Tt ].*)?$/,
]

function text(value: string, indent: number): string {
  if (otherTypes.some(pattern => pattern.test(value))) return JSON.stringify(value)
  if (value.includes('\n')) {
    const margin = ' '.repeat(indent)
    const keep = value.endsWith('\n') ? '' : '-'
    const lines = value.replace(/\n$/, '').split('\n')
    return `|${keep}\n${lines.map(line => margin + line).join('\n')}`
  }
  const isPlain =
    !/^[,[\]{}#&*!|>'"%@`\s]|^[-?:](?:\s|$)|: |:$| #|\s$/.test(value) && /^[ -~]*$/.test(value)
  return isPlain ? value : `'${value.replace(/'/g, "''")}'`
}
