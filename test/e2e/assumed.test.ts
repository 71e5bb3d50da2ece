// A finding that rests on what nobody said: it says so and is no error; once it is said, it is.

import { expect, it } from 'vitest'
import { load, type Report, runCheck } from '../../src/index.ts'
import type { PoolSpec } from '../../src/trials/spec.ts'

const said: PoolSpec = { name: 'workers', count: 3, cpu: '4', memory: '16Gi' }

function app(spec: string, replicas = 1, rest = ''): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      ${spec}
${rest}`
}

const large = app("containers: [{name: web, image: web, resources: {requests: {cpu: '6'}}}]")
const onArm = app(
  'nodeSelector: {kubernetes.io/arch: arm64}\n      containers: [{name: web, image: web}]',
)
const container = 'containers: [{name: web, image: web}]'
const apartRule = `affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - topologyKey: kubernetes.io/hostname
            labelSelector: {matchLabels: {app: web}}`
const apart = app(
  `${apartRule}
      ${container}`,
  3,
)
const claim = `---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`
// A new pod that may not share the node of the old one needs the volume on another node.
const onDisk = app(
  `${apartRule}
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      ${container}`,
  1,
  claim,
)
const classOf = (provisioner: string): string => `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: ours, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: ${provisioner}
volumeBindingMode: WaitForFirstConsumer
`

function check(manifest: string, pools?: readonly PoolSpec[]): Report {
  const given = pools === undefined ? {} : { pools }
  const loaded = load(['-'], { ...given, readStdin: () => manifest })
  return runCheck(loaded, { version: 'test', sources: ['-'] })
}

interface Row {
  readonly name: string
  readonly manifest: string
  readonly pools?: readonly PoolSpec[]
  readonly rule: string
  readonly want: readonly [severity: string, restsOn: string | undefined]
}

const rows: readonly Row[] = [
  {
    name: 'too little room on nodes of a size that nobody said',
    manifest: large,
    rule: 'ST1001',
    want: ['warning', 'nodes of 4 CPU and 16Gi'],
  },
  {
    name: 'too little room on nodes of a size that was said',
    manifest: large,
    pools: [said],
    rule: 'ST1001',
    want: ['error', undefined],
  },
  {
    name: 'a label on nodes of which nobody said anything',
    manifest: onArm,
    rule: 'ST1001',
    want: ['warning', 'nodes without labels of their own, of amd64 and linux'],
  },
  {
    name: 'another processor on nodes whose processor nobody said',
    manifest: onArm,
    pools: [said],
    rule: 'ST1001',
    want: ['warning', 'nodes of amd64'],
  },
  {
    name: 'another processor on nodes whose processor was said',
    manifest: onArm,
    pools: [{ ...said, arch: 'amd64' }],
    rule: 'ST1001',
    want: ['error', undefined],
  },
  {
    name: 'three replicas apart on three nodes: an error whoever said the number',
    manifest: apart,
    rule: 'ST1203',
    want: ['error', undefined],
  },
  {
    name: 'a disk of a class that no file defines',
    manifest: onDisk,
    rule: 'ST1203',
    want: ['warning', 'StorageClass standard, whose volumes attach to one node at a time'],
  },
  {
    name: 'a disk of a class in the files',
    manifest: `${classOf('ebs.csi.aws.com')}---\n${onDisk}`,
    rule: 'ST1203',
    want: ['error', undefined],
  },
]

it.each(rows)('$name', ({ manifest, pools, rule, want: [severity, restsOn] }) => {
  const finding = check(manifest, pools).findings.find(each => each.rule === rule)
  expect([finding?.severity, finding?.restsOn?.[0]]).toEqual([severity, restsOn])
  const told = finding?.causes.filter(({ code }) => code === 'assumed') ?? []
  if (restsOn !== undefined) expect(told[0]?.text).toContain(restsOn)
})

it('the number of nodes is told where it was assumed', () => {
  const finding = check(apart).findings.find(({ rule }) => rule === 'ST1203')
  expect(finding?.causes.at(-1)?.text).toContain('--nodes, --pool or seatrial.yaml says how many')
})

it('how fast volumes are made and attached is an assumption at the first claim', () => {
  const { assumptions } = check(onDisk, [said])
  const speed = assumptions.find(({ what }) => what.startsWith('a volume is made within 1 s'))
  expect(speed?.locations?.[0]?.line).toBe(onDisk.split('\n').indexOf('metadata: {name: data}') + 2)
})

it('a claim that was made before the default class gets it afterwards', () => {
  const { findings } = check(`${onDisk}---\n${classOf('rancher.io/local-path')}`, [said])
  expect(findings.filter(({ trial }) => trial === 'install')).toEqual([])
})
