/* prompt_kinds.c - the list of prompt protocols. */
#include "backends/base/text.h"
#include "backends/serve/infer.h"
#include "backends/serve/openai.h"

const struct prompt_ops *const prompt_kinds[] = {&infer_ops, &openai_ops, NULL};

const struct prompt_ops *prompt_kind_named(const char *kind)
{
    for (size_t i = 0; prompt_kinds[i]; i++)
        if (text_eq(prompt_kinds[i]->kind, kind)) return prompt_kinds[i];
    return NULL;
}
