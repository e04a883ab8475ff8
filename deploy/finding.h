/*
 * finding.h - findings of lint and doctor, and the table of rules.
 *
 * Invariants: text of a finding is safe and contains no secret: callers never pass values that may be one, and
 * finding_add masks what looks like one. A list holds at most FINDINGS; further ones are counted in `dropped`.
 * FINDING_UNKNOWN: the rule could not be decided; it does not count as satisfied.
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
#define RULE(id, severity, title, why, fix, source, bad, good) RULE_##id,
#include "deploy/rules.def"
#undef RULE
    RULES
};
struct rule {
    const char *id; /* "L1" */
    enum finding_severity severity;
    const char *title, *why, *fix, *source;
    const char *bad, *good; /* an example: YAML in lines (K, L, M); what is observed, and what the doctor says (D) */
};

/* Where it was found: an object, and a position in a file. Zero and NULL: none. */
struct finding_where {
    const char *object; /* "RayService mistral/mistral", "Redis 10.0.0.7:6379" */
    const char *file;
    unsigned document, line, column; /* each from 1 */
};

/* The one right answer to a finding, as an edit of the file's text at a place (from 1, columns in characters). */
enum edit_kind {
    EDIT_NONE,
    EDIT_SCALAR, /* the scalar, or key, that reads `old`, its quotes included, becomes `text` */
    EDIT_TEXT,   /* the characters `old` become `text` */
    EDIT_INSERT, /* `text` is a line of its own before this one, which is indented up to the place */
    EDIT_DROP    /* the entry of a block map whose key reads `old` goes, with its value */
};
struct finding_edit {
    enum edit_kind kind;
    unsigned line, column;
    char *old, *text;
};

struct finding {
    const struct rule *rule;
    enum finding_severity severity; /* the rule's, FINDING_UNKNOWN, or a milder one */
    struct finding_where where;     /* strings owned by the list */
    char *message;                  /* one line */
    const char *why;                /* static; the rule's, or what that is in this case (findings_explain) */
    struct finding_edit edit;       /* EDIT_NONE: none, or several are right */
    char *ignored;                  /* of one that a comment ignores, the reason that it gives, or ""; else NULL */
};
/* What was checked: a file, or the standard input. */
struct finding_file {
    char *name;
    size_t objects; /* in it, that were checked */
    char *failure;  /* why it could not be read or rendered; NULL: it was */
};
struct findings {
    struct finding *items;
    size_t count, cap, dropped;
    size_t of[FINDING_SEVERITIES]; /* count of each severity, dropped ones included */
    struct finding *ignored;       /* moved out of the items, and counted nowhere else */
    size_t ignored_count;
    struct finding_file *files;
    size_t files_count, files_failed;
};

const struct rule *rule_get(enum rule_id id);
size_t rule_index(const struct rule *rule);                        /* its place in rules.def, from 0 */
const struct rule *rule_named(const char *id);                     /* "L17", in either case; NULL: none */
const char *finding_severity_word(enum finding_severity severity); /* "error", "warning", "info", "unknown" */

void findings_init(struct findings *f);
void findings_done(struct findings *f);
/* Copies everything. Makes the message safe and masks what looks like a secret. */
void findings_add(struct findings *f, enum rule_id id, enum finding_severity severity,
                  const struct finding_where *where, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The finding added last matters for another reason than its rule's. why: static. Nothing if it was dropped. */
void findings_explain(struct findings *f, const char *why);
/* Moves the items of that rule in that line, from index `first` on, to those that are ignored. Returns how many. */
size_t findings_ignore(struct findings *f, size_t first, const struct rule *rule, unsigned line, const char *reason);
/* "RayService demo/demo" becomes "RayService demo/demo, of WHERE". */
void finding_object_of(struct finding *item, const char *where);
void findings_checked(struct findings *f, const char *file, size_t objects); /* one more file */
void findings_failed(struct findings *f, const char *file, const char *why); /* one more, which could not be read */
/* The finding added last is corrected by this edit, which is copied. Nothing if it was dropped. */
void findings_edit(struct findings *f, const struct finding_edit *edit);
void findings_sort(struct findings *f); /* by file, document, line, column, rule, message; files by name */

/* "1 error, 0 warnings, 2 infos, 0 unknown", with `between` for ", ", and ", 1 file not read" where that is so; where
 * no object was in any file that was read, and nothing else was found, "nothing was checked". */
void findings_totals(const struct findings *f, const char *between, struct buf *out);
/* "file:line:col: error L1 message" with object and fix on lines of their own, what is ignored by which reason, and a
 * last line of totals. */
void findings_text(const struct findings *f, struct buf *out);
/* {"version":1,"findings":[{"id","severity","title","where","file","document","line","column","message","why","fix",
 * "source"}],"errors","warnings","infos","unknowns","dropped","ignored":[as findings, and "reason"],
 * "files":[{"file","objects","failure"}]}; absent values are null. Caller: cJSON_Delete. */
cJSON *findings_json(const struct findings *f);

#endif
