/* object_describe_priv.h - shared by object_describe.c and pod_describe.c. */
#ifndef RAYDECK_DEPLOY_OBJECT_DESCRIBE_PRIV_H
#define RAYDECK_DEPLOY_OBJECT_DESCRIBE_PRIV_H

#include "backends/base/buf.h"
#include "backends/base/json.h"

/* "label:   value"; a value of NULL or "": no line. Both are made safe. */
void describe_line(struct buf *out, int indent, const char *label, const char *value);
/* The same for an RFC 3339 stamp, with its age. */
void describe_stamp(struct buf *out, int indent, const char *label, const char *stamp, uint64_t wall_ms);

const char *describe_or_dash(const char *text); /* "–" for NULL */

/* What only a pod has: where it runs, its containers with their states, resources and environments, its volumes. */
void describe_pod(struct buf *out, const cJSON *pod, uint64_t wall_ms);

#endif
