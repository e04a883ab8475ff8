/* neuron_fuzz.c - a line of neuron-monitor, twice, so that the sums are used. */
#include "backends/neuron/neuron_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct neuron_where where = {"neuron/fuzz", NULL, "pod"};
    struct neuron_sums sums = {0};
    for (int times = 0; times < 2; times++) {
        struct neuron_sample sample = {0};
        struct why why = {0};
        (void)neuron_parse(&where, (const char *)data, size, &sums, &sample, &why);
        neuron_sample_done(&sample);
    }
    return 0;
}
