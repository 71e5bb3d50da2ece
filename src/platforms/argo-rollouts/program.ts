// Argo Rollouts as a component: takes part where the platform runs its controller, and acts while a
// pod of its own runs, as the version of that pod's image does.

import { component } from '../../controllers/runtime.ts'
import { type PlatformProgram, runsProgram } from '../program.ts'
import { analysisRunController } from './analysis/run-controller.ts'
import { controllerName, rolloutKind, rolloutsController } from './controller.ts'
import { programNames } from './process.ts'

export const argoRollouts = {
  name: 'argo-rollouts',
  doc: 'Makes, scales and replaces the ReplicaSets of Rollouts while a pod of its own runs.',
  kinds: [rolloutKind],
  actors: ({ objects }) =>
    programNames.some(name => runsProgram(objects, name))
      ? [
          component({
            name: controllerName,
            controllers: [rolloutsController, analysisRunController],
            lateAnswers: ['ReplicaSet', 'Rollout'],
          }),
        ]
      : [],
} satisfies PlatformProgram
