import { expect, it } from 'vitest'
import { typed } from '../testing.ts'

it.each(['ST1203', 'st1203', 'ST1203-1a2b3c4d', 'rollout-stuck'])('explains %s', async word => {
  const { out, status } = await typed(`explain ${word}`)
  expect(out).toMatch(/^ST1203 rollout-stuck: A rollout never completes\n/)
  expect(status).toBe(0)
})

it('lists every page without an argument', async () => {
  const { out } = await typed('explain')
  expect(out.split('\n').length).toBeGreaterThan(30)
})

it('suggests the nearest id', async () => {
  const { err, status } = await typed('explain ST1202')
  expect(err).toContain('did you mean ST1')
  expect(status).toBe(2)
})

const example = 'examples/kubefirst/manifests --nodes 3 --remedies 2'

it.each(['Deployment/argocd/argocd-redis-ha-haproxy', 'deploy/argocd-redis-ha-haproxy'])(
  'tells of %s where it is written, how trials went, and what is found',
  async word => {
    const { out, status } = await typed(`explain ${word} -f ${example}`)
    const file = 'examples/kubefirst/manifests/redis-ha-haproxy.yaml'
    expect(out).toContain(`Deployment argocd/argocd-redis-ha-haproxy  ${file}:`)
    expect(out).toMatch(/^install +nothing to tell$/m)
    expect(out).toMatch(/^restart +1 error/m)
    expect(out).toContain('proven   matchLabelKeys')
    expect(out).not.toContain('argocd-application-controller')
    expect(status).toBe(0)
  },
)

it('knows what an operator makes, and of which resource', async () => {
  const { out, status } = await typed('explain deploy/argocd/argocd-server -f examples/otomi')
  const file = 'examples/otomi/values/v2.8.0.yaml'
  expect(out).toContain(
    `Deployment argocd/argocd-server  ${file}:10:3  made by argocd-operator for ArgoCD argocd/argocd`,
  )
  expect(out).toContain('∧ nodeAffinity otomi NotIn [otomi-sys] (Assign set-team-node-affinity,')
  expect(status).toBe(0)
})

it('tells one finding in full, then its rule', async () => {
  const [id = ''] = (await typed(`check ${example} -o name`)).out.split('\n')
  const { out } = await typed(`explain ${id} -f ${example}`)
  expect(out).toContain('✗ ST1203 rollout-stuck  Deployment argocd/argocd-redis-ha-haproxy')
  expect(out).toContain('ST1203 rollout-stuck: A rollout never completes')
})

it('tells who wrote a field of a pod, with the place of the mutator', async () => {
  const words = 'explain Pod/shop/web spec.nodeSelector.pool -f examples/admission --nodes 1'
  const { out, status } = await typed(words)
  expect(out).toContain('spec.nodeSelector.pool = "a"')
  expect(out).toMatch(/^Assign pool +writes \S+ +examples.admission.manifests.mutators.yaml:11/m)
  expect(status).toBe(0)
})

it('says that a field is not set', async () => {
  const { out, status } = await typed('explain deploy/web spec.paused -f examples/admission')
  expect(out).toContain('spec.paused is not set: nobody wrote it')
  expect(status).toBe(2)
})

it.each([
  {
    words: `Deployment/argocd/argocd-sever -f ${example}`,
    want: 'argocd/argocd-server?',
    status: 2,
  },
  { words: `ST1203-00000000 -f ${example}`, want: 'found any more', status: 1 },
  { words: 'Deployment/a/b -f no/such/path', want: 'ST0101', status: 2 },
  { words: 'Deployment/a/b', want: 'nothing to judge was named', status: 2 },
])('$words: $want', async ({ words, want, status: wanted }) => {
  const { err, status } = await typed(`explain ${words}`)
  expect(err).toContain(want)
  expect(status).toBe(wanted)
})

it('a pod is told with its scores, and the same as a document', async () => {
  const words = 'explain pod argocd-server -f examples/kubefirst/manifests --nodes 3'
  const { out, status } = await typed(words)
  expect(out).toMatch(/^Pod argocd\/argocd-server-\S+ runs on workers-\d/)
  expect(out).toMatch(/^NODE +TaintToleration×3/m)
  expect(status).toBe(0)
  const document = JSON.parse((await typed(`${words} -o json`)).out) as { items: object[] }
  expect(document.items[0]).toMatchObject({ kind: 'PodPlacement', namespace: 'argocd' })
})

it('objects, findings and pages are documents too', async () => {
  const object = await typed(`explain deploy/argocd-redis-ha-haproxy -f ${example} -o json`)
  const { items } = JSON.parse(object.out) as { items: { findings: { rule: string }[] }[] }
  expect(items[0]?.findings.map(({ rule }) => rule)).toContain('ST1203')
  const page = JSON.parse((await typed('explain ST1203 -o json')).out) as { items: object[] }
  expect(page.items[0]).toMatchObject({ id: 'ST1203', name: 'rollout-stuck' })
})

it('a pod that nothing makes is said so', async () => {
  const { err, status } = await typed('explain po/nope -f examples/kubefirst/manifests')
  expect(err).toContain('there is no pod nope')
  expect(status).toBe(2)
})
