/*
 * safe_output.h - what the program prints to stdout and stderr, made safe in the one place that all of it passes.
 *
 * Names from the API server, answers of models, errors of Redis, file names and arguments are foreign text. Whatever
 * prints them, control characters, bidirectional controls and bytes that are no UTF-8 arrive as text_safe writes them,
 * \n and \t excepted. The console draws through tui/term instead, whose canvas holds characters alone.
 */
#ifndef RAYDECK_SAFE_OUTPUT_H
#define RAYDECK_SAFE_OUTPUT_H

#include <stdio.h>

struct safe_output {
    FILE *out, *messages; /* the streams as they were */
};

/* Replaces stdout and stderr by streams that pass on safe text. */
struct safe_output safe_output_begin(void);
/* Passes on what is left, and puts the original stream back. Errors of writing are the original stream's. */
void safe_output_end_out(struct safe_output *real);
void safe_output_end_messages(struct safe_output *real);

/* Moves the cursor of stderr's terminal to the line's beginning: a "\r" in a text would be replaced. */
void safe_output_return(void);

#endif
