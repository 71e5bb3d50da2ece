// Every fault that a trial can name, sorted by name.

import type { Fault } from './fault.ts'
import { nodeLoss } from './node-loss.ts'

export const faults: ReadonlyMap<string, Fault> = new Map([nodeLoss].map(f => [f.name, f]))
