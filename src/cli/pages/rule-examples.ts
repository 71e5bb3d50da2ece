// A bad and a good example for each rule of src/explain/rules.ts, by id.

import type { Example } from './page.ts'

export const ruleExamples: Readonly<Record<string, Example>> = {
  ST1001: {
    bad: `# three replicas that may not share a node, on two nodes
spec:
  replicas: 3
  template:
    spec:
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - topologyKey: kubernetes.io/hostname
            labelSelector: {matchLabels: {app: web}}`,
    good: `# as many replicas as nodes, or a preference instead of a rule
spec:
  replicas: 2`,
  },
  ST1002: {
    bad: `# needs a node that an autoscaler adds a minute later
resources: {requests: {cpu: "3500m"}}`,
    good: `# fits beside what runs already
resources: {requests: {cpu: "500m"}}`,
  },
  ST1010: {
    bad: `spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: api}}`,
    good: `spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}`,
  },
  ST1020: {
    bad: `# kubefirst waits 300 seconds for three replicas that need three nodes
nodes: 2`,
    good: `nodes: 3`,
  },
  ST1101: {
    bad: `# one replica: the loss of its node is an outage of five minutes and more
spec:
  replicas: 1`,
    good: `# two that cannot share a node, and a third node for the replacement
spec:
  replicas: 2
  template:
    spec:
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule,
         labelSelector: {matchLabels: {app: web}}}`,
  },
  ST1102: {
    bad: `# with one node gone, the third replica has nowhere to go
spec:
  replicas: 3   # required anti-affinity per hostname, three nodes`,
    good: `# a spare node, or anti-affinity that is only preferred
spec:
  replicas: 3   # four nodes`,
  },
  ST1103: {
    bad: `# two of three members on one node: its loss takes the quorum
spec:
  replicas: 3   # no spread, two nodes`,
    good: `# each member on a node of its own
spec:
  replicas: 3   # required anti-affinity per hostname, three nodes or more`,
  },
  ST1104: {
    bad: `# the node of redis-0 is gone for good, its Node object stays
kubectl get pod redis-0   # Terminating for ever`,
    good: `kubectl taint node n1 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute
# or: kubectl delete node n1`,
  },
  ST1203: {
    bad: `# three nodes, three replicas, one per node: the surge pod has no node,
# and 25% of 3 rounds down to 0 pods that may go
spec:
  replicas: 3
  strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}`,
    good: `spec:
  replicas: 3
  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}`,
  },
  ST1301: {
    bad: `# no pod may ever be evicted
kind: PodDisruptionBudget
spec: {minAvailable: 1}   # of a workload with one replica`,
    good: `kind: PodDisruptionBudget
spec: {maxUnavailable: 1}   # of a workload with two replicas`,
  },
  ST1302: {
    bad: `kind: PodDisruptionBudget
spec: {maxUnavailable: 0}`,
    good: `kind: PodDisruptionBudget
spec: {maxUnavailable: 1}`,
  },
  ST1401: {
    bad: `# the autoscaler sets replicas, and each apply sets it back
kind: Deployment
spec: {replicas: 3}
---
kind: HorizontalPodAutoscaler
spec: {minReplicas: 5}`,
    good: `# replicas is left to the autoscaler
kind: Deployment
spec: {}`,
  },
  ST1402: {
    bad: `# a controller version that trusts its stale cache and never looks again
image: argo-rollouts:v1.6.0`,
    good: `image: argo-rollouts:v1.8.0`,
  },
  ST1403: {
    bad: `# a batch job that displaces the pods that serve
kind: PriorityClass
value: 1000000`,
    good: `kind: PriorityClass
value: -10
preemptionPolicy: Never`,
  },
  ST1404: {
    bad: `# t.trial.yaml, where a restart takes the only replica away
properties:
- always: {object: Deployment/shop/web, path: status.readyReplicas, atLeast: 1}`,
    good: `# web.yaml
spec:
  replicas: 2
  strategy: {rollingUpdate: {maxUnavailable: 0}}`,
  },
  ST1501: {
    bad: `# utilization of a request that the container does not make
kind: HorizontalPodAutoscaler
spec:
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization}}}]
# containers: [{name: web}]`,
    good: `# containers: [{name: web, resources: {requests: {cpu: 100m}}}]`,
  },
  ST1502: {
    bad: `# each new pod raises the metric that asks for pods
behavior: {scaleUp: {stabilizationWindowSeconds: 0}}`,
    good: `behavior: {scaleUp: {stabilizationWindowSeconds: 60}}`,
  },
  ST1901: {
    bad: `# a custom resource whose controller the twin does not know makes the pods
apiVersion: example.org/v1
kind: Database`,
    good: `# what that controller would make, written out
apiVersion: apps/v1
kind: StatefulSet`,
  },
}
