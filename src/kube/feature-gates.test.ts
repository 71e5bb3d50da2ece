import { expect, it } from 'vitest'
import { type FeatureGate, featureGates, type GateSettings, gatesOf } from './feature-gates.ts'

const on = { MaxUnavailableStatefulSet: true } as const
const ordered = 'OrderedNamespaceDeletion'

it.each<{
  name: string
  gate: FeatureGate
  minor: number
  settings?: GateSettings
  want: boolean
}>([
  { name: 'a beta that is off', gate: 'MaxUnavailableStatefulSet', minor: 36, want: false },
  { name: 'switched on', gate: 'MaxUnavailableStatefulSet', minor: 30, settings: on, want: true },
  { name: 'before it is on', gate: ordered, minor: 32, want: false },
  { name: 'since it is on', gate: ordered, minor: 33, want: true },
  { name: 'switched off', gate: ordered, minor: 33, settings: { [ordered]: false }, want: false },
  { name: 'locked', gate: ordered, minor: 34, settings: { [ordered]: false }, want: true },
  {
    name: 'not there yet',
    gate: 'HostnameOverride',
    minor: 33,
    settings: { HostnameOverride: true },
    want: false,
  },
])('$gate of 1.$minor, $name: $want', ({ gate, minor, settings, want }) => {
  expect(gatesOf(minor, settings)(gate)).toBe(want)
})

it('lists the gates by name, each once on stays on', () => {
  expect(featureGates).toEqual([...featureGates].sort())
  for (const gate of featureGates) {
    const states = [30, 31, 32, 33, 34, 35, 36].map(minor => gatesOf(minor)(gate))
    expect(states).toEqual([...states].sort())
  }
})
