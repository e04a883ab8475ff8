#include "backends/serve/infer.h"

const struct prompt_ops *const prompt_kinds[] = {&infer_ops, NULL};
