/* cast.c - see cast.h. */
#include "tui/cast.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/recording/record_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE_TEXT_MAX = 32, STEP_MS = 20 };

struct cast {
    struct loop *loop;
    struct record_file *file;
    uint64_t begun_us;
    int rows, cols; /* 0: nothing was written yet */
};

enum err cast_check(const char *path, bool screen, struct why *why)
{
    if (!path || screen) return ERR_OK;
    return why_set(why, ERR_USAGE, "--cast %s: there is no screen to write: this is not a terminal, or not the console",
                   path);
}

enum err cast_open(struct loop *l, const char *path, void (*failed)(void *arg, const char *why), void *arg,
                   struct cast **ret, struct why *why)
{
    struct cast *c = mem_zero(1, sizeof *c);
    const enum err err = record_file_open(l, path, &(struct record_file_calls){failed, arg}, &c->file, why);

    if (err) {
        free(c);
        return err;
    }
    c->loop = l;
    *ret = c;
    return ERR_OK;
}

static void line_write(struct cast *c, cJSON *json /* takes */)
{
    char *text = cJSON_PrintUnformatted(json);
    char *line = mem_printf("%s\n", text);

    record_file_bytes(c->file, line, strlen(line));
    free(line);
    cJSON_free(text);
    cJSON_Delete(json);
}

static void header_write(struct cast *c)
{
    cJSON *header = cJSON_CreateObject(), *env = NULL;
    const char *terminal = getenv("TERM");

    cJSON_AddNumberToObject(header, "version", 2);
    cJSON_AddNumberToObject(header, "width", c->cols);
    cJSON_AddNumberToObject(header, "height", c->rows);
    cJSON_AddNumberToObject(header, "timestamp", (double)(loop_wall_ms(c->loop) / 1000));
    cJSON_AddStringToObject(header, "title", "raydeck");
    env = cJSON_AddObjectToObject(header, "env");
    cJSON_AddStringToObject(env, "TERM", terminal ? terminal : "");
    line_write(c, header);
}

static void event_write(struct cast *c, const char *code, const char *data)
{
    cJSON *event = cJSON_CreateArray();

    cJSON_AddItemToArray(event, cJSON_CreateNumber((double)(loop_now_us() - c->begun_us) / 1e6));
    cJSON_AddItemToArray(event, cJSON_CreateString(code));
    cJSON_AddItemToArray(event, cJSON_CreateString(data));
    line_write(c, event);
}

void cast_output(struct cast *c, int rows, int cols, const char *bytes, size_t len)
{
    const bool first = !c->rows, resized = !first && (rows != c->rows || cols != c->cols);
    char size[SIZE_TEXT_MAX];

    if (!len) return;
    c->rows = rows;
    c->cols = cols;
    if (first) {
        c->begun_us = loop_now_us();
        header_write(c);
    }
    snprintf(size, sizeof size, "%dx%d", cols, rows);
    if (resized) event_write(c, "r", size);
    char *text = mem_strn(bytes, len);
    event_write(c, "o", text);
    free(text);
}

enum err cast_close(struct cast *c, struct why *why)
{
    const uint64_t until_ms = loop_now_ms() + CAST_END_MS;
    enum err err = ERR_OK;

    if (!c) return ERR_OK;
    while (!record_file_is_done(c->file) && loop_now_ms() < until_ms) loop_step(c->loop, STEP_MS);
    if (record_file_failed(c->file) || !record_file_is_done(c->file))
        err = why_set(why, ERR_IO, "the cast is not whole");
    record_file_free(c->file);
    free(c);
    return err;
}
