import { expect, it } from 'vitest'
import { node, pod, verdicts } from '../plugin-testing.ts'
import { nodeDeclaredFeatures } from './node-declared-features.ts'

const declaring = {
  ...node('n1'),
  status: { declaredFeatures: ['UserNamespacesHostNetworkSupport'] },
}
const nodes = [declaring, node('n2')]
const lacking = "node(s) didn't match Pod's required features"

it.each([
  { name: 'a plain pod', spec: {}, want: ['fits', 'fits'] },
  { name: 'host network', spec: { hostNetwork: true }, want: ['fits', 'fits'] },
  {
    name: 'host network with a user namespace',
    spec: { hostNetwork: true, hostUsers: false },
    want: ['fits', lacking],
  },
  {
    name: 'a container whose exit restarts all',
    spec: {
      containers: [
        {
          name: 'app',
          restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In' } }],
        },
      ],
    },
    want: [lacking, lacking],
  },
])('$name: $want', ({ spec, want }) => {
  const result = verdicts(nodeDeclaredFeatures, { nodes, pod: pod('p', spec) })
  expect(Object.values(result)).toEqual(want)
})
