/* doctor_text.c - prints findings as text. */
#include "deploy/doctor.h"

static void finding_text(const struct finding *item, struct buf *out)
{
    buf_printf(out, "  %-4s %s\n", item->rule->id, item->rule->title);
    if (item->where.object) buf_printf(out, "       where  %s\n", item->where.object);
    buf_printf(out, "       what   %s\n", item->message);
    if (item->severity == FINDING_UNKNOWN) return; /* no known problem */
    buf_printf(out, "       why    %s\n       fix    %s\n", item->why, item->rule->fix);
}

void doctor_text(const struct findings *f, struct buf *out)
{
    static const char *const heads[FINDING_SEVERITIES] = {"ERRORS", "WARNINGS", "INFORMATION", "UNKNOWN"};
    for (int severity = 0; severity < FINDING_SEVERITIES; severity++) {
        if (!f->of[severity]) continue;
        buf_printf(out, "%s (%zu)\n", heads[severity], f->of[severity]);
        for (size_t i = 0; i < f->count; i++)
            if ((int)f->items[i].severity == severity) finding_text(&f->items[i], out);
        buf_char(out, '\n');
    }
    if (f->dropped) buf_printf(out, "… and %zu more, not shown\n", f->dropped);
    findings_totals(f, ", ", out);
    buf_char(out, '\n');
}
