/* object_yaml.c - a JSON value as YAML, by libyaml's emitter. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/object_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

static const double WHOLE_MAX = 9007199254740992.0; /* 2^53: cJSON holds numbers as doubles */

struct printer {
    yaml_emitter_t emitter;
    bool failed; /* an event was refused: out of memory, or too long */
};

static int on_output(void *arg, unsigned char *bytes, size_t len)
{
    return buf_add(arg, bytes, len) == ERR_OK;
}

static void event_emit(struct printer *p, yaml_event_t *event, int initialised)
{
    if (initialised && p->failed)
        yaml_event_delete(event); /* the emitter frees those that it is given, also where it fails */
    else if (!initialised || !yaml_emitter_emit(&p->emitter, event))
        p->failed = true;
}

/* Plain, it would be read as something other than a string (YAML 1.1's booleans, null, numbers and dates). */
static bool needs_quotes(const char *text)
{
    static const char *const words[] = {"",  "~", "null", "true", "false", "yes", "no",
                                        "y", "n", "on",   "off",  ".inf",  ".nan"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcasecmp(text, words[i]) == 0) return true;
    return strchr("0123456789+-.", text[0]) && text[strspn(text, "0123456789+-.eExXoa-fA-F_:TZ ")] == '\0';
}

static void scalar_emit(struct printer *p, const char *text, bool is_string)
{
    yaml_event_t event;
    yaml_scalar_style_t style = YAML_PLAIN_SCALAR_STYLE;
    if (is_string && strchr(text, '\n'))
        style = YAML_LITERAL_SCALAR_STYLE;
    else if (is_string && needs_quotes(text))
        style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    event_emit(
        p, &event,
        yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), 1, 1, style));
}

static void value_emit(struct printer *p, const cJSON *value);

static void number_emit(struct printer *p, const cJSON *value)
{
    char whole[32];
    if (cJSON_IsNumber(value) && fabs(value->valuedouble) <= WHOLE_MAX &&
        value->valuedouble == trunc(value->valuedouble)) {
        snprintf(whole, sizeof whole, "%.0f", value->valuedouble);
        scalar_emit(p, whole, false);
        return;
    }
    char *text = cJSON_PrintUnformatted(value);
    scalar_emit(p, text ? text : "null", false);
    cJSON_free(text);
}

static void members_emit(struct printer *p, const cJSON *value)
{
    yaml_event_t event;
    const bool map = cJSON_IsObject(value);
    if (map)
        event_emit(p, &event,
                   yaml_mapping_start_event_initialize(
                       &event, NULL, NULL, 1, value->child ? YAML_BLOCK_MAPPING_STYLE : YAML_FLOW_MAPPING_STYLE));
    else
        event_emit(p, &event,
                   yaml_sequence_start_event_initialize(
                       &event, NULL, NULL, 1, value->child ? YAML_BLOCK_SEQUENCE_STYLE : YAML_FLOW_SEQUENCE_STYLE));
    JSON_EACH (item, value) {
        if (map) scalar_emit(p, item->string, true);
        value_emit(p, item);
    }
    event_emit(p, &event, map ? yaml_mapping_end_event_initialize(&event) : yaml_sequence_end_event_initialize(&event));
}

/* json_parse_shown bounds the depth. */
static void value_emit(struct printer *p, const cJSON *value)
{
    if (cJSON_IsString(value))
        scalar_emit(p, value->valuestring, true);
    else if (cJSON_IsObject(value) || cJSON_IsArray(value))
        members_emit(p, value);
    else
        number_emit(p, value);
}

/* False: it is longer than `out` may be, and cut. */
static bool value_print(const cJSON *value, struct buf *out)
{
    struct printer p = {.failed = false};
    yaml_event_t event;
    if (!yaml_emitter_initialize(&p.emitter)) mem_exhausted();
    yaml_emitter_set_output(&p.emitter, on_output, out);
    yaml_emitter_set_unicode(&p.emitter, 1);
    yaml_emitter_set_width(&p.emitter, -1);
    event_emit(&p, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
    event_emit(&p, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1));
    value_emit(&p, value);
    event_emit(&p, &event, yaml_document_end_event_initialize(&event, 1));
    event_emit(&p, &event, yaml_stream_end_event_initialize(&event));
    yaml_emitter_delete(&p.emitter);
    return !p.failed;
}

void object_yaml(const cJSON *value, int indent, struct buf *out)
{
    struct buf raw;
    buf_init(&raw, OBJECT_TEXT_MAX);
    const bool whole = value_print(value, &raw);
    char *safe = text_safe(buf_text(&raw), raw.len, TEXT_KEEP_LINES, OBJECT_TEXT_MAX);
    for (const char *line = safe; *line;) {
        const size_t len = strcspn(line, "\n");
        (void)buf_printf(out, "%*s", indent, "");
        (void)buf_add(out, line, len);
        (void)buf_char(out, '\n');
        line += len + (line[len] == '\n');
    }
    if (!whole) (void)buf_str(out, "# … the rest is longer than what is shown\n");
    free(safe);
    buf_done(&raw);
}
