/* replay_at.c - see replay_at.h. */
#include "tui/replay_at.h"

#include "backends/base/stamp.h"
#include "backends/base/text.h"

#include <string.h>

enum { SECONDS_MAX = 365 * 86400 };
#define DAY_MS UINT64_C(86400000)

static bool seconds_parse(const char *text, uint64_t *ret_ms)
{
    uint64_t seconds;
    if (text_u64(text, strlen(text), SECONDS_MAX, &seconds) != ERR_OK) return false;
    *ret_ms = seconds * 1000;
    return true;
}

/* Two digits at text, below limit. */
static bool digits_parse(const char *text, unsigned limit, uint64_t *ret)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') return false;
    *ret = (uint64_t)(text[0] - '0') * 10 + (uint64_t)(text[1] - '0');
    return *ret < limit;
}

/* "14:03", "14:03:11": milliseconds of a day. */
static bool time_of_day_parse(const char *text, uint64_t *ret_ms)
{
    uint64_t hours, minutes, seconds = 0;
    const size_t len = strlen(text);
    if ((len != 5 && len != 8) || text[2] != ':' || (len == 8 && text[5] != ':')) return false;
    if (!digits_parse(text, 24, &hours) || !digits_parse(text + 3, 60, &minutes)) return false;
    if (len == 8 && !digits_parse(text + 6, 60, &seconds)) return false;
    *ret_ms = ((hours * 60 + minutes) * 60 + seconds) * 1000;
    return true;
}

/* The first such time of day not before the recording's start, whose second counts as within. */
static uint64_t wall_of_day(uint64_t of_day_ms, uint64_t begin_wall_ms)
{
    const uint64_t begin = begin_wall_ms - begin_wall_ms % 1000;
    uint64_t wall = begin - begin % DAY_MS + of_day_ms;
    if (wall < begin) wall += DAY_MS;
    return wall < begin_wall_ms ? begin_wall_ms : wall;
}

enum err replay_at_parse(const char *what, const char *text, const struct recording_about *about, uint64_t *ret_at_ms,
                         struct why *why)
{
    const uint64_t length = about->end_ms - about->begin_ms;
    uint64_t ms, into = 0;
    bool understood = true, within = true;
    if (!text) {
        into = length;
    } else if (text[0] == '-' && seconds_parse(text + 1, &ms)) {
        within = ms <= length;
        into = length - ms;
    } else if (seconds_parse(text + (text[0] == '+'), &ms)) {
        into = ms;
    } else if (time_of_day_parse(text, &ms) || stamp_parse(text, &ms) == ERR_OK) {
        const uint64_t wall = ms < DAY_MS ? wall_of_day(ms, about->begin_wall_ms) : ms;
        within = wall >= about->begin_wall_ms;
        into = wall - about->begin_wall_ms;
    } else {
        understood = false;
    }
    if (!understood)
        return why_set(why, ERR_USAGE, "%s %s: 14:03:11, 2026-11-30T14:03:11Z, +SECONDS or -SECONDS is expected", what,
                       text);
    if (!within || into > length) {
        char begin[STAMP_TEXT_MAX], end[STAMP_TEXT_MAX];
        return why_set(why, ERR_USAGE, "%s %s: not within the recording, %s to %s", what, text,
                       stamp_iso(begin, about->begin_wall_ms), stamp_iso(end, about->begin_wall_ms + length));
    }
    *ret_at_ms = about->begin_ms + into;
    return ERR_OK;
}
