/* rule_text.c - see rule_text.h. */
#include "deploy/rule_text.h"

#include <string.h>

/* The lines of an example, each behind `indent`. */
static void example_lines(const char *example, const char *indent, struct buf *out)
{
    while (*example) {
        const size_t len = strcspn(example, "\n");
        buf_printf(out, "%s%.*s\n", indent, (int)len, example);
        example += len + (example[len] == '\n');
    }
}

void rule_text(const struct rule *rule, struct buf *out)
{
    buf_printf(out, "%s  %s: %s\n\n", rule->id, finding_severity_word(rule->severity), rule->title);
    buf_printf(out, "why     %s\nfix     %s\nsource  %s\n", rule->why, rule->fix, rule->source);
    buf_str(out, "\nfound in\n");
    example_lines(rule->bad, "    ", out);
    buf_str(out, "\nnot in\n");
    example_lines(rule->good, "    ", out);
}

static void rule_markdown(const struct rule *rule, struct buf *out)
{
    const char *language = *rule->id == 'D' ? "text" : "yaml";
    buf_printf(out, "## %s: %s\n\n", rule->id, rule->title);
    buf_printf(out, "Severity: %s. Source: %s.\n\n", finding_severity_word(rule->severity), rule->source);
    buf_printf(out, "- What it costs when the head dies: %s.\n- Fix: %s.\n\n", rule->why, rule->fix);
    buf_printf(out, "Found in:\n\n```%s\n", language);
    example_lines(rule->bad, "", out);
    buf_printf(out, "```\n\nNot in:\n\n```%s\n", language);
    example_lines(rule->good, "", out);
    buf_str(out, "```\n\n");
}

void rules_markdown(struct buf *out)
{
    buf_str(out,
            "# Rules of raydeck\n\n"
            "Made from `deploy/rules.def` by `raydeck lint --explain all`; a test holds this file to it, and each "
            "example to lint or to the doctor.\n\n"
            "M, K and L are of `raydeck lint` (the file, what the API server and KubeRay refuse, the rules of high "
            "availability); D are of `raydeck doctor`, which looks at what runs. Examples are parts of a "
            "RayService, unless they say what they are of. A comment `# raydeck: ignore L17 reason` beside a line, "
            "or in a line of its own above, ignores findings of that rule there; the summary says so.\n\n");
    buf_str(out, "| rule | severity | what |\n|---|---|---|\n");
    for (int i = 0; i < RULES; i++) {
        const struct rule *rule = rule_get((enum rule_id)i);
        buf_printf(out, "| %s | %s | %s |\n", rule->id, finding_severity_word(rule->severity), rule->title);
    }
    buf_char(out, '\n');
    for (int i = 0; i < RULES; i++) rule_markdown(rule_get((enum rule_id)i), out);
    out->len--; /* ends with one newline */
    out->data[out->len] = '\0';
}
