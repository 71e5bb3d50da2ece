// A pod names a scheduler that nothing in the platform is: nobody ever looks at it, and no event
// says so.

import { sortedStrings } from '../../base/compare.ts'
import { nearest } from '../../base/nearest.ts'
import { schedulerName, schedulerOf } from '../../scheduler/turn.ts'
import { podSpecPath } from '../../trials/written.ts'
import { places } from '../context.ts'
import { type CauseFinder, listText } from './cause-finder.ts'

export const noScheduler = {
  name: 'no-scheduler',
  doc: 'The schedulerName of a pod that no scheduler answers to.',
  find: context => {
    const { pod, platform, incident } = context
    if (pod === undefined || (pod.spec?.nodeName ?? '') !== '') return []
    const wanted = schedulerOf(pod)
    const named = (platform.schedulers ?? []).flatMap(({ names }) => names.map(({ name }) => name))
    const known = sortedStrings([...new Set([schedulerName, ...named])])
    if (known.includes(wanted)) return []
    const near = nearest(wanted, named)
    const advice =
      near === undefined
        ? 'name its configuration with --scheduler-config or schedulers: in seatrial.yaml'
        : `did you mean ${near}?`
    return [
      {
        code: 'no-scheduler',
        text:
          `no scheduler is called ${wanted}: there is ${listText(known)}, and without one the ` +
          `pod waits without any event; ${advice}`,
        facts: { schedulerName: wanted, known },
        locations: places(context, [`${podSpecPath(incident.object.kind)}.schedulerName`]),
        writers: [],
      },
    ]
  },
} satisfies CauseFinder
