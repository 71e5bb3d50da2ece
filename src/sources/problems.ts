// The problems that reading input can have: stable codes with what, why and what to do.

import type { Location, Problem } from '../base/problem.ts'

/** Codes of this folder; each has a page under docs/rules. */
export const codes = {
  notFound: 'ST0101',
  unreadable: 'ST0102',
  tooLarge: 'ST0103',
  binary: 'ST0104',
  syntax: 'ST0105',
  duplicateKey: 'ST0106',
  alias: 'ST0107',
  value: 'ST0108',
  notAnObject: 'ST0109',
  emptyFolder: 'ST0110',
  shape: 'ST0111',
  emptyFile: 'ST0112',
  sameObject: 'ST0113',
  toolMissing: 'ST0120',
  toolFailed: 'ST0121',
  remoteBase: 'ST0122',
  toolTimeout: 'ST0123',
  clusterDefinition: 'ST0130',
  unknownNodeType: 'ST0131',
  inventory: 'ST0132',
  inventoryWarning: 'ST0133',
  inventoryVariable: 'ST0134',
  inventoryGroups: 'ST0135',
  evenQuorum: 'ST0136',
  playbook: 'ST0137',
  playbookFails: 'ST0138',
  playbookProgram: 'ST0139',
  ownFile: 'ST0140',
  noNodes: 'ST0141',
  playbookRestarts: 'ST0142',
  otomiValues: 'ST0143',
  suppression: 'ST0160',
  schedulerFile: 'ST0170',
  unknownPlugin: 'ST0301',
} as const

/** The parts of a problem besides its code and severity. */
export interface ProblemText {
  readonly what: string
  readonly why?: string
  readonly todo?: string
  readonly object?: string
}

/** A problem that makes the input invalid. */
export function errorAt(code: string, location: Location, text: ProblemText): Problem {
  return { code, severity: 'error', location, ...text }
}

/** A problem that the run can live with. */
export function warningAt(code: string, location: Location, text: ProblemText): Problem {
  return { code, severity: 'warning', location, ...text }
}
