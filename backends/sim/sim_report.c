/* sim_report.c - the messages of raydeck-sim: whatever they name, no control character reaches the terminal. */
#include "backends/sim/sim_report.h"

#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPORT_MAX_BYTES = 4096 };

void sim_report(char *text)
{
    char *safe = text_safe(text, strlen(text), TEXT_ONE_LINE, REPORT_MAX_BYTES);
    fprintf(stderr, "%s\n", safe);
    free(safe);
    free(text);
}
