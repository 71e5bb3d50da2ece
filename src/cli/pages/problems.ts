// The page of each problem that input or usage can have.

import type { Page } from './page.ts'

export const problemPages: readonly Page[] = [
  {
    id: 'ST0001',
    name: 'usage',
    title: 'A flag or argument is wrong',
    meaning: 'The command line, or a SEATRIAL_ variable, has a value that cannot be read.',
    advice: 'Write what the message shows; `seatrial COMMAND --help` lists all flags.',
    bad: 'seatrial check ./deploy --nodes three',
    good: 'seatrial check ./deploy --nodes 3',
  },
  {
    id: 'ST0101',
    name: 'not-found',
    title: 'A file or folder does not exist',
    meaning: 'Nothing has the path that was named.',
    advice: 'Correct the path; it is relative to the current folder.',
    bad: 'seatrial check ./depoly',
    good: 'seatrial check ./deploy',
  },
  {
    id: 'ST0102',
    name: 'unreadable',
    title: 'A file or folder cannot be read',
    meaning: 'It exists, but the system refuses to read it.',
    advice: 'Give yourself read permission, or name another file.',
    bad: '-rw------- 1 root root deploy.yaml',
    good: '-rw-r--r-- 1 root root deploy.yaml',
  },
  {
    id: 'ST0103',
    name: 'too-large',
    title: 'A file is too large',
    meaning: 'Files beyond the limit are not manifests; reading them would only take memory.',
    advice: 'Split the file, or name only the manifests of the platform.',
    bad: 'seatrial check cluster-dump.json   # 50 MiB',
    good: 'seatrial check manifests/',
  },
  {
    id: 'ST0104',
    name: 'binary',
    title: 'A file is not text',
    meaning: 'Manifests are YAML or JSON in UTF-8; this file is an archive, an image or the like.',
    advice: 'Unpack it, or name the manifest itself.',
    bad: 'seatrial check chart-1.0.0.tgz',
    good: 'helm template chart-1.0.0.tgz | seatrial check -',
  },
  {
    id: 'ST0105',
    name: 'syntax',
    title: 'A document is not YAML or JSON',
    meaning: 'kubectl cannot read this document either. The rest of the file is still judged.',
    advice: 'Mend the line that the message names; often it is an indentation or a missing quote.',
    bad: 'metadata:\n  name: web\n   namespace: shop',
    good: 'metadata:\n  name: web\n  namespace: shop',
  },
  {
    id: 'ST0106',
    name: 'duplicate-key',
    title: 'A key is given twice',
    meaning: 'Only one of the values can hold, and tools disagree which.',
    advice: 'Remove one of them.',
    bad: 'spec:\n  replicas: 3\n  replicas: 5',
    good: 'spec:\n  replicas: 5',
  },
  {
    id: 'ST0107',
    name: 'alias',
    title: 'An alias cannot be expanded',
    meaning: 'It names no anchor, or its expansion is far larger than what is written.',
    advice: 'Define the anchor first, or write the values out.',
    bad: 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]   # and so on, for ever larger',
    good: 'c: [x, x, x, x]',
  },
  {
    id: 'ST0108',
    name: 'value',
    title: 'A value has no form in JSON',
    meaning: 'The API server takes JSON; this value (infinity, a map as a key) cannot be sent.',
    advice: 'Quote the text, or correct the value.',
    bad: 'limit: .inf',
    good: 'limit: ".inf"',
  },
  {
    id: 'ST0109',
    name: 'not-an-object',
    title: 'A document is not a Kubernetes object',
    meaning: 'It lacks apiVersion, kind or metadata.name.',
    advice: 'Complete it, or name a file that holds manifests.',
    bad: 'replicaCount: 3',
    good: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}',
  },
  {
    id: 'ST0110',
    name: 'empty-folder',
    title: 'No object was found',
    meaning: 'Neither this folder nor those below it hold a Kubernetes object.',
    advice: 'Name the folder that holds your manifests (*.yaml, *.yml, *.json).',
    bad: 'seatrial check ./src',
    good: 'seatrial check ./deploy',
  },
  {
    id: 'ST0111',
    name: 'shape',
    title: 'A field has the wrong type',
    meaning: 'The API server would not be able to decode the object.',
    advice: 'Write the type that the message names.',
    bad: 'spec:\n  replicas: "three"',
    good: 'spec:\n  replicas: 3',
  },
  {
    id: 'ST0112',
    name: 'empty-file',
    title: 'A file holds nothing',
    meaning: 'There is no document in it, or none of the kind that is needed.',
    advice: 'Name another file, or write the document.',
    bad: '# only a comment',
    good: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}',
  },
  {
    id: 'ST0113',
    name: 'same-object',
    title: 'An object is given twice',
    meaning: 'The later one is applied over the earlier one; only the later one is judged.',
    advice: 'Name only the files that belong to one platform.',
    bad: 'seatrial check overlays/   # staging and production hold the same names',
    good: 'seatrial check overlays/production',
  },
  {
    id: 'ST0120',
    name: 'tool-missing',
    title: 'A program of yours is needed and missing',
    meaning: 'Kustomizations and charts are built by your own kubectl, kustomize or helm.',
    advice: 'Install it, or name what it builds.',
    bad: 'seatrial check -k overlays/prod   # neither kubectl nor kustomize is installed',
    good: 'seatrial check built/prod.yaml',
  },
  {
    id: 'ST0121',
    name: 'tool-failed',
    title: 'A program of yours failed',
    meaning: 'kubectl, kustomize or helm refused its input; its message is shown.',
    advice: 'Run it alone until it succeeds, then run this again.',
    bad: 'resources: [deployment.yml]   # the file is called deployment.yaml',
    good: 'resources: [deployment.yaml]',
  },
  {
    id: 'ST0122',
    name: 'remote-base',
    title: 'A remote base cannot be fetched',
    meaning: 'The kustomization refers to an address that cannot be reached from here.',
    advice: 'Build it where the network reaches it, or replace it by a local copy.',
    bad: 'resources: ["https://github.com/org/repo//base?ref=v1"]',
    good: 'resources: [../base]',
  },
  {
    id: 'ST0123',
    name: 'tool-timeout',
    title: 'A program of yours did not end in time',
    meaning: 'It was stopped after a minute; it often waits for the network.',
    advice: 'Run it alone, and name what it builds.',
    bad: 'seatrial check -k overlays/remote',
    good: 'kubectl kustomize overlays/remote > built.yaml && seatrial check built.yaml',
  },
  {
    id: 'ST0130',
    name: 'cluster-definition',
    title: 'A cluster definition is not valid',
    meaning: 'A field of the Kubefirst cluster definition is missing or cannot be read.',
    advice: 'Write what the message names.',
    bad: '{"cloud_provider": "civo", "node_count": "many"}',
    good: '{"cloud_provider": "civo", "node_count": 3}',
  },
  {
    id: 'ST0131',
    name: 'unknown-node-type',
    title: 'The size of a node type is not known',
    meaning: 'The provider has such a type, but its CPU and memory are not in our table.',
    advice: 'Say the size: --node-size 4x16Gi.',
    bad: '{"node_type": "g9.huge"}',
    good: 'seatrial check definition.json --node-size 32x128Gi',
  },
  {
    id: 'ST0132',
    name: 'inventory',
    title: 'An inventory cannot be read',
    meaning:
      'Ansible drops a source that it cannot read, with a warning, and goes on without its hosts.',
    advice: 'Correct the line; the message says what Ansible expects there.',
    bad: '[web]\nnode[3:]',
    good: '[web]\nnode[1:3]',
  },
  {
    id: 'ST0133',
    name: 'inventory-warning',
    title: 'Ansible would warn of something in an inventory',
    meaning: 'The inventory is read, but something in it may not mean what it seems to.',
    advice: 'Read the message; the place is where the inventory says so.',
    bad: '[k3s-cluster]\nnode1',
    good: '[k3s_cluster]\nnode1',
  },
  {
    id: 'ST0134',
    name: 'inventory-variable',
    title: 'A variable of an inventory is missing, of a wrong type or cannot be known',
    meaning: 'The installer needs it to decide what the cluster looks like.',
    advice: 'Write the value that the message names; encrypted values stay closed.',
    bad: 'k3s_version: 1.33',
    good: 'k3s_version: v1.33.4+k3s1',
  },
  {
    id: 'ST0135',
    name: 'inventory-groups',
    title: 'The groups of an inventory make no cluster',
    meaning:
      'The installer runs on the hosts of certain groups; without servers there is no cluster.',
    advice: 'Name the groups as the installer does, and put each host into one of them.',
    bad: '[servers]\nnode1',
    good: '[server]\nnode1',
  },
  {
    id: 'ST0136',
    name: 'even-quorum',
    title: 'The members of etcd are an even number',
    meaning:
      'A majority of an even number of members survives no more losses than one member fewer would.',
    advice: 'Take one or three servers, or an external database.',
    bad: '[server]\nnode1\nnode2',
    good: '[server]\nnode1\nnode2\nnode3',
  },
  {
    id: 'ST0137',
    name: 'playbook',
    title: 'A playbook cannot be followed',
    meaning:
      'A file of the installer is missing or wrong: a role, an import without end, a module or ' +
      'handler that nobody knows, YAML that cannot be read. It is left out and the rest is followed.',
    advice: 'Correct the place that is named; Ansible would stop there.',
    bad: 'roles:\n- {role: absent}',
    good: 'roles:\n- {role: present}',
  },
  {
    id: 'ST0138',
    name: 'playbook-fails',
    title: 'A task fails whatever the hosts answer',
    meaning:
      'The inventory and the playbooks together decide that the task fails: an assertion of the ' +
      'installer refuses the inventory, or a variable is not defined.',
    advice: 'Correct the inventory; the message is that of the installer.',
    bad: '[etcd]\nnode1\nnode2   # Stop if even number of etcd hosts',
    good: '[etcd]\nnode1\nnode2\nnode3',
  },
  {
    id: 'ST0139',
    name: 'playbook-program',
    title: 'A strict task calls a program that is not there',
    meaning:
      'The task runs for certain on a host to which no task brings the program, and nothing lets ' +
      'it fail: no failed_when, ignore_errors or rescue.',
    advice: 'Run it only where the program is, look for it first, or let the task fail.',
    bad: '- hosts: k8s_cluster:etcd\n  tasks:\n  - command: nerdctl images',
    good: '- hosts: k8s_cluster:etcd\n  tasks:\n  - command: nerdctl images\n    failed_when: false',
  },
  {
    id: 'ST0140',
    name: 'own-file',
    title: 'seatrial.yaml or a trial file is not valid',
    meaning: 'A field is unknown, missing or of the wrong type.',
    advice: 'Write what the message names; editors can use the schemas under schemas/.',
    bad: 'steps:\n- restrat: {all: true}',
    good: 'steps:\n- restart: {all: true}',
  },
  {
    id: 'ST0141',
    name: 'no-nodes',
    title: 'The platform has no nodes',
    meaning: 'No pod can run, so there is nothing to try.',
    advice: 'Give a pool at least one node.',
    bad: 'pools:\n- {name: workers, count: 0}',
    good: 'pools:\n- {name: workers, count: 3}',
  },
  {
    id: 'ST0142',
    name: 'playbook-restarts',
    title: 'A playbook takes too many servers away at once',
    meaning:
      'A task stops, restarts or reboots more members of etcd together than the majority can ' +
      'spare, so that the API is gone until enough of them are back.',
    advice: 'Give the play `serial: 1`, or the task `throttle: 1`, and wait for each server.',
    bad: '- hosts: server\n  tasks:\n  - reboot:',
    good: '- hosts: server\n  serial: 1\n  tasks:\n  - reboot:',
  },
  {
    id: 'ST0143',
    name: 'otomi-values',
    title: 'Values of Otomi or APL cannot be read',
    meaning:
      'A field has another type than its schema says, a team has no usable id, or the release is ' +
      'not known. An error where nothing can be made of the field, else a warning that says what is ' +
      'taken instead.',
    advice: 'Write what the message shows.',
    bad: 'otomi:\n  nodeSelector: {platform: true}',
    good: 'otomi:\n  version: v2.8.1\n  nodeSelector: {platform: "yes"}',
  },
  {
    id: 'ST0150',
    name: 'not-defined',
    title: 'Pods need an object that no file defines',
    meaning:
      'A ConfigMap or Secret that a container cannot start without is in none of the files, and ' +
      'nothing in them says who makes it: no custom resource names it (Certificate, ExternalSecret), no ' +
      'program is told its name, no role may write it. Where something does, the report lists it ' +
      'among its assumptions instead. References marked optional never count. The run takes the ' +
      'object to exist, since people and installers make many by hand.',
    advice:
      'Correct the name, name the file that defines the object too, or mark the reference ' +
      'optional. A ServiceAccount, PriorityClass, RuntimeClass or claim that is missing stops the ' +
      'pod for certain and is a finding (ST1010, ST1001).',
    bad: 'envFrom:\n- secretRef: {name: databse-password}',
    good: 'envFrom:\n- secretRef: {name: database-password}',
  },
  {
    id: 'ST0151',
    name: 'no-effect',
    title: 'An object has no effect',
    meaning:
      'The API server takes the object, and then nothing comes of it: an admission policy that no ' +
      'binding names or a binding without its policy, mutators of Gatekeeper that contradict each other and are all skipped or that ' +
      'write where no object of their kinds has a field, a resource in a version that its ' +
      'operator does not read, a HelmChartConfig without a HelmChart of its name and namespace. On ' +
      'k3s only traefik and traefik-crd are charts; CoreDNS, metrics-server and ' +
      'local-path-provisioner are not.',
    advice: 'Add what is missing or correct the name.',
    bad: 'kind: ValidatingAdmissionPolicy\nmetadata: {name: replicas}',
    good:
      'kind: ValidatingAdmissionPolicyBinding\nmetadata: {name: replicas}\n' +
      'spec: {policyName: replicas, validationActions: [Deny]}',
  },
  {
    id: 'ST0152',
    name: 'not-placed',
    title: 'A workload does not get to the nodes of the platform',
    meaning:
      'Mutators send the workloads of the platform to nodes of their own, and this one slips through: ' +
      'its kind or its namespace is left out, or another mutator puts the opposite into its pods.',
    advice: 'Give it a nodeSelector of its own, or take it into a rule, if it should go there too.',
    bad: 'kind: Assign\nspec:\n  applyTo: [{groups: [apps], versions: [v1], kinds: [Deployment]}]   # a StatefulSet is left out',
    good: 'kind: Assign\nspec:\n  applyTo: [{groups: [apps], versions: [v1], kinds: [Deployment, StatefulSet]}]',
  },
  {
    id: 'ST0153',
    name: 'policy-types',
    title: 'An expression of a policy does not fit a kind that it is for',
    meaning:
      'The API server takes policies without knowing the kinds that they are for. Kubernetes ' +
      'checks the types afterwards and writes what does not fit into ' +
      'status.typeChecking.expressionWarnings; for objects of that kind the expression fails.',
    advice: 'Correct the expression, or name only the kinds that it is written for.',
    bad: 'resources: [deployments]\nexpression: object.spec.replica <= 5',
    good: 'resources: [deployments]\nexpression: object.spec.replicas <= 5',
  },
  {
    id: 'ST0154',
    name: 'policy-warns',
    title: 'A policy warns of an object that it lets pass',
    meaning:
      'A ValidatingAdmissionPolicy does not accept the object, and its binding has the action ' +
      'Warn or Audit instead of Deny: the client is warned, or the audit log has it, and the ' +
      'object is stored all the same. Audit annotations of policies are told here too.',
    advice: 'Mend the object before somebody changes the action to Deny.',
    bad: 'spec: {policyName: replicas, validationActions: [Warn]}\n---\nspec: {replicas: 9}',
    good: 'spec: {policyName: replicas, validationActions: [Deny]}\n---\nspec: {replicas: 3}',
  },
  {
    id: 'ST0155',
    name: 'selector',
    title: 'A selector means other pods than its author had in mind',
    meaning:
      'The API server takes any selector. Here one does what nobody wants: a Service selects labels ' +
      'that templates of its namespace have with other values only, two workloads select the pods of ' +
      'each other, an autoscaler averages over the pods of a second workload, a PodDisruptionBudget ' +
      'counts the pods of several workloads together, so that one of them may lose them all.',
    advice:
      'Give each workload a label of its own and select by that; one PodDisruptionBudget for each.',
    bad: 'kind: Deployment\nspec: {selector: {matchLabels: {app: shop}}}  # of web and of worker',
    good: 'kind: Deployment\nspec: {selector: {matchLabels: {app: shop, part: web}}}',
  },
  {
    id: 'ST0158',
    name: 'policy-parameters',
    title: 'A binding of a policy finds no parameters',
    meaning:
      'The binding names an object that parametrizes the policy, or selects some, and none of the ' +
      'files has one. With parameterNotFoundAction Allow the policy then accepts everything; with ' +
      'Deny, and failurePolicy Fail, it refuses every request that it is for.',
    advice: 'Add the object, or correct spec.paramRef of the binding.',
    bad: 'paramRef: {name: limit, namespace: default, parameterNotFoundAction: Deny}   # no limit',
    good: 'paramRef: {name: limits, namespace: default, parameterNotFoundAction: Deny}',
  },
  {
    id: 'ST0160',
    name: 'suppression',
    title: 'A suppression names no rule or no reason',
    meaning:
      'The annotation seatrial.dev/ignore or a comment seatrial:ignore next to an object takes a ' +
      'rule and the reason why it may be as it is; several are separated by semicolons.',
    advice: 'Write both; whoever reads it next year has only the reason.',
    bad: '# seatrial:ignore ST1101',
    good: '# seatrial:ignore ST1101 the vendor licenses one replica',
  },
  {
    id: 'ST0161',
    name: 'unused-suppression',
    title: 'A suppression suppresses nothing',
    meaning: 'All trials ran, and the object shows no such finding any more.',
    advice: 'Delete it, so that the next finding is seen.',
    bad: '# seatrial:ignore ST1101 the vendor licenses one replica\nspec: {replicas: 3}',
    good: 'spec: {replicas: 3}',
  },
  {
    id: 'ST0170',
    name: 'scheduler-configuration',
    title: 'kube-scheduler refuses its configuration',
    meaning:
      'A KubeSchedulerConfiguration is read as kube-scheduler reads it when it starts: unknown ' +
      'fields, wrong types and values out of range are refused with its own words.',
    advice: 'Correct the field that the message names; docs/scheduler.md shows a whole file.',
    bad: 'profiles: [{plugins: {score: {enabled: [{name: ImageLocality, wieght: 5}]}}}]',
    good: 'profiles: [{plugins: {score: {enabled: [{name: ImageLocality, weight: 5}]}}}]',
  },
  {
    id: 'ST0201',
    name: 'schedule',
    title: 'The schedule of --replay or of a trial is none of this input',
    meaning:
      'A schedule reads st2.SEED.MODE, then .INDEX-OPTION for each choice and .iDIGEST of the ' +
      'input that it was printed for: files, nodes, version, and in explore the act. One of other ' +
      'input or of another version is refused, and so is one whose choices the run does not have.',
    advice: 'Copy the whole text that the report printed, and give the same files and flags.',
    bad: 'seatrial check ./deploy --replay 1',
    good: 'seatrial check ./deploy --replay st2.1.d',
  },
  {
    id: 'ST0301',
    name: 'unknown-plugin',
    title: 'The scheduler configuration enables a plugin that is not modelled',
    meaning: 'Only the plugins that are built into kube-scheduler are modelled.',
    advice: 'Placement is computed without it: judge its effect yourself, or disable it.',
    bad: 'plugins: {score: {enabled: [{name: OurOwnScore}]}}',
    good: 'plugins: {score: {enabled: [{name: NodeResourcesFit, weight: 5}]}}',
  },
  {
    id: 'ST0321',
    name: 'fault',
    title: 'A fault cannot strike',
    meaning: 'The trial names a node or zone that the cluster does not have.',
    advice: 'Name one of those that the message lists.',
    bad: '- fault: {kind: node-loss, node: worker-9}',
    good: '- fault: {kind: node-loss, node: workers-1}',
  },
  {
    id: 'ST0322',
    name: 'no-such-object',
    title: 'A step names an object that is not there',
    meaning: 'It is in none of the sources, or an earlier step removed it.',
    advice: 'Check kind, namespace and name: Kind/namespace/name, or Kind/name.',
    bad: '- scale: {object: Deployment/web, replicas: 5}',
    good: '- scale: {object: Deployment/shop/web, replicas: 5}',
  },
  {
    id: 'ST0323',
    name: 'unknown-fault',
    title: 'There is no such fault',
    meaning: 'The trial names a kind of fault that does not exist.',
    advice: 'Use one of those that the message lists.',
    bad: '- fault: {kind: nodeloss, node: workers-1}',
    good: '- fault: {kind: node-loss, node: workers-1}',
  },
  {
    id: 'ST0324',
    name: 'no-such-field',
    title: 'A step sets a field that the object cannot have',
    meaning:
      'The path names an unknown field of a built-in kind, an item beyond the end of a list, or a ' +
      'list where an item is meant. The API server would drop it and nothing would change.',
    advice: 'Write the path as the API server does; keys with dots stand in brackets.',
    bad: '- set: {object: Deployment/shop/web, path: spec.replica, value: 5}',
    good: '- set: {object: Deployment/shop/web, path: spec.replicas, value: 5}',
  },
]
