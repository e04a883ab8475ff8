/*
 * log_line.h - a line of a container's log as the kubelet sends it with timestamps=true: "<RFC 3339 with nanoseconds>
 * <text>" (kubernetes/pkg/kubelet/kuberuntime/logs). Pure.
 */
#ifndef RAYDECK_BASE_LOG_LINE_H
#define RAYDECK_BASE_LOG_LINE_H

#include "backends/base/stamp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOG_LINE_MAX = 16 * 1024, LOG_TAB = 8 };

/* The stamp at the start of a line: nanoseconds since 1970, and the bytes up to the text. False: there is none. */
bool log_stamp_parse(const char *line, size_t len, uint64_t *ret_ns, size_t *ret_text);

/* "12:43:12.345Z". */
char *log_stamp_text(char out[STAMP_TEXT_MAX], uint64_t ns);

/* The text as it may reach a terminal: escape sequences (colours, titles, cursor movements) are dropped, tabs become
 * blanks, what else is no text is written as \xNN. At most LOG_LINE_MAX bytes; one that was cut ends with an ellipsis.
 * Caller frees. */
char *log_text_clean(const char *raw, size_t len);

#endif
