/* answering.h - whether Serve answers just now, by the evidence there is, for who waits for it after a deployment. */
#ifndef RAYDECK_ANSWERING_H
#define RAYDECK_ANSWERING_H

#include "backends/session/session.h"

/* As ANSWERING on the screen says (evidence.h); PARTLY is NO here. ret says it in words; "" where it is unknown. */
enum tri answering_now(const struct session *s, char *ret, size_t size);

#endif
