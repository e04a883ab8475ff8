/* neuron_kinds.c - the list of NeuronCore backends. */
#include "backends/neuron/monitor.h"

const struct neuron_ops *const neuron_kinds[] = {&monitor_ops, NULL};
