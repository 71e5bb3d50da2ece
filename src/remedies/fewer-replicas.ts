// As many replicas as there are domains, or one less where one more is needed while it rolls.

import { countText, numberOf, objectOf, type Remedy } from './framework.ts'

export const fewerReplicas = {
  name: 'fewer-replicas',
  doc: 'Takes as many replicas away as there are domains too few.',
  kind: 'suggestion',
  handles: ({ code }) => code === 'replicas-exceed-domains',
  propose: ask => {
    const [replicas = 0, needed = 0, domains = 0] = ['replicas', 'needed', 'domains'].map(name =>
      numberOf(ask.cause, name),
    )
    const value = replicas - (needed - domains)
    if (value < 1 || value >= replicas) return []
    return [
      {
        summary: `spec.replicas: ${value}`,
        cost: `${countText(replicas - value, 'replica')} less`,
        fields: [{ object: objectOf(ask), path: 'spec.replicas', value }],
        pools: [],
      },
    ]
  },
} satisfies Remedy
