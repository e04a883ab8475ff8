/* llm.c - answers that read like a language model's, by a seed. */
#include "backends/sim/llm.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/sim/rng.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 64 * 1024, FASTEST_MS = 1000, SLOWEST_MS = 4000 };

static const struct {
    const char *has; /* a word of the question */
    const char *answer;
} known[] = {
    {"gcs",
     "The GCS keeps cluster metadata: nodes, actors, jobs and placement groups. With an external Redis that state "
     "outlives the head pod, and a new head takes it back from there."},
    {"head", "The head runs the GCS, the dashboard and the Serve controller. Requests do not pass through it, so the "
             "workers go on answering while a new one starts."},
    {"high availability", "High availability means that the service keeps answering while a part of it is being "
                          "replaced: nothing that a request needs may exist only once."},
    {"redis",
     "Redis holds the state that the Ray head would otherwise keep in memory, so that a new head can read it and "
     "carry on."},
    {"inferentia",
     "AWS Inferentia2 is an accelerator for inference. An inf2.24xlarge has six devices of two NeuronCores "
     "and 32 GiB each."},
    {"neuron",
     "A NeuronCore is the compute unit of an Inferentia2 device. Each replica of this deployment holds two of "
     "them."},
    {"ray",
     "Ray runs Python code on a cluster. Ray Serve builds on it: deployments have replicas, and a proxy on every "
     "node sends requests to them."},
    {"hello", "Hello! I am a Mistral 7B model on two NeuronCores. What would you like to know?"},
    {"still there",
     "Yes, and as quick as before: this request went to a worker, and no worker needs the head to answer."},
    {"are you there", "Yes. This replica has its weights in device memory and waits for the next prompt."},
    {"who are you", "I am Mistral 7B Instruct, served by Ray Serve on AWS Inferentia2."},
};

/* Sentences for all other questions. */
static const char *const sentences[] = {
    "That depends on what the rest of the system does with the answer.",
    "The short answer is yes, and the long one has a few exceptions.",
    "A replica takes one request at a time from its queue; the others wait for a free one.",
    "Weights stay in the memory of the device, so that only the prompt travels.",
    "Two things matter here: how often it happens, and who notices.",
    "I would measure it first, once when all is calm and once under load.",
    "Most of the time goes into the first token; those after it come evenly.",
    "In practice a second copy in another zone is what helps.",
};

static void add_sentence(struct rng *r, struct buf *out)
{
    const uint64_t count = 2 + rng_below(r, 2), first = rng_below(r, ARRAY_LEN(sentences));
    for (uint64_t i = 0; i < count; i++) {
        if (i) buf_char(out, ' ');
        buf_str(out, sentences[(first + i * 3) % ARRAY_LEN(sentences)]);
    }
}

/* Draws from r only for an unknown question. */
static void answer_to(struct rng *r, const char *question, struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (!text_has(question, known[i].has)) continue;
        buf_str(out, known[i].answer);
        return;
    }
    add_sentence(r, out);
}

char *llm_text(uint64_t seed, const char *question)
{
    struct rng r;
    struct buf text;
    rng_init(&r, seed ^ rng_hash(question));
    buf_init(&text, ANSWER_MAX);
    answer_to(&r, question, &text);
    return buf_take(&text);
}

char *llm_answer(uint64_t seed, const char *question, uint64_t *ret_delay_ms)
{
    struct rng r;
    struct buf text;
    rng_init(&r, seed ^ rng_hash(question));
    buf_init(&text, ANSWER_MAX);
    buf_printf(&text, "<s> [INST] %s [/INST] ", question);
    answer_to(&r, question, &text);
    *ret_delay_ms = FASTEST_MS + rng_below(&r, SLOWEST_MS - FASTEST_MS);
    buf_str(&text, "</s>");
    cJSON *array = cJSON_CreateArray();
    cJSON_AddItemToArray(array, cJSON_CreateString(buf_text(&text)));
    char *json = cJSON_PrintUnformatted(array), *answer = mem_str(json);
    cJSON_free(json);
    cJSON_Delete(array);
    buf_done(&text);
    return answer;
}
