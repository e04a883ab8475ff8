/* drill_verdict_priv.h - for drill_verdict.c and drill_cause.c. */
#ifndef RAYDECK_DEPLOY_DRILL_VERDICT_PRIV_H
#define RAYDECK_DEPLOY_DRILL_VERDICT_PRIV_H

#include "deploy/drill_verdict.h"

/* Appends to v->cause what lies behind it, where outage and requests show it. */
void drill_cause_explain(const struct verdict_ask *ask, struct drill_verdict *v);

#endif
