/* answering.h - whether Serve answers, for deploy's last step. */
#ifndef RAYDECK_ANSWERING_H
#define RAYDECK_ANSWERING_H

#include "backends/session/session.h"

/* The verdict of ANSWERING (evidence.h); PARTLY counts as NO. ret: in words; "" if unknown. */
enum tri answering_now(const struct session *s, char *ret, size_t size);

#endif
