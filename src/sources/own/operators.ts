// Operators that seatrial.yaml and trial files describe. Input is already valid by its schema; what
// a schema cannot say about templates is checked here.

import type { Problem } from '../../base/problem.ts'
import { type PathPart, pathAdvice, pathFault, valueAt } from '../../kube/field-path.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { MadeSpec, OperatorSpec } from '../../platforms/operators/described.ts'
import { isMapping, type Json } from '../objects.ts'
import { codes, errorAt } from '../problems.ts'
import { locateIn, type SourceDocument } from '../source-object.ts'
import type { ReadDocument } from '../yaml/read.ts'
import { durationMs } from './parts.ts'

type Path = readonly PathPart[]

/** The operators written under `path`. */
export function operatorsFrom(
  value: unknown,
  source: SourceDocument,
  path: Path,
): readonly OperatorSpec[] {
  if (!Array.isArray(value)) return []
  return value.filter(isMapping).map((each, index) => {
    const { name, image, resync, makes } = each
    const target = isMapping(each['for']) ? each['for'] : {}
    const resyncMs = durationMs(resync)
    const made = Array.isArray(makes) ? makes.filter(isMapping) : []
    return {
      name: String(name),
      apiVersion: String(target['apiVersion']),
      kind: String(target['kind']),
      ...(typeof image === 'string' ? { image } : {}),
      ...(resyncMs === undefined ? {} : { resyncMs }),
      makes: made.map((item, at) => madeFrom(item, source, [...path, index, 'makes', at])),
    }
  })
}

function madeFrom({ template, reverts, when }: Json, source: SourceDocument, path: Path): MadeSpec {
  return {
    template: template as KubeObject,
    ...(Array.isArray(reverts) ? { reverts: reverts.map(String) } : {}),
    ...(typeof when === 'string' ? { when } : {}),
    locate: inside => locateIn(source, [...path, 'template', ...inside]),
  }
}

/** What is wrong with operators beside their shape, each with its place. */
export function operatorProblems({ value, source }: ReadDocument, path: Path): readonly Problem[] {
  const operators = operatorsFrom(valueAt(value, path), source, path)
  return operators.flatMap(({ makes }, index) =>
    makes.flatMap((made, at) => {
      const place = [...path, index, 'makes', at]
      return [...openReferences(made), ...unknownReverts(made, source, place)]
    }),
  )
}

/** A reference that is not closed, or that begins with no part of a resource. */
function openReferences({ template, locate }: MadeSpec): readonly Problem[] {
  const problems: Problem[] = []
  const visit = (value: unknown, at: Path): void => {
    if (typeof value === 'string') {
      const wrong = wrongReference(value)
      if (wrong !== undefined) {
        problems.push(
          errorAt(codes.ownFile, locate(at), {
            what: `"${wrong}" is no reference to a field of the resource`,
            why: 'the template cannot be filled in',
            todo: 'write it as in $(spec.size), or $(spec.size|3) with what stands in its place',
          }),
        )
      }
    } else if (Array.isArray(value)) value.forEach((each, index) => visit(each, [...at, index]))
    else if (isMapping(value)) {
      for (const [key, each] of Object.entries(value)) visit(each, [...at, key])
    }
  }
  visit(template, [])
  return problems
}

/** `$(NAME)` without dots is for the container, as in any manifest. */
function wrongReference(text: string): string | undefined {
  for (const match of text.matchAll(/\$\([^()]*\)?/g)) {
    const [found] = match
    if (!found.endsWith(')')) return found
    const isVariable = /^\$\([A-Za-z_][A-Za-z0-9_]*\)$/.test(found)
    if (isVariable || /^\$\((?:metadata|spec|status)\.[^()|]+(?:\|[^()]*)?\)$/.test(found)) continue
    return found
  }
  return undefined
}

function unknownReverts(
  { template, reverts = [] }: MadeSpec,
  source: SourceDocument,
  place: Path,
): readonly Problem[] {
  return reverts.flatMap((field, index) => {
    const fault = pathFault(template, field)
    if (fault === undefined) return []
    return errorAt(codes.ownFile, locateIn(source, [...place, 'reverts', index]), {
      what: fault.what,
      why: 'a field that does not exist is never changed, so nothing would be put back',
      todo: pathAdvice(fault),
    })
  })
}
