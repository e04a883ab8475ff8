/* timeline_file.c - see timeline_file.h. */
#include "tui/timeline_file.h"

#include "tui/redact.h"

#include <stdio.h>

enum { TITLE_MAX = 200 };

void timeline_file_outage(const struct session *s, struct outage *ret)
{
    const struct focus f = session_focus(s);
    const struct recovery *r = session_recovery(s);
    outage_of(r, session_world(s), &f, clock_now_ms(session_clock(s)), clock_wall_ms(session_clock(s)), ret);
    if (ret->state == OUTAGE_NONE) *ret = *outage_previous(r);
}

static void title_set(const struct focus *f, char out[TITLE_MAX])
{
    const struct rayservice *s = f->rayservice;
    snprintf(out, TITLE_MAX, "RayService %.80s/%.80s", s && s->ns ? s->ns : "–", s && s->name ? s->name : "–");
}

void timeline_file_text(const struct timeline_scene *s, const struct focus *f, bool ascii, struct redactor *redact,
                        struct buf *out)
{
    char title[TITLE_MAX];
    const size_t from = out->len;
    title_set(f, title);
    timeline_text(s, title, TIMELINE_TEXT_COLS, ascii, out);
    if (redact) redact_text(redact, (char *)out->data + from, out->len - from);
}

void timeline_file_svg(const struct timeline_scene *s, const struct focus *f, enum svg_theme theme,
                       struct redactor *redact, struct buf *out)
{
    char title[TITLE_MAX];
    const size_t from = out->len;
    title_set(f, title);
    timeline_svg(s, title, theme, out);
    if (redact) redact_text(redact, (char *)out->data + from, out->len - from);
}

void timeline_loss_draw(struct timeline_loss *l, const struct session *s, const struct outage *o,
                        struct redactor *redact)
{
    const struct focus f = session_focus(s);
    buf_init(&l->text, TIMELINE_TEXT_MAX);
    buf_init(&l->picture, TIMELINE_SVG_MAX);
    if (o->state == OUTAGE_NONE) return;
    const struct timeline_scene scene = timeline_scene_of_loss(session_timeline(s), o);
    timeline_file_text(&scene, &f, false, redact, &l->text);
    timeline_file_svg(&scene, &f, SVG_AUTO, redact, &l->picture);
}

void timeline_loss_done(struct timeline_loss *l)
{
    buf_done(&l->text);
    buf_done(&l->picture);
}
