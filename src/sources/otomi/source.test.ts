import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { load, type Loaded } from '../load.ts'
import { filePlace } from '../place.ts'

const real = join(import.meta.dirname, '../../../../shared/real/otomi')
const isHere = existsSync(real)
const where = isHere ? '' : ' (skipped: ../shared/real/otomi is not there)'

let root = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'seatrial-otomi-'))
})

afterEach(() => rmSync(root, { recursive: true }))

/** Writes files below the root and reads what `named` is. */
function loaded(files: Readonly<Record<string, string>>, named = ''): Loaded {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return load([join(root, named)])
}

function fromText(text: string): Loaded {
  return loaded({ 'values.yaml': text }, 'values.yaml')
}

function objectsOf({ objects }: Loaded, kind: string): readonly KubeObject[] {
  return objects.map(({ object }) => object).filter(object => object.kind === kind)
}

function documents(file: string): readonly KubeObject[] {
  const { documents: found } = filePlace(join(real, file), true).read()
  return found.map(({ value }) => value).filter(value => value !== null) as KubeObject[]
}

/** Values with these labels and teams, in the shape that people write. */
function valuesText(version: string, labels: object, teams: readonly string[]): string {
  const teamConfig = Object.fromEntries(teams.map(id => [id, { id }]))
  const otomi = { version, isMultitenant: true, nodeSelector: labels }
  return JSON.stringify({ cluster: { domainSuffix: 'example.com' }, otomi, teamConfig })
}

describe(`what the charts of both releases render${where}`, () => {
  const sets = ['one-label', 'two-labels'].flatMap(labels =>
    ['no-teams', 'one-team', 'three-teams'].map(teams => `${labels}.${teams}`),
  )
  const versions = ['v2.8.0', 'v2.8.1']

  it.skipIf(!isHere).each(versions.flatMap(version => sets.map(set => [version, set] as const)))(
    'mutations of %s, %s',
    (version, set) => {
      const [given] = documents(`mutations/${version}/${set}.values.yaml`) as unknown as readonly {
        readonly otomi: { readonly nodeSelector: object }
        readonly teamIds: readonly string[]
      }[]
      const text = valuesText(version, given?.otomi.nodeSelector ?? {}, given?.teamIds ?? [])
      const wanted = documents(`mutations/${version}/${set}.yaml`)
      expect(wanted).toHaveLength(3)
      expect(objectsOf(fromText(text), 'Assign')).toEqual(wanted)
    },
  )

  it.skipIf(!isHere).each(versions)('namespaces and the Config of Gatekeeper of %s', version => {
    const found = fromText(valuesText(version, { otomi: 'otomi-sys' }, ['admin', 'demo', 'dev']))
    expect(objectsOf(found, 'Namespace')).toEqual(documents(`namespaces/${version}.yaml`))
    const config = documents(`mutations/${version}/gatekeeper-config.yaml`)
    expect(objectsOf(found, 'Config')).toEqual(config)
  })

  it
    .skipIf(!isHere)
    .each(
      versions.flatMap(version =>
        ['default', 'nodeselector', 'nodeselector-autoscale'].map(set => [version, set] as const),
      ),
    )('the ArgoCD resource of %s, %s', (version, set) => {
    const { text } = filePlaceText(`argocd-cr/${version}.${set}.values.yaml`)
    const found = fromText(text.replace('otomi:', `otomi:\n  version: ${version}`))
    const [wanted] = documents(`argocd-cr/${version}.${set}.yaml`)
    const [resource] = objectsOf(found, 'ArgoCD')
    expect(resource?.['spec']).toEqual(wanted?.['spec'])
    expect(resource?.metadata).toEqual({ ...wanted?.metadata, namespace: 'argocd' })
  })

  it.skipIf(!isHere).each(versions)(
    'the values that the project itself tests with, %s',
    version => {
      const found = load([join(real, 'env', version, 'fixtures', 'env')])
      expect(found.problems.map(({ what }) => what)).toEqual([
        'otomi.version: "main" is no release',
      ])
      const [team] = objectsOf(found, 'Assign').filter(
        ({ metadata }) => metadata.name === 'set-team-node-affinity',
      )
      expect(team?.['spec']).toMatchObject({
        match: { namespaces: ['team-admin', 'team-demo', 'team-dev'] },
      })
      const [config] = objectsOf(found, 'Config')
      expect(JSON.stringify(config?.['spec'])).toContain('"otomi-pipelines","sandbox"')
    },
  )
})

function filePlaceText(file: string): { readonly text: string } {
  const [document] = filePlace(join(real, file), true).read().documents
  return { text: document?.source.file.text ?? '' }
}

const earlier = `cluster: {domainSuffix: example.com}
otomi:
  version: v2.8.0
  nodeSelector:
    pool: platform
teamConfig:
  demo: {id: demo}
`

