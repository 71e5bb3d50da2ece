// Argo CD as an Otomi up to v2.9 asks its operator for it, and the image updater beside it.
// Upstream: linode/apl-core v2.8.1 values/argocd-operator/argocd-operator-{cr,raw}.gotmpl.

import type { KubeObject } from '../../kube/object.ts'
import { isObject, type JsonObject } from '../../kube/patch/json.ts'
import type { Labels } from './placement.ts'

export interface ArgoCdValues {
  /** apps.argocd.autoscaling. */
  readonly autoscaling: JsonObject
  /** apps.argocd.resources. */
  readonly resources: JsonObject
  readonly domain: string
  readonly issuer: string
  readonly clientId: string
  readonly isMultitenant: boolean
  /** Absent in releases that do not place Argo CD, and without a nodeSelector. */
  readonly nodeSelector: Labels | undefined
}

function amounts(memory: string, cpu: number | string = 1, requested = '256M'): JsonObject {
  return { limits: { cpu, memory }, requests: { cpu: '100m', memory: requested } }
}

const updaterRoles = [
  '# image updater',
  'p, role:image-updater, applications, get, */*, allow',
  'p, role:image-updater, applications, update, */*, allow',
  'g, image-updater, role:image-updater',
  '# admin',
  'g, admin, role:admin',
]

const usualScaling: JsonObject = { enabled: false, minReplicas: 1, maxReplicas: 3 }

/** The ArgoCD resource. Its autoscaler is for a Deployment that the operator does not make. */
export function argoCdResource(values: ArgoCdValues): KubeObject {
  const { autoscaling, resources, domain, nodeSelector, isMultitenant } = values
  const own = (part: string, otherwise: JsonObject): JsonObject => {
    const given = resources[part]
    return isObject(given) ? given : otherwise
  }
  const { enabled, minReplicas, maxReplicas } = { ...usualScaling, ...autoscaling }
  const oidc = [
    `issuer: ${values.issuer}`,
    `clientID: ${values.clientId}`,
    "clientSecret: '$oidc.clientSecret'",
    'requestedScopes:',
    ...['openid', 'profile', 'email'].map(scope => `  - ${scope}`),
  ]
  const shared = [
    '# not multitenant, make team-admin admin and keep global read-only',
    'g, team-admin, role:admin',
  ]
  const policy = isMultitenant ? updaterRoles : [...updaterRoles, ...shared]
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ArgoCD',
    metadata: { name: 'argocd', namespace: 'argocd' },
    spec: {
      resourceTrackingMethod: 'annotation',
      usersAnonymousEnabled: false,
      oidcConfig: `${oidc.join('\n')}\n`,
      rbac: {
        policy: `${policy.join('\n')}\n`,
        defaultPolicy: isMultitenant ? '' : 'role:readonly',
      },
      applicationSet: { logLevel: 'info', resources: amounts('1Gi', '500m') },
      ...(nodeSelector !== undefined && { nodePlacement: { nodeSelector } }),
      server: {
        host: `argocd.${domain}`,
        insecure: true,
        autoscale: {
          enabled,
          hpa: {
            maxReplicas,
            minReplicas,
            scaleTargetRef: {
              apiVersion: 'extensions/v1',
              kind: 'Deployment',
              name: 'otomi-argocd',
            },
            targetCPUUtilizationPercentage: 70,
          },
        },
        resources: own('server', amounts('1Gi')),
      },
      controller: { logLevel: 'info', resources: own('controller', amounts('3Gi', 1, '1Gi')) },
      repo: { logLevel: 'info', resources: own('repo', amounts('1Gi')) },
      redis: { resources: own('redis', amounts('1Gi')) },
    },
  }
}

const updater = 'argocd-image-updater'

/** The image updater: a Deployment beside the operator's, without any placement. */
export function imageUpdater(): readonly KubeObject[] {
  const labels = {
    'app.kubernetes.io/component': 'controller',
    'app.kubernetes.io/name': updater,
    'app.kubernetes.io/part-of': updater,
  }
  const metadata = { name: updater, namespace: 'argocd', labels }
  const selector = { 'app.kubernetes.io/name': updater }
  const probe = {
    httpGet: { path: '/healthz', port: 8080 },
    initialDelaySeconds: 3,
    periodSeconds: 30,
  }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: selector },
        strategy: { type: 'Recreate' },
        template: {
          metadata: { labels: selector },
          spec: {
            serviceAccountName: updater,
            securityContext: { runAsNonRoot: true },
            containers: [
              {
                name: updater,
                image: 'quay.io/argoprojlabs/argocd-image-updater:v0.12.0',
                ports: [{ containerPort: 8080 }],
                livenessProbe: probe,
                readinessProbe: probe,
                resources: {
                  limits: { cpu: '500m', memory: '500Mi' },
                  requests: { cpu: '50m', memory: '50Mi' },
                },
              },
            ],
          },
        },
      },
    },
  ]
}
