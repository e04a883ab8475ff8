/* forward_box.h - the dialog of a port-forward: to what, and which ports. Pure: the owner lists the targets and begins
 * the forward. Nothing is changed in the cluster by one. */
#ifndef RAYDECK_PANES_FORWARD_BOX_H
#define RAYDECK_PANES_FORWARD_BOX_H

#include "tui/draw/textbox.h"
#include "tui/panes/overlay.h"

enum { FORWARD_TARGETS = 6, FORWARD_NAME_MAX = 300 };
struct forward_target {
    char words[64];                /* "dashboard", "the selected pod": safe text */
    char target[FORWARD_NAME_MAX]; /* "service/NAME", "pod/NAME" */
    char ns[FORWARD_NAME_MAX];
    unsigned port; /* its usual one, here and there */
};
struct forward_box {
    struct overlay overlay;
    struct forward_target target[FORWARD_TARGETS];
    size_t count, at;
    struct textbox typed; /* "LOCAL:REMOTE", or one port for both */
    bool wrong;
    unsigned local, remote; /* OVERLAY_DONE: what was typed */
};
void forward_box_open(struct forward_box *b, const struct forward_target *targets,
                      size_t count); /* copied; 1 or more */
/* "LOCAL:REMOTE" or "PORT", each from 1 to 65535. */
bool forward_ports_parse(const char *text, unsigned *ret_local, unsigned *ret_remote);

#endif
