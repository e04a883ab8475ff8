/* allow.c - formats the commands of the allow-list as RESP. */
#include "backends/redis/allow.h"

#include "backends/base/mem.h"

#include <string.h>

static const struct {
    const char *words;
    size_t least, most;
} table[ALLOW_COUNT] = {
#define X(name, words, least, most) {words, least, most},
    ALLOW_MAP(X)
#undef X
};

const char *allow_words(enum allow command)
{
    return (size_t)command < ARRAY_LEN(table) ? table[command].words : "";
}

static enum err add_bulk(struct buf *out, const char *at, size_t len)
{
    enum err err = buf_printf(out, "$%zu\r\n", len);
    if (!err) err = buf_add(out, at, len);
    if (!err) err = buf_str(out, "\r\n");
    return err;
}

static size_t count_words(const char *words)
{
    size_t n = 1;
    for (; *words; words++) n += *words == ' ';
    return n;
}

enum err allow_format(enum allow command, const struct gcs_span *args, size_t count, struct buf *out)
{
    if ((size_t)command >= ARRAY_LEN(table)) return ERR_GUARD;
    if (count < table[command].least || count > table[command].most) return ERR_GUARD;
    const char *words = table[command].words;
    const size_t before = out->len;
    enum err err = buf_printf(out, "*%zu\r\n", count_words(words) + count);
    for (size_t len; !err && *words; words += len + (words[len] == ' ')) {
        len = strcspn(words, " ");
        err = add_bulk(out, words, len);
    }
    for (size_t i = 0; !err && i < count; i++) err = add_bulk(out, args[i].at, args[i].len);
    if (err && out->len > before) {
        mem_wipe(out->data + before, out->len - before);
        out->len = before;
        out->data[before] = '\0';
    }
    return err;
}
