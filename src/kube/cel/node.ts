// What planning makes of a node of the tree. Upstream: cel-go v0.26.0 interpreter/planner.go.

import { type Attribute, evaluateAttribute } from './attributes.ts'
import type { Step } from './frame.ts'
import type { Value } from './values.ts'

/** A planned node. */
export interface Node {
  readonly step: Step
  /** Set where the value is known without any variable. */
  readonly constant?: Value
  /** Set where fields and indexes can be added at no other cost. */
  readonly attribute?: Attribute
}

/** Thrown where planning finds that an expression can never work; caught by compile.ts. */
export class CannotPlan extends Error {}

export function constantNode(value: Value): Node {
  return { constant: value, step: () => value }
}

export function attributeNode(attribute: Attribute): Node {
  return { attribute, step: evaluateAttribute(attribute) }
}

/** Any value can have fields; one that is no variable is evaluated first. */
export function asAttribute({ attribute, step }: Node): Attribute {
  return attribute ?? { root: { kind: 'value', step }, qualifiers: [] }
}
