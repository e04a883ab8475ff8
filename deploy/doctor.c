/* doctor.c - runs all checks of the doctor. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/doctor_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void doctor_say(struct doctor *d, enum rule_id id, enum finding_severity severity, const char *object, const char *fmt,
                ...)
{
    char text[FINDING_TEXT_MAX];
    const struct finding_where where = {.object = object};
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    findings_add(d->out, id, severity, &where, "%s", text);
}

void doctor_say_pod(struct doctor *d, enum rule_id id, enum finding_severity severity, const struct pod *pod,
                    const char *fmt, ...)
{
    char text[FINDING_TEXT_MAX], object[DOCTOR_OBJECT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    snprintf(object, sizeof object, "Pod %.100s/%.200s", pod->ns ? pod->ns : "?", pod->name ? pod->name : "?");
    doctor_say(d, id, severity, object, "%s", text);
}

/* ---- what is read ---- */

static const char *source_reason(const struct source *s)
{
    return s->why && *s->why ? s->why : err_word(s->err);
}

/* Why a source's data cannot be trusted now; "": it can. */
static void source_distrust(const struct source *s, const char *name, uint64_t now_ms, char why[DOCTOR_WHY_MAX])
{
    struct known_u64 age = UNKNOWN_U64;
    why[0] = '\0';
    switch (source_freshness(s, now_ms, &age)) {
    case FRESH_LIVE: break;
    case FRESH_OFF: snprintf(why, DOCTOR_WHY_MAX, "%s: not configured", name); break;
    case FRESH_WAITING: snprintf(why, DOCTOR_WHY_MAX, "%s: no answer yet", name); break;
    case FRESH_STALE:
        snprintf(why, DOCTOR_WHY_MAX, "%s: no update for %llu s", name, (unsigned long long)(age.value / 1000));
        break;
    case FRESH_DOWN: snprintf(why, DOCTOR_WHY_MAX, "%s: down: %.180s", name, source_reason(s)); break;
    case FRESH_DENIED: snprintf(why, DOCTOR_WHY_MAX, "%s: denied: %.180s", name, source_reason(s)); break;
    case FRESH_ABSENT: snprintf(why, DOCTOR_WHY_MAX, "%s: not available: %.180s", name, source_reason(s)); break;
    }
}

bool doctor_reads(const struct doctor *d, const char *source, enum table table, char why[DOCTOR_WHY_MAX])
{
    const struct source *s = world_source_named(d->w, source);
    why[0] = '\0';
    if (s)
        source_distrust(s, source, d->ask->now_ms, why);
    else
        snprintf(why, DOCTOR_WHY_MAX, "%s: not configured", source);
    if (!why[0] && !s->listed_ms && !world_count(d->w, table))
        snprintf(why, DOCTOR_WHY_MAX, "%s: not listed yet", source);
    return !why[0];
}

bool doctor_needs(struct doctor *d, enum rule_id id, const char *object, const char *source, enum table table)
{
    char why[DOCTOR_WHY_MAX];
    if (doctor_reads(d, source, table, why)) return true;
    doctor_say(d, id, FINDING_UNKNOWN, object, "%s", why);
    return false;
}

static void look_at_redis(struct doctor *d)
{
    const struct redis *r = d->f->redis;
    const struct source *s = NULL;
    for (size_t i = 0; i < world_sources(d->w) && !s; i++)
        if (world_source(d->w, i)->world == WORLD_REDIS) s = world_source(d->w, i);
    if (r && r->address && r->sentinel)
        snprintf(d->redis, sizeof d->redis, "Redis %.140s, master by the sentinel %.140s", r->address, r->sentinel);
    else if (r && r->address)
        snprintf(d->redis, sizeof d->redis, "Redis %.300s", r->address);
    else if (d->f->rayservice && d->f->rayservice->redis_address)
        snprintf(d->redis, sizeof d->redis, "Redis %.300s", d->f->rayservice->redis_address);
    else
        snprintf(d->redis, sizeof d->redis, "Redis");
    if (!s)
        snprintf(d->redis_why, sizeof d->redis_why, "Redis: not configured");
    else
        source_distrust(s, "Redis", d->ask->now_ms, d->redis_why);
    if (!d->redis_why[0] && !r) snprintf(d->redis_why, sizeof d->redis_why, "Redis: no data yet");
}

