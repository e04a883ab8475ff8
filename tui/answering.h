/* answering.h - whether Serve answers just now, by the newest probes, for who waits for it after a deployment. */
#ifndef RAYDECK_ANSWERING_H
#define RAYDECK_ANSWERING_H

#include "backends/session/session.h"

/* YES: every probe of the last seconds was answered, and where a round takes longer, each proxy's newest. UNKNOWN: none
 * was sent. ret says it in words. */
enum tri answering_now(const struct session *s, char *ret, size_t size);

#endif
