/*
 * finding.h - what a rule found, for lint and doctor alike, and the table of the rules.
 *
 * Invariants: every text of a finding is safe to draw and holds no secret: the callers never give values that may be
 * one, and finding_add masks what looks like one. A list holds at most FINDINGS; what is beyond is counted in
 * `dropped`. Unknown is an answer of its own: FINDING_UNKNOWN says that a rule could not be decided, never that it
 * holds.
 */
#ifndef RAYDECK_DEPLOY_FINDING_H
#define RAYDECK_DEPLOY_FINDING_H

#include "backends/base/buf.h"

#include <cjson/cJSON.h>
#include <stddef.h>

enum { FINDINGS = 10000, FINDING_TEXT_MAX = 1000 };

enum finding_severity { FINDING_ERROR, FINDING_WARNING, FINDING_INFO, FINDING_UNKNOWN };
enum { FINDING_SEVERITIES = FINDING_UNKNOWN + 1 };

enum rule_id {
#define RULE(id, severity, title, why, fix, source) RULE_##id,
#include "deploy/rules.def"
#undef RULE
    RULES
};
struct rule {
    const char *id; /* "L1" */
    enum finding_severity severity;
    const char *title, *why, *fix, *source;
};

/* Where it was found: an object, and for a file the place in it. Zero and NULL are "none". */
struct finding_where {
    const char *object; /* "RayService mistral/mistral", "Redis 10.0.0.7:6379" */
    const char *file;
    unsigned document, line, column; /* each from 1 */
};

struct finding {
    const struct rule *rule;
    enum finding_severity severity; /* the rule's own, or FINDING_UNKNOWN, or milder where the case is */
    struct finding_where where;     /* strings owned by the list */
    char *message;                  /* what, in one line */
};
struct findings {
    struct finding *items;
    size_t count, cap, dropped;
    size_t of[FINDING_SEVERITIES]; /* how many of each severity, those dropped included */
};

const struct rule *rule_get(enum rule_id id);
const char *finding_severity_word(enum finding_severity severity); /* "error", "warning", "info", "unknown" */

void findings_init(struct findings *f);
void findings_done(struct findings *f);
/* Copies everything. The message is made safe and what looks like a secret in it is masked. */
void findings_add(struct findings *f, enum rule_id id, enum finding_severity severity,
                  const struct finding_where *where, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void findings_sort(struct findings *f); /* by file, document, line, column, rule, message */

/* "file:line:col: error L1 message" with object and fix on lines of their own, and a last line of totals. */
void findings_text(const struct findings *f, struct buf *out);
/* {"version":1,"findings":[{"id","severity","title","where","file","document","line","column","message","why","fix",
 * "source"}],"errors","warnings","infos","unknowns","dropped"}; what there is not is null. Caller: cJSON_Delete. */
cJSON *findings_json(const struct findings *f);

#endif