bool doctor_secret_denied(const struct doctor *d)
{
    const struct source *s = world_source_named(d->w, "kube/secrets");
    return s && s->state == SOURCE_DENIED;
}

/* ---- versions ---- */

enum tri doctor_version_from(const char *version, unsigned major, unsigned minor)
{
    uint64_t first, second;
    const char *at = version ? version + strcspn(version, "0123456789") : "";
    size_t len = strspn(at, "0123456789");
    if (!len || at[len] != '.' || text_u64(at, len, 9999, &first) != ERR_OK) return TRI_UNKNOWN;
    at += len + 1;
    len = strspn(at, "0123456789");
    if (!len || text_u64(at, len, 9999, &second) != ERR_OK) return TRI_UNKNOWN;
    return tri_of(first > major || (first == major && second >= minor));
}

const char *doctor_ray_version(const struct doctor *d)
{
    const struct rayservice *rs = d->f->rayservice;
    const struct redis *r = d->f->redis;
    if (rs && doctor_version_from(rs->ray_version, 0, 0) == TRI_YES) return rs->ray_version;
    for (size_t i = 0; r && i < r->namespaces_count; i++) {
        const struct pair *p = &r->namespaces[i];
        if (text_eq(p->name, d->f->gcs_ns) && doctor_version_from(p->value, 0, 0) == TRI_YES) return p->value;
    }
    return NULL;
}

const struct doctor_aws *doctor_aws(const struct doctor *d)
{
    const struct rayservice *rs = d->f->rayservice;
    const struct redis *r = d->f->redis;
    const struct doctor_aws *aws = d->ask->aws;
    if (!aws || !aws->host) return NULL;
    const char *address = rs && rs->redis_address ? rs->redis_address : r ? r->address : NULL;
    return address && text_has(address, aws->host) ? aws : NULL;
}

const char *doctor_seconds(char out[32], uint64_t ms)
{
    unsigned long long s = ms / 1000;
    if (s < 300)
        snprintf(out, 32, "%llu s", s);
    else if (s < 120 * 60)
        snprintf(out, 32, "%llu min", s / 60);
    else
        snprintf(out, 32, "%llu h", s / 3600);
    return out;
}

/* ---- all of it ---- */

static int by_severity(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->severity != y->severity) return x->severity < y->severity ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    const int order = strcmp(x->where.object ? x->where.object : "", y->where.object ? y->where.object : "");
    return order ? order : strcmp(x->message, y->message);
}

void doctor_of(const struct world *w, const struct focus *f, const struct doctor_ask *ask, struct findings *out)
{
    struct doctor d = {.w = w, .f = f, .ask = ask, .out = out};
    if (f->service)
        snprintf(d.service, sizeof d.service, "RayService %.100s/%.200s", f->ns ? f->ns : "?", f->service);
    else
        snprintf(d.service, sizeof d.service, "RayService");
    look_at_redis(&d);
    doctor_kube(&d);
    doctor_pods(&d);
    doctor_placing(&d);
    doctor_redis(&d);
    doctor_redis_settings(&d);
    if (out->count > 1) qsort(out->items, out->count, sizeof *out->items, by_severity);
}

void doctor_count(const struct world *w, struct focus *f, uint64_t now_ms, uint64_t wall_ms)
{
    const struct doctor_ask ask = {.now_ms = now_ms, .wall_ms = wall_ms};
    struct findings found;
    findings_init(&found);
    doctor_of(w, f, &ask, &found);
    f->errors = known_u64(found.of[FINDING_ERROR]);
    f->warnings = known_u64(found.of[FINDING_WARNING]);
    findings_done(&found);
}
