// Answers rollouts-stale-informer-v1.8.3 vectors with src/platforms/argo-rollouts/.

import { explore } from './stale-informer.ts'
import type { Topic } from './topic.ts'

export const answer: Topic = (_family, input) => explore(input)
