/*
 * start_cause.h - what a message of a pod that does not start, of an event, or of a replica, means, and what to do
 * about it. Pure.
 *
 * The messages are those of kubelet and containerd (image pulls, mounts, memory), of the scheduler, of huggingface_hub
 * and transformers (models and tokens), of the Neuron runtime, and of Ray's Redis client. Those of containerd,
 * transformers, huggingface_hub and Ray are held against recorded ones (tests/fixtures/start).
 */
#ifndef RAYDECK_DEPLOY_START_CAUSE_H
#define RAYDECK_DEPLOY_START_CAUSE_H

/* "the registry has no such image or tag: correct its name"; NULL: the message says it all, or is NULL. Static text. */
const char *start_cause(const char *message);

#endif
