import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FieldValue, editOf, spliced } from './edit.ts'
import { poolEditOf } from './edit-pool.ts'
import type { SourceObject } from './source-object.ts'
import { answer, type Sandbox, sandbox } from './testing.ts'
import { writtenChange } from './written-change.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => files.remove())

const web = `# Our web.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web  # the name
spec:
  replicas: 3   # three
  template:
    spec:
      containers:
      - name: web
        image: web:1
      - {name: log, image: log:1}
`

function read(text: string, name = 'web.yaml'): SourceObject {
  files.write({ [name]: text })
  const [object] = files.load([name]).objects
  if (object === undefined) throw new Error('one object is read')
  return object
}

interface Row {
  readonly name: string
  readonly changes: readonly FieldValue[]
  readonly want: string
}

const rows: readonly Row[] = [
  {
    name: 'a number in the place of another; its comment stays',
    changes: [{ path: 'spec.replicas', value: 2 }],
    want: '-  replicas: 3   # three\n+  replicas: 2   # three\n',
  },
  {
    name: 'fields that are not there yet, as the first of their mapping',
    changes: [{ path: 'spec.strategy.rollingUpdate.maxUnavailable', value: 1 }],
    want: '+  strategy:\n+    rollingUpdate:\n+      maxUnavailable: 1\n',
  },
  {
    name: 'a field of an item in a list',
    changes: [{ path: 'spec.template.spec.containers[0].image', value: 'web:2' }],
    want: '-        image: web:1\n+        image: web:2\n',
  },
  {
    name: 'a new field of an item, behind its dash',
    changes: [{ path: 'spec.template.spec.containers[0].tty', value: true }],
    want: '-      - name: web\n+      - tty: true\n+        name: web\n',
  },
  {
    name: 'a new field of an item in flow style',
    changes: [{ path: 'spec.template.spec.containers[1].resources.limits.cpu', value: '1' }],
    want: `-      - {name: log, image: log:1}\n+      - {resources: {"limits":{"cpu":"1"}}, name: log, image: log:1}\n`,
  },
  {
    name: 'one field in the place of another',
    changes: [
      { path: 'spec.replicas', value: null },
      { path: 'spec.paused', value: true },
    ],
    want: '-  replicas: 3   # three\n+  paused: true\n',
  },
  {
    name: 'a field taken out of a flow mapping',
    changes: [{ path: 'spec.template.spec.containers[1].image', value: null }],
    want: '-      - {name: log, image: log:1}\n+      - {name: log}\n',
  },
]

describe('an edit', () => {
  it.each(rows)('writes $name', ({ changes, want }) => {
    expect(editOf(read(web), changes)).toMatchObject({ diff: want, isWhole: true })
  })

  it('leaves every other byte as it was, line ends too', () => {
    const text = web.replaceAll('\n', '\r\n')
    const edit = editOf(read(text), [{ path: 'spec.replicas', value: 2 }])
    expect(spliced(text, edit?.splices ?? [])).toBe(text.replace('replicas: 3', 'replicas: 2'))
  })

  it('of the second document of a file leaves the first alone', () => {
    const text = `${web.replace('name: web ', 'name: first ')}---\n${web}`
    files.write({ 'two.yaml': text })
    const item = files.load(['two.yaml']).objects[1] as SourceObject
    const edit = editOf(item, [{ path: 'spec.replicas', value: 7 }])
    const after = spliced(text, edit?.splices ?? [])
    expect(after.startsWith(text.slice(0, text.indexOf('---')))).toBe(true)
    expect(after).toContain('replicas: 7')
  })

  it('of JSON stays JSON', () => {
    const text = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {},
    })
    const edit = editOf(read(text, 'p.json'), [{ path: 'spec.nodeName', value: 'n' }])
    expect(JSON.parse(spliced(text, edit?.splices ?? []))).toMatchObject({
      spec: { nodeName: 'n' },
    })
  })

  it.each([
    {
      name: 'an anchored value that others share',
      text: web.replace('replicas: 3', 'replicas: &r 3\n  minReadySeconds: *r'),
    },
    { name: 'a list that is not there', text: web, path: 'spec.template.spec.volumes[0].name' },
  ])('is not made where it cannot be written: $name', ({ text, path = 'spec.minReadySeconds' }) => {
    expect(editOf(read(text), [{ path, value: 5 }])).toBeUndefined()
  })
})

it('the count of a pool is edited where it is written', () => {
  files.write({ 'seatrial.yaml': 'pools:\n- {name: workers, count: 2, cpu: 4}\n' })
  const file = `${files.root}/seatrial.yaml`
  const edit = poolEditOf({ file, line: 2, column: 19 }, { from: 2, to: 4 })
  expect(edit && spliced(edit.text, [edit.splice])).toContain('{name: workers, count: 4, cpu: 4}')
  expect(poolEditOf({ file, line: 2, column: 19 }, { from: 3, to: 4 })).toBeUndefined()
  expect(poolEditOf({ file }, { from: 2, to: 4 })).toBeUndefined()
})

it('what cannot be written into a file becomes a patch', () => {
  const object = { kind: 'PodDisruptionBudget', namespace: 'shop', name: 'web' }
  const fields = [
    { object, path: 'spec.minAvailable', value: null },
    { object, path: 'spec.maxUnavailable', value: 1 },
  ]
  const { edits, diff, isExact } = writtenChange({ fields, pools: [] }, { objects: [], pools: [] })
  expect([edits, isExact]).toEqual([[], false])
  expect(diff).toContain('+spec:\n+  minAvailable: null\n+  maxUnavailable: 1\n')
})

describe('a change of what a kustomization builds', () => {
  const built = (kustomization: string): SourceObject => {
    files.write({ 'k/kustomization.yaml': kustomization, 'k/web.yaml': web })
    const run = answer({ stdout: web })
    const [object] = files.load(['k'], { run }).objects
    if (object === undefined) throw new Error('one object is built')
    return object
  }
  const changeOf = (item: SourceObject, path: string, value: unknown) => {
    const object = { kind: 'Deployment', name: 'web', namespace: 'default' }
    const change = { fields: [{ object, path, value }], pools: [] }
    return writtenChange(change, { objects: [item], pools: [] })
  }

  it('is a patch at the end of it', () => {
    const item = built('resources: [web.yaml]\n')
    const { edits, diff, isExact } = changeOf(item, 'spec.replicas', 2)
    expect(edits[0]?.file).toMatch(/k\/kustomization.yaml$/)
    expect(isExact).toBe(false)
    expect(diff).toBe(
      `+patches:
+- target:
+    kind: Deployment
+    name: web
+  patch: |
+    - op: replace
+      path: /spec/replicas
+      value: 2
`,
    )
  })

  it('comes before the patches that are there, and makes fields that are missing', () => {
    const item = built('resources: [web.yaml]\npatches:\n  - path: a.yaml\n# end\n')
    const { edits } = changeOf(item, 'spec.strategy.rollingUpdate.maxUnavailable', 1)
    const after = spliced('resources: [web.yaml]\npatches:\n  - path: a.yaml\n# end\n', edits)
    expect(after).toContain('patches:\n  - target:\n')
    expect(after).toContain('            maxUnavailable: 1\n  - path: a.yaml\n# end\n')
  })
})
