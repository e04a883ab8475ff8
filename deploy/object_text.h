/*
 * object_text.h - an object of the API server as text for people: as YAML (kubectl get -o yaml), and described (kubectl
 * describe). Pure. Output is safe text of at most OBJECT_TEXT_MAX bytes; a text that was cut ends with a line that says
 * so.
 *
 * Secrets are masked before anything is printed: the data of a Secret, values whose names or looks are a secret's.
 * metadata.managedFields and the annotation kubectl.kubernetes.io/last-applied-configuration are left out.
 */
#ifndef RAYDECK_DEPLOY_OBJECT_TEXT_H
#define RAYDECK_DEPLOY_OBJECT_TEXT_H

#include "backends/base/json.h"

#include "backends/base/buf.h"

enum { OBJECT_TEXT_MAX = 1024 * 1024 };

void object_mask(cJSON *object); /* in place; the other functions expect it masked */

/* Appends a value as YAML, in the server's order of members; indent: blanks before each line. */
void object_yaml(const cJSON *value, int indent, struct buf *out);

/* Appends the description. events: the items of a list of Events, NULL: they are not known, for events_why. */
void object_describe(const cJSON *object, const cJSON *events, const char *events_why, uint64_t wall_ms,
                     struct buf *out);

#endif
