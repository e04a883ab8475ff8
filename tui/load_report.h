/* load_report.h - what a load measured, for people and as JSON. */
#ifndef RAYDECK_TUI_LOAD_REPORT_H
#define RAYDECK_TUI_LOAD_REPORT_H

#include "backends/base/json.h"
#include "backends/session/session.h"

/* duration_ms: in which requests were due. */
void load_report_text(const struct load *load, size_t series, uint64_t duration_ms, struct buf *out);
/* {"version":1,"route","target","rate_per_s","duration_ms","fresh","planned","sent","ok","failed","failures":{"refused":1},
 * "late","connections" (null of prompts),"latency_ms":{"p50","p90","p99","p999","max"},"longest_unanswered_ms"};
 * latencies of none are null. Caller: cJSON_Delete. */
cJSON *load_report_json(const struct load *load, size_t series, uint64_t duration_ms);

#endif
