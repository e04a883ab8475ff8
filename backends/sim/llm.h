/*
 * llm.h - the model behind the simulated /infer: answers that make sense for the questions a demo asks, and words of a
 * seeded stream for all others; the same question gets the same answer. Pure: the caller waits the delay.
 */
#ifndef RAYDECK_SIM_LLM_H
#define RAYDECK_SIM_LLM_H

#include <stdint.h>

/* The body of the answer, a JSON array of one string as the blueprint's deployment gives it; caller frees. */
char *llm_answer(uint64_t seed, const char *question, uint64_t *ret_delay_ms);
/* The same answer as text alone; caller frees. */
char *llm_text(uint64_t seed, const char *question);

#endif