describe('releases', () => {
  const namespacesOf = (version: string, teams: string): readonly unknown[] => {
    const text = earlier.replace('v2.8.0', version).replace('  demo: {id: demo}\n', teams)
    return objectsOf(fromText(text), 'Assign').map(object => {
      const { match } = object['spec'] as { readonly match: Readonly<Record<string, unknown>> }
      return match['excludedNamespaces'] ?? match['namespaces']
    })
  }
  const demo = '  demo: {id: demo}\n'

  it.each([
    { version: 'v2.3.0', teams: demo, left: ['team-demo'], taken: ['team-demo'] },
    {
      version: 'v2.4.0',
      teams: demo,
      left: ['team-demo', 'argocd'],
      taken: ['team-demo', 'argocd'],
    },
    {
      version: '2.8.0',
      teams: demo,
      left: ['team-demo', 'argocd'],
      taken: ['team-demo', 'argocd'],
    },
    { version: 'v2.8.1', teams: demo, left: ['team-demo', 'argocd'], taken: ['team-demo'] },
    { version: 'v2.8.0', teams: '', left: undefined, taken: undefined },
    { version: 'v2.8.1', teams: '', left: ['argocd'], taken: undefined },
  ])('$version with teams "$teams" leaves out $left and takes in $taken', given => {
    const { version, teams, left, taken } = given
    expect(namespacesOf(version, teams)).toEqual([left, left, taken])
  })

  it('before v2.4.0 the ArgoCD resource has no nodePlacement', () => {
    const [resource] = objectsOf(fromText(earlier.replace('v2.8.0', 'v2.3.0')), 'ArgoCD')
    expect(resource?.['spec']).not.toHaveProperty('nodePlacement')
  })

  it('from v2.10.0 on Argo CD comes from its chart, and a note says so', () => {
    const found = fromText(earlier.replace('v2.8.0', 'v2.11.0'))
    expect(objectsOf(found, 'ArgoCD')).toEqual([])
    expect(objectsOf(found, 'Assign')).toHaveLength(3)
    expect(found.notes.join()).toContain('Argo CD of v2.11.0 comes from its chart')
  })

  it('from v3.0.0 on a policy of Kyverno places pods', () => {
    const found = fromText(earlier.replace('v2.8.0', 'v3.0.0'))
    expect(objectsOf(found, 'Assign')).toEqual([])
    const [policy] = objectsOf(found, 'ClusterPolicy')
    expect(policy?.metadata.name).toBe('require-otomi-node-selector')
    expect(JSON.stringify(policy?.['spec'])).toContain('"nodeSelector":{"pool":"platform"}')
  })

  it('without a nodeSelector nothing is placed', () => {
    const text = earlier.replace('  nodeSelector:\n    pool: platform\n', '')
    const found = fromText(text)
    expect(objectsOf(found, 'Assign')).toEqual([])
    expect(objectsOf(found, 'ArgoCD')).toHaveLength(1)
  })
})

describe('places', () => {
  const line = (text: string): number =>
    earlier.split('\n').findIndex(each => each.includes(text)) + 1

  it('what comes from a field of the values is at home there', () => {
    const found = fromText(earlier)
    const named = (name: string, kind: string) =>
      found.objects.find(({ object }) => object.metadata.name === name && object.kind === kind)
    const mutation = named('set-team-node-affinity', 'Assign')
    expect(mutation?.locate('spec.location').line).toBe(line('nodeSelector'))
    expect(mutation?.locate('spec.match.namespaces').line).toBe(line('teamConfig'))
    const resource = named('argocd', 'ArgoCD')
    expect(resource?.locate('spec.nodePlacement.nodeSelector.pool').line).toBe(line('pool:'))
    expect(named('team-demo', 'Namespace')?.locate('metadata.name').line).toBe(line('demo:'))
  })
})

describe('the folder of a repository', () => {
  it('settings, teams and apps are one tree, and secrets are left alone', () => {
    const found = loaded(
      {
        'env/settings.yaml': 'otomi: {version: v2.8.1, nodeSelector: {pool: platform}}\n',
        'env/teams.yaml': 'teamConfig:\n  demo: {id: demo}\n',
        'env/cluster.yaml': 'cluster: {domainSuffix: my.cloud}\n',
        'env/apps/argocd.yaml': 'apps:\n  argocd: {enabled: true, autoscaling: {enabled: true}}\n',
        'env/apps/secrets.argocd.yaml': 'apps: {argocd: {enabled: false}}\n',
      },
      'env',
    )
    expect(found.problems).toEqual([])
    const [resource] = objectsOf(found, 'ArgoCD')
    expect(resource?.['spec']).toMatchObject({
      server: { host: 'argocd.my.cloud', autoscale: { enabled: true, hpa: { maxReplicas: 3 } } },
      nodePlacement: { nodeSelector: { pool: 'platform' } },
    })
    const at = found.objects.find(({ object }) => object.kind === 'ArgoCD')
    expect(at?.locate('spec.server.autoscale.hpa.scaleTargetRef.name').file).toContain(
      'argocd.yaml',
    )
  })

  it('later, each capability and each team is a resource of its own', () => {
    const found = loaded(
      {
        'env/settings/otomi.yaml':
          'kind: AplCapabilitySet\nmetadata: {name: otomi}\nspec: {version: v5.0.0, nodeSelector: {pool: platform}}\n',
        'env/teams/demo/settings.yaml':
          'kind: AplTeamSettingSet\nmetadata: {name: demo}\nspec: {}\n',
        'env/apps/argocd.yaml': 'kind: AplApp\nmetadata: {name: argocd}\nspec: {}\n',
      },
      'env',
    )
    expect(found.problems).toEqual([])
    expect(objectsOf(found, 'ClusterPolicy')).toHaveLength(1)
    const names = objectsOf(found, 'Namespace').map(({ metadata }) => metadata.name)
    expect(names).toContain('team-demo')
    expect(names).toContain('apl-operator')
  })
})

