/*
 * kinds_parse.h - the parser of each kind; fills a record whose key is set. For kube_parse.c. Never fails: absent
 * fields stay unknown.
 */
#ifndef RAYDECK_KUBE_KINDS_PARSE_H
#define RAYDECK_KUBE_KINDS_PARSE_H

#include "backends/base/json.h"
#include "backends/world/record.h"

void pod_parse(const cJSON *obj, struct pod *ret);
void rayservice_parse(const cJSON *obj, struct rayservice *ret);
void raycluster_parse(const cJSON *obj, struct raycluster *ret);
void knode_parse(const cJSON *obj, struct knode *ret);
void event_parse(const cJSON *obj, struct event *ret);
void slice_parse(const cJSON *obj, struct slice *ret);
void ingress_parse(const cJSON *obj, struct ingress *ret);

#endif
