/* sim_report.h - the messages of raydeck-sim on stderr. */
#ifndef RAYDECK_SIM_REPORT_H
#define RAYDECK_SIM_REPORT_H

/* Prints a line; takes text (of mem_printf), without the newline. Control characters in it are written as text_safe
 * writes them. */
void sim_report(char *text);

#endif