describe('values that cannot be read', () => {
  it.each([
    {
      name: 'a nodeSelector that is a list',
      from: '    pool: platform',
      to: '    - pool',
      says: 'otomi.nodeSelector must be a mapping, not ["pool"]',
    },
    {
      name: 'a label that is no text',
      from: 'pool: platform',
      to: 'pool: true',
      says: 'otomi.nodeSelector.pool must be the text of a label, not true',
    },
    {
      name: 'a label that is empty',
      from: 'pool: platform',
      to: 'pool: ""',
      says: 'otomi.nodeSelector.pool must be the text of a label',
    },
    {
      name: 'a release that is a number',
      from: 'v2.8.0',
      to: '2.8',
      says: 'otomi.version must be a text, not 2.8',
    },
    { name: 'a branch', from: 'v2.8.0', to: 'main', says: 'otomi.version: "main" is no release' },
    {
      name: 'a release that is too old',
      from: 'v2.8.0',
      to: 'v0.12.0',
      says: 'the mutations of "v0.12.0" are not known',
    },
    {
      name: 'a team without id',
      from: 'demo: {id: demo}',
      to: 'demo: {}',
      says: 'team demo has no id',
    },
    {
      name: 'a team with another id',
      from: 'id: demo',
      to: 'id: dev',
      says: 'team demo has the id "dev"',
    },
    {
      name: 'a team that is a text',
      from: 'demo: {id: demo}',
      to: 'demo: yes please',
      says: 'teamConfig.demo must be a mapping',
    },
    {
      name: 'a team whose id no namespace can have',
      from: 'demo: {id: demo}',
      to: 'Demo_1: {id: Demo_1}',
      says: '"Demo_1" is no id of a team',
    },
    {
      name: 'teams that are a list',
      from: '  demo: {id: demo}',
      to: '  - demo',
      says: 'teamConfig must be a mapping',
    },
    {
      name: 'otomi that is a text',
      from: /otomi:\n(?: .*\n)+/,
      to: 'otomi: here\n',
      says: 'otomi must be a mapping, not "here"',
    },
  ])('$name', ({ from, to, says }) => {
    const text = earlier.replace(from, to)
    const { problems } = fromText(text)
    const found = problems.find(({ what }) => what.includes(says))
    expect(problems.map(({ what }) => what).join('\n')).toContain(says)
    expect(found).toMatchObject({ code: 'ST0143' })
    expect(found?.location?.line).toBeGreaterThan(0)
    expect(found?.todo).not.toBe('')
  })

  it('the team of administrators needs no id', () => {
    expect(fromText(`${earlier}  admin: {services: []}\n`).problems).toEqual([])
  })

  it('counts and switches of the app', () => {
    const text = `${earlier}apps:\n  argocd: {enabled: "yes", autoscaling: {enabled: 1, minReplicas: "2"}}\n  gatekeeper: {excludedNamespaces: sandbox}\n`
    expect(fromText(text).problems.map(({ what }) => what)).toEqual([
      'apps.gatekeeper.excludedNamespaces must be a list of names, not "sandbox"',
      'apps.argocd.enabled must be true or false, not "yes"',
      'apps.argocd.autoscaling.minReplicas must be a whole number above 0, not "2"',
      'apps.argocd.autoscaling.enabled must be true or false, not 1',
    ])
  })

  it('other values are left to others', () => {
    const found = fromText('image: {tag: v1}\nreplicas: 2\n')
    expect(found.objects).toEqual([])
    expect(found.problems.map(({ code }) => code)).toEqual(['ST0109'])
  })
})

it('files where folders are expected do not count', () => {
  const settings = valuesText('v2.8.1', { pool: 'platform' }, [])
  const earlier = loaded({ 'env/settings.yaml': settings, 'env/apps': '' }, 'env')
  expect(objectsOf(earlier, 'Assign')).toHaveLength(3)
  const otomi = 'kind: AplCapabilitySet\nmetadata: {name: otomi}\nspec: {version: v6.2.1}\n'
  const files = { 'new/settings/otomi.yaml': otomi, 'new/apps': '', 'new/teams': '' }
  expect(objectsOf(loaded(files, 'new'), 'Namespace')).not.toEqual([])
})
