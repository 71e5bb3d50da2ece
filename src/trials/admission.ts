// What admission makes of the objects: nothing is struck, the installation says it all.

import type { Trial } from './trial.ts'

export const admission = {
  name: 'admission',
  doc: 'Lists the objects that mutators changed when they were installed, and which fields.',
  isDefault: () => false,
  run: () => ({ trial: 'admission', runs: [] }),
} satisfies Trial
