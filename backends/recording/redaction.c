/* redaction.c - see redaction.h. */
#include "backends/recording/redaction.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <string.h>

static void text_redact(void *arg, char *text)
{
    const struct recorder_redaction *redaction = arg;
    redaction->text(redaction->arg, text, strlen(text));
}

static void text_redact_if(const struct recorder_redaction *redaction, char *text)
{
    if (text) redaction->text(redaction->arg, text, strlen(text));
}

/* What people ask a model, and what it says, is theirs. */
static void request_hide_prompt(struct request *q)
{
    if (q->question) record_set(&q->question, "[redacted]");
    if (q->answer) record_set(&q->answer, "[redacted]");
}

struct change *redaction_copy(const struct recorder_redaction *redaction, const struct change *c)
{
    struct change *copy = change_copy(c);
    text_redact_if(redaction, copy->source);
    text_redact_if(redaction, copy->owner);
    text_redact_if(redaction, copy->why);
    text_redact_if(redaction, copy->detail);
    text_redact_if(redaction, copy->key);
    if (!copy->record) return copy;
    struct recorder_redaction own = *redaction;
    record_each_text(copy->record, text_redact, &own);
    if (copy->record->table == TABLE_REQUEST) request_hide_prompt((struct request *)(void *)copy->record);
    return copy;
}
