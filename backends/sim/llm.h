/*
 * llm.h - the model behind the simulated /infer: sensible answers to the questions of a demo, seeded random sentences
 * to all others; the same question gets the same answer. Pure: the caller applies the delay.
 */
#ifndef RAYDECK_SIM_LLM_H
#define RAYDECK_SIM_LLM_H

#include <stdint.h>

/* The body of the answer, a JSON array of one string as the blueprint's deployment returns it; caller frees. */
char *llm_answer(uint64_t seed, const char *question, uint64_t *ret_delay_ms);
/* The same answer as plain text; caller frees. */
char *llm_text(uint64_t seed, const char *question);

#endif
