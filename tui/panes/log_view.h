/*
 * log_view.h - logs on the whole screen: of one container, or of several pods merged by time, each with its name before
 * its lines. The caller owns the rings, follows the logs and performs enum log_action.
 */
#ifndef RAYDECK_PANES_LOG_VIEW_H
#define RAYDECK_PANES_LOG_VIEW_H

#include "backends/base/log_ring.h"
#include "tui/panes/overlay.h"
#include "tui/panes/text_view.h"

enum { LOG_STREAMS = 12 };

struct log_stream {
    const struct log_ring *ring; /* borrowed while it is in the view */
    char name[48];               /* before its lines, where there are several */
    char state[320];             /* "following"; why not */
    bool bad;                    /* it is not followed, and should be */
};
enum log_since { LOG_SINCE_ALL, LOG_SINCE_5M, LOG_SINCE_1H, LOG_SINCES };
enum log_action { LOG_TOGGLE_PREVIOUS, LOG_NEXT_SINCE, LOG_NEXT_CONTAINER, LOG_TOGGLE_ALL };

struct log_line_at {
    unsigned stream;
    uint64_t n;
};
struct log_view {
    struct overlay overlay;
    char title[200]; /* "head-d4544 › ray-head" */
    struct log_stream stream[LOG_STREAMS];
    size_t streams;
    bool previous, all, stamps;
    enum log_since since;
    enum log_action action; /* of OVERLAY_ACTION */
    struct text_view view;
    /* Of several streams, by time: merged[merged_from] … merged[merged_end - 1]; owned. */
    struct log_line_at *merged;
    size_t merged_from, merged_end, merged_capacity;
    uint64_t merged_first;             /* the number of merged[merged_from] */
    uint64_t merged_next[LOG_STREAMS]; /* of each ring, the first line that is not merged yet */
    bool is_merged;                    /* at least once, since the streams are these */
    uint64_t generation;
    char stamp[64]; /* of the line that is being drawn */
};

void log_view_open(struct log_view *v);
void log_view_reset(struct log_view *v); /* the streams are other ones: from their end */
const char *log_since_word(enum log_since since);

#endif
