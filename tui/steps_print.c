/* steps_print.c - see steps_print.h. */
#include "tui/steps_print.h"

void steps_print(FILE *out, const struct step *step, const struct step_line *line)
{
    if (line)
        fprintf(out, "  %s %s\n", line->tone == TONE_BAD ? "x" : line->tone == TONE_WARN ? "!" : " ", line->text);
    else if (step->now[0])
        fprintf(out, "  . %s\n", step->now);
    else if (step->state == STEP_RUNNING)
        fprintf(out, "%s\n", step->name);
    else if (step->state != STEP_WAITING && step->state != STEP_SKIPPED) {
        if (step->beyond) fprintf(out, "    … and %zu more\n", step->beyond);
        fprintf(out, "%s: %s\n", step->name, step_state_word(step->state));
    }
    fflush(out);
}
