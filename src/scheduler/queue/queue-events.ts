// The events that the scheduler itself gives its queue.
// Upstream: pkg/scheduler/framework/events.go, v1.36.3.

import { actions, type ClusterEvent } from '../framework.ts'

/** A pod with a node appeared: it was created so or has just been bound. */
export const eventAssignedPodAdd: ClusterEvent = { resource: 'AssignedPod', actions: actions.add }

/** A pod with a node is gone, or one lost its nomination. */
export const eventAssignedPodDelete: ClusterEvent = {
  resource: 'AssignedPod',
  actions: actions.delete,
}

/** A waiting pod changed in a way that no specific event names. */
export const eventUnscheduledPodUpdate: ClusterEvent = {
  resource: 'UnschedulablePod',
  actions: actions.update,
}

/** A pod has been unschedulable for too long. */
export const eventTimeout: ClusterEvent = { resource: '*', actions: actions.all }

/** A plugin or the scheduler wants this pod tried again. */
export const eventForceActivate: ClusterEvent = { resource: '*', actions: actions.all }
