/* fixture.c - Reads recorded bytes. */
#include "tests/support/fixture.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char *fixture_read(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    char *bytes = NULL;
    size_t len = 0, room = 0, got;
    if (!f) fail_msg("%s cannot be read (tests run from the top folder)", path);
    do {
        if (room - len < 65536) {
            room = room * 2 + 131072;
            bytes = mem_grow(bytes, room, 1);
        }
        got = fread(bytes + len, 1, room - len - 1, f);
        len += got;
    } while (got);
    fclose(f);
    bytes[len] = '\0';
    if (ret_len) *ret_len = len;
    return bytes;
}

cJSON *fixture_json(const char *path)
{
    size_t len;
    char *bytes = fixture_read(path, &len);
    cJSON *root = NULL;
    struct why why = {0};
    if (json_parse(bytes, len, &root, &why) != ERR_OK) fail_msg("%s: %s", path, why.text);
    free(bytes);
    return root;
}

size_t fixture_lines(const char *path, void (*line)(void *arg, const char *text, size_t len), void *arg)
{
    size_t len, count = 0;
    char *bytes = fixture_read(path, &len);
    for (char *at = bytes; at < bytes + len; count++) {
        char *end = memchr(at, '\n', (size_t)(bytes + len - at));
        if (!end) end = bytes + len;
        *end = '\0';
        line(arg, at, (size_t)(end - at));
        at = end + 1;
    }
    free(bytes);
    return count;
}
