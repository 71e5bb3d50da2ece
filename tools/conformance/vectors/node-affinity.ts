// Answers node-affinity vectors with src/kube/node-affinity.ts and field-selector.ts.

import { fieldSelectorText, parseFieldSelector } from '../../../src/kube/field-selector.ts'
import type {
  Node,
  NodeSelectorTerm,
  Pod,
  PreferredSchedulingTerm,
} from '../../../src/kube/generated/types.ts'
import {
  compilePreferredTerms,
  matchNodeSelector,
  matchRequiredNodeAffinity,
  type NodeMatch,
  nodeSelectorError,
  preferredScore,
} from '../../../src/kube/node-affinity.ts'
import type { Topic } from './topic.ts'

interface Input {
  readonly nodes: readonly Node[]
  readonly nodeSelectorTerms: readonly NodeSelectorTerm[]
  readonly preferred: readonly PreferredSchedulingTerm[]
  readonly pod: Pod
  readonly selector: string
}

function row({ match, error }: NodeMatch): unknown {
  return { match, error: error ?? null }
}

function required({ nodes, nodeSelectorTerms }: Input): unknown {
  const selector = { nodeSelectorTerms }
  return {
    parseError: nodeSelectorError(selector) ?? null,
    results: nodes.map(node => row(matchNodeSelector(selector, node))),
  }
}

function preferred(input: Input): unknown {
  const compiled = compilePreferredTerms(input.preferred)
  return compiled.ok
    ? { scores: input.nodes.map(node => preferredScore(compiled.terms, node)) }
    : { parseError: compiled.error }
}

function fieldSelector({ selector }: Input): unknown {
  const parsed = parseFieldSelector(selector)
  return parsed.ok
    ? { canonical: fieldSelectorText(parsed.value), empty: parsed.value.length === 0 }
    : { error: parsed.error }
}

export const answer: Topic = (family, given) => {
  const input = given as Input
  switch (family) {
    case 'required':
      return required(input)
    case 'preferred':
      return preferred(input)
    case 'pod':
      return {
        results: input.nodes.map(node => row(matchRequiredNodeAffinity(input.pod.spec, node))),
      }
    default:
      return fieldSelector(input)
  }
}
