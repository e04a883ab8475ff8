/* timeline_file.h - a timeline as it is printed, written into a file or into a report. */
#ifndef RAYDECK_TUI_TIMELINE_FILE_H
#define RAYDECK_TUI_TIMELINE_FILE_H

#include "backends/session/session.h"
#include "tui/panes/timeline_svg.h"
#include "tui/panes/timeline_text.h"

/* The loss that the timeline shows: the outage, else the one before. State NONE: there was none. */
void timeline_file_outage(const struct session *s, struct outage *ret);

struct redactor;
/* Both append; out is of TIMELINE_SVG_MAX, TIMELINE_TEXT_MAX. redact: NULL: nothing is. */
void timeline_file_text(const struct timeline_scene *s, const struct focus *f, bool ascii, struct redactor *redact,
                        struct buf *out);
void timeline_file_svg(const struct timeline_scene *s, const struct focus *f, enum svg_theme theme,
                       struct redactor *redact, struct buf *out);

/* The timeline of a loss for its report, in both forms; the strings are good until timeline_loss_done. */
struct timeline_loss {
    struct buf text, picture;
};
void timeline_loss_draw(struct timeline_loss *l, const struct session *s, const struct outage *o,
                        struct redactor *redact);
void timeline_loss_done(struct timeline_loss *l);

#endif
