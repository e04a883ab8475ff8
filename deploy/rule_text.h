/* rule_text.h - what a rule of rules.def says, for a person: `lint --explain` and deploy/docs/rules.md. */
#ifndef RAYDECK_DEPLOY_RULE_TEXT_H
#define RAYDECK_DEPLOY_RULE_TEXT_H

#include "deploy/finding.h"

void rule_text(const struct rule *rule, struct buf *out);
/* All of them as Markdown, in the order of rules.def. */
void rules_markdown(struct buf *out);

#endif
