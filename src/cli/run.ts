// What commands do, apart from their words: the part of the product that help does not need. The
// build makes a script of its own from it, which is loaded on demand.

export { runCheckCommand } from './run-check.ts'
export { runExplainCommand } from './run-explain.ts'
export { runExploreCommand } from './run-explore.ts'
export { runFixCommand } from './run-fix.ts'
export { runInitCommand } from './run-init.ts'
export { runInventoryCommand } from './run-inventory.ts'
export { runReplayCommand } from './run-replay.ts'
export { runSizeCommand } from './run-size.ts'
export { runSurviveCommand } from './run-survive.ts'
export { runTrialCommand } from './run-trial.ts'
export { kubernetesDefault } from '../index.ts'
