/* prompt_kinds.c - the list of prompt protocols. */
#include "backends/serve/infer.h"
#include "backends/serve/openai.h"

const struct prompt_ops *const prompt_kinds[] = {&infer_ops, &openai_ops, NULL};
