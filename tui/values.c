/* values.c - see values.h. */
#include "tui/values.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/drill_fault.h"
#include "deploy/finding.h"
#include "deploy/variables.h"
#include "tui/panes/pane.h"
#include "tui/themes.h"

#include <stdlib.h>
#include <string.h>

struct finding_values {
    const struct values_from *from;
    value_found *found;
    void *arg;
};

static void value_report(const struct finding_values *f, const char *value, const char *suffix, const char *about)
{
    f->found(f->arg, value, suffix, about ? about : "");
}

static void themes_find(const struct finding_values *f)
{
    char **listed = f->from->themes ? NULL : themes_list();
    char *const *names = listed ? listed : f->from->themes;
    for (size_t i = 0; names[i]; i++) value_report(f, names[i], "", "");
    for (size_t i = 0; listed && listed[i]; i++) free(listed[i]);
    free(listed);
}

static void faults_find(const struct finding_values *f)
{
    for (size_t i = 0; i < DRILL_FAULTS; i++) value_report(f, drill_fault_word((enum drill_fault)i), "", "");
}

static void variables_find(const struct finding_values *f)
{
    for (size_t i = 0; i < variables_listed(); i++) {
        const struct variable_help v = variable_help_of(i);
        value_report(f, v.name, "=", v.help);
    }
}

static void rules_find(const struct finding_values *f)
{
    for (int i = 0; i < RULES; i++)
        value_report(f, rule_get((enum rule_id)i)->id, "", rule_get((enum rule_id)i)->title);
}

static void panes_find(const struct finding_values *f)
{
    for (size_t i = 0; pane_kinds[i]; i++) value_report(f, pane_kinds[i]->name, "", pane_kinds[i]->title);
}

static void contexts_find(const struct finding_values *f)
{
    const struct kube_where *where = session_where(f->from->session);
    for (size_t i = 0; where && i < where->context_count; i++) value_report(f, where->contexts[i], "", "");
}

/* Namespaces that hold a RayService; several of one are reported once. */
static void services_find(const struct finding_values *f, bool namespaces)
{
    const struct world *w = session_world(f->from->session);
    WORLD_EACH (row, w, TABLE_RAYSERVICE) {
        const struct rayservice *r = ROW(row, rayservice);
        bool known = row->gone_ms != 0;
        for (const struct row *other = world_first(w, TABLE_RAYSERVICE); namespaces && !known && other != row;
             other = world_next(w, other))
            known = !other->gone_ms && text_eq(ROW(other, rayservice)->ns, r->ns);
        if (!known) value_report(f, namespaces ? r->ns : r->name, "", namespaces ? r->name : r->ns);
    }
}

static void find_namespaces(const struct finding_values *f)
{
    services_find(f, true);
}

static void find_services(const struct finding_values *f)
{
    services_find(f, false);
}

static const struct {
    const char *word;
    bool of_cluster;
    void (*find)(const struct finding_values *f);
} kinds[] = {
    {"CONTEXT", true, contexts_find}, {"NAMESPACE", true, find_namespaces}, {"SERVICE", true, find_services},
    {"THEME", false, themes_find},    {"FAULT", false, faults_find},        {"VARIABLE", false, variables_find},
    {"PANE", false, panes_find},      {"RULE", false, rules_find},
};

bool values_of(const char *word, const struct values_from *from, value_found *found, void *arg)
{
    const struct finding_values f = {from, found, arg};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i].word, word) != 0) continue;
        if (!kinds[i].of_cluster || from->session) kinds[i].find(&f);
        return true;
    }
    return false;
}

bool values_are_of_cluster(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcmp(kinds[i].word, word) == 0) return kinds[i].of_cluster;
    return false;
}
