/* kube_log.h - follows the log of one container; see struct kube_ops. */
#ifndef RAYDECK_KUBE_KUBE_LOG_H
#define RAYDECK_KUBE_KUBE_LOG_H

#include "backends/backend.h"

enum { LOG_RAW_MAX = 64 * 1024 /* bytes of a line; the rest is skipped */ };

struct kube_log *kube_api_log(struct kube *be, const struct kube_log_want *want, const struct kube_log_calls *calls);
void kube_api_log_close(struct kube_log *g);
void kube_api_logs_close(struct kube *be); /* all, with the backend */
void kube_api_log_last(struct kube_log *g);
enum kube_log_state kube_api_log_state(const struct kube_log *g, const char **ret_why);

#endif
