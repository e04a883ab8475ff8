/* steps_print.h - prints the steps of a deployment or a clean-up as lines. */
#ifndef RAYDECK_STEPS_PRINT_H
#define RAYDECK_STEPS_PRINT_H

#include "deploy/steps.h"

#include <stdio.h>

void steps_print(FILE *out, const struct step *step, const struct step_line *line);

#endif
