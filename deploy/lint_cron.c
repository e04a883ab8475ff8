/* lint_cron.c - K4: the schedule of a RayCronJob, as the operator's cron parses it (robfig/cron v3, ParseStandard). */
#include "deploy/lint_ray.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ZONE_MAX = 64 };

struct cron_field {
    long least, most;
    const char *const *names; /* of least and those after it; NULL: none */
};

static bool cron_number(const char **s, const struct cron_field *f, long *ret)
{
    char *end = NULL;
    for (long i = 0; f->names && f->names[i]; i++)
        if (strncasecmp(*s, f->names[i], 3) == 0) {
            *s += 3;
            *ret = f->least + i;
            return true;
        }
    if (!strchr("0123456789", **s) || !**s) return false;
    *ret = strtol(*s, &end, 10);
    *s = end;
    return *ret >= f->least && *ret <= f->most;
}

static bool is_cron_end(char c)
{
    return !c || c == ' ' || c == '\t';
}

/* "*", "5" or "1-5", with a step or not. */
static bool cron_range(const char **s, const struct cron_field *f)
{
    static const struct cron_field step_of = {1, 1000000, NULL};
    long from = 0, to, step;
    if (**s == '*' || **s == '?')
        ++*s;
    else if (!cron_number(s, f, &from))
        return false;
    else if (**s == '-' && (++*s, !cron_number(s, f, &to) || to < from))
        return false;
    return **s != '/' || (++*s, cron_number(s, &step_of, &step));
}

/* A list of ranges, up to a space; superfluous commas do not count. */
static bool cron_field(const char **s, const struct cron_field *f)
{
    if (is_cron_end(**s)) return false;
    for (;;) {
        *s += strspn(*s, ",");
        if (is_cron_end(**s)) return true;
        if (!cron_range(s, f) || (**s != ',' && !is_cron_end(**s))) return false;
    }
}

static bool is_schedule(const char *s)
{
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
                                         "aug", "sep", "oct", "nov", "dec", NULL};
    static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};
    static const struct cron_field fields[] = {
        {0, 59, NULL}, {0, 23, NULL}, {1, 31, NULL}, {1, 12, months}, {0, 6, days}};
    static const char *const named[] = {"@yearly", "@annually", "@monthly", "@weekly",
                                        "@daily",  "@midnight", "@hourly"};
    s += strspn(s, " \t");
    for (size_t i = 0; *s == '@' && i < sizeof named / sizeof named[0]; i++)
        if (strcmp(s, named[i]) == 0) return true;
    if (*s == '@') return strncmp(s, "@every ", 7) == 0 && s[7] >= '0' && s[7] <= '9';
    for (size_t i = 0; i < 5; i++) {
        s += strspn(s, " \t");
        if (!cron_field(&s, &fields[i])) return false;
    }
    return !s[strspn(s, " \t")];
}

/* As Go's time.LoadLocation takes it: a name of the IANA database, whose files have the names' case. Areas and the
 * names without one are all of the database's, of 2025 (zone1970.tab, backward); which places an area has is not known
 * here. */
static bool is_time_zone(const char *name, size_t len)
{
    static const char areas[] = " Africa America Antarctica Arctic Asia Atlantic Australia Brazil Canada Chile Etc "
                                "Europe Indian Mexico Pacific US ";
    static const char alone[] =
        " CET CST6CDT Cuba EET EST EST5EDT Egypt Eire Factory GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong "
        "Iceland Iran Israel Jamaica Japan Kwajalein Libya Local MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland "
        "Portugal ROC ROK Singapore Turkey UCT UTC Universal W-SU WET Zulu ";
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-";
    char word[ZONE_MAX];
    const char *slash = memchr(name, '/', len);
    if (!len) return true; /* UTC */
    snprintf(word, sizeof word, " %.*s ", (int)(slash ? slash - name : (long)len), name);
    if (!strstr(slash ? areas : alone, word)) return false;
    for (const char *at = slash; at;) {
        const char *from = at + 1, *next = memchr(from, '/', len - (size_t)(from - name));
        const size_t part = next ? (size_t)(next - from) : len - (size_t)(from - name);
        if (!part || !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ", *from) || strspn(from, letters) < part) return false;
        at = next;
    }
    return true;
}

void lint_cron(struct lint *l)
{
    const struct yaml_node *at = yaml_get(yaml_get(l->o->root, "spec"), "schedule");
    const char *schedule = yaml_str(yaml_get(l->o->root, "spec"), "schedule");
    if (!schedule || strchr(schedule, '$')) return;
    const size_t prefix = strncmp(schedule, "TZ=", 3) == 0 ? 3 : strncmp(schedule, "CRON_TZ=", 8) == 0 ? 8 : 0;
    const char *zone = schedule + prefix;
    const size_t len = prefix ? strcspn(zone, " ") : 0;
    if (prefix && !is_time_zone(zone, len))
        lint_say(l, RULE_K4, at, "the schedule's time zone is none of the IANA database, as Europe/Berlin is");
    else if (!is_schedule(zone + len))
        lint_say(l, RULE_K4, at, "the schedule is not one of cron: five fields, or @daily and its like");
}
