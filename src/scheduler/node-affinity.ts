// Node selectors as functions of a node; the shared vocabulary compiles each selector once.

import type { Node, NodeSelector } from '../kube/generated/types.ts'
import { matchNodeSelector } from '../kube/node-affinity.ts'

export type NodeMatcher = (node: Node) => boolean

/** Any of the terms; terms that are empty or not valid match nothing. */
export function compileNodeSelector(selector: NodeSelector): NodeMatcher {
  return node => matchNodeSelector(selector, node).match
}
