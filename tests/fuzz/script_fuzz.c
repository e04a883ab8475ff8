/* script_fuzz.c - Walkthroughs: whatever they hold, what is shown is safe, and no step is out of bounds; a rehearsal
 * ends. */
#include "tui/script.h"

#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void text_check(const char *text)
{
    if (text && !text_is_safe(text, strlen(text), TEXT_ONE_LINE)) abort();
}

static void on_problem(void *arg, unsigned line, const char *text)
{
    (void)arg;
    (void)line;
    text_check(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script *s = NULL;
    struct why why = {0};
    if (script_parse("script", (const char *)data, size, on_problem, NULL, &s, &why)) {
        text_check(why.text);
        return 0;
    }
    text_check(s->title);
    if (s->count == 0 || s->count > SCRIPT_STEPS) abort();
    for (size_t i = 0; i < s->count; i++) {
        text_check(s->steps[i].caption);
        text_check(s->steps[i].type);
        if (s->steps[i].key_count > SCRIPT_KEYS || s->steps[i].speed > SCRIPT_SPEED) abort();
    }
    script_rehearse(s, &(struct script_stage){.whole_screen = true}, on_problem, NULL, NULL);
    script_rehearse(s, &(struct script_stage){true, true, true}, on_problem, NULL, NULL);
    script_free(s);
    return 0;
}
