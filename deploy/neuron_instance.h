/*
 * neuron_instance.h - how many NeuronCores a Neuron device has, by its EC2 instance type. Pure.
 *
 * Source: AWS Neuron, architecture of inf1, inf2, trn1 and trn2; a trn2 device has 8 physical cores, which are 4
 * logical ones unless logical NeuronCores are turned off (NEURON_LOGICAL_NC_CONFIG=1).
 */
#ifndef RAYDECK_DEPLOY_NEURON_INSTANCE_H
#define RAYDECK_DEPLOY_NEURON_INSTANCE_H

#include "backends/base/yaml.h"

struct neuron_cores {
    unsigned least, most; /* a device */
    const char *family;   /* "inf2"; NULL: unknown */
};

/* By the node selector and the required node affinity of a pod's spec; the bounds of all families where it names
 * none. */
struct neuron_cores neuron_cores_of_pod(const struct yaml_node *pod);

#endif
