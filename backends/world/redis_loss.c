/* redis_loss.c - Judges what a Redis comes back with, and words what its loss costs. */
#include "backends/world/redis_loss.h"

#include "backends/base/text.h"
#include "backends/world/answers_text.h"

#include <stdarg.h>
#include <stdio.h>

static bool address_has(const struct focus *f, const char *part)
{
    const struct rayservice *rs = f->rayservice;
    if (f->redis && f->redis->address && text_has(f->redis->address, part)) return true;
    return rs && rs->redis_address && text_has(rs->redis_address, part);
}

bool redis_is_elasticache(const struct focus *f)
{
    return (f->redis && f->redis->os && text_has(f->redis->os, "ElastiCache")) ||
           address_has(f, ".cache.amazonaws.com");
}

bool redis_is_memorydb(const struct focus *f)
{
    return address_has(f, ".memorydb.");
}

static struct redis_loss loss_new(enum verdict verdict, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static struct redis_loss loss_new(enum verdict verdict, const char *fmt, ...)
{
    struct redis_loss l = {.verdict = verdict};
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(l.kept, sizeof l.kept, fmt, ap);
    va_end(ap);
    return l;
}

/* No append-only file and no replica: snapshots, or nothing. ElastiCache refuses CONFIG, has no append-only file, and
 * loads none of its backups when a node is replaced. */
static struct redis_loss loss_by_snapshots(const struct focus *f, struct known_u64 replicas)
{
    const struct redis *r = f->redis;
    const bool none = (r->save && !*r->save) || (!r->save && redis_is_elasticache(f));
    if (!r->save && !none)
        return loss_new(VERDICT_UNKNOWN, "no append-only file; CONFIG does not report its snapshots");
    if (!replicas.known && none) return loss_new(VERDICT_UNKNOWN, "no persistence; INFO does not report its replicas");
    if (none) return loss_new(VERDICT_NO, "neither persistence nor a replica");
    if (r->rdb_last && !text_eq(r->rdb_last, "ok"))
        return loss_new(VERDICT_NO, "snapshots alone, and the last one failed (%s)", r->rdb_last);
    return loss_new(VERDICT_WARN, "snapshots alone");
}

struct redis_loss redis_loss_of(const struct focus *f, struct known_u64 replicas)
{
    const struct redis *r = f->redis;
    if (redis_is_memorydb(f)) return loss_new(VERDICT_OK, "MemoryDB's transaction log");
    if (!r) return loss_new(VERDICT_UNKNOWN, "Redis not read yet");
    if (text_eq(r->role, "slave") || text_eq(r->role, "replica"))
        return loss_new(VERDICT_UNKNOWN, "this address is a replica's");
    const bool aof = text_eq(r->aof, "on");
    if (r->replicas.known) replicas = r->replicas;
    if (replicas.known && replicas.value)
        return loss_new(VERDICT_OK, "%s%llu replica%s%s", aof ? "AOF on, " : "", (unsigned long long)replicas.value,
                        text_plural(replicas.value), aof ? "" : ", once it takes over");
    if (aof) return loss_new(VERDICT_OK, "AOF on");
    if (!r->aof) return loss_new(VERDICT_UNKNOWN, "neither INFO nor CONFIG reports its persistence");
    return loss_by_snapshots(f, replicas);
}

void redis_loss_say(const struct redis_loss *l, char out[ANSWER_TEXT_MAX])
{
    switch (l->verdict) {
    case VERDICT_OK: say(out, "comes back with its state (%s)", l->kept); break;
    case VERDICT_WARN: say(out, "comes back as of its last snapshot (%s)", l->kept); break;
    case VERDICT_NO:
        say(out, "comes back empty (%s): worker pods restart about 12 s later, requests fail for a minute", l->kept);
        break;
    default: say(out, "not known whether it comes back with its state: %s", l->kept); break;
    }
    say(out, "refusing: head exits after about 4 s and retries; worker pods keep serving");
    say(out, "hanging: only Serve's API stops");
}

void redis_loss_text(const struct redis_loss *l, const char *indent, struct buf *out)
{
    static const char restarts[] = "the worker pods restart about 12 s later, and requests fail for about a minute";
    buf_printf(out, "%srefusing    the head exits after about 4 s and retries; the worker pods keep serving\n", indent);
    buf_printf(out, "%shanging     20 s of it stop Serve's API alone; the head and the worker pods keep serving\n",
               indent);
    buf_printf(out, "%sback again  ", indent);
    switch (l->verdict) {
    case VERDICT_OK:
        buf_printf(out, "with its state (%s): the head takes it up, and the worker pods keep serving\n", l->kept);
        break;
    case VERDICT_WARN:
        buf_printf(out, "as of its last snapshot (%s): what the GCS wrote since then is lost\n", l->kept);
        break;
    case VERDICT_NO: buf_printf(out, "empty (%s): %s\n", l->kept, restarts); break;
    default: buf_printf(out, "not known with what (%s); empty, %s\n", l->kept, restarts); break;
    }
}
