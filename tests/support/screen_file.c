/* screen_file.c - Screens kept in files: compared, shown with their difference, accepted. */
#include "tests/support/screen_file.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINES_MAX = 2000, CONTEXT = 2 };

struct lines {
    char *text;
    const char *line[LINES_MAX];
    size_t count;
};

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f) return NULL;
    char *text = NULL;
    size_t size = 0;
    if (getdelim(&text, &size, '\0', f) < 0) {
        free(text);
        text = mem_str("");
    }
    fclose(f);
    return text;
}

static void lines_split(struct lines *l, const char *text)
{
    l->text = mem_str(text);
    l->count = 0;
    for (char *at = l->text; *at && l->count < LINES_MAX;) {
        l->line[l->count++] = at;
        char *end = strchr(at, '\n');
        if (!end) break;
        *end = '\0';
        at = end + 1;
    }
}

static bool lines_same(const struct lines *a, size_t i, const struct lines *b, size_t j)
{
    return strcmp(a->line[i], b->line[j]) == 0;
}

/* Length of the longest common subsequence of what is left of both, for each place. */
static unsigned *lines_common(const struct lines *a, const struct lines *b)
{
    size_t wide = b->count + 1;
    unsigned *len = mem_zero((a->count + 1) * wide, sizeof *len);
    for (size_t i = a->count; i-- > 0;)
        for (size_t j = b->count; j-- > 0;) {
            unsigned down = len[(i + 1) * wide + j], right = len[i * wide + j + 1];
            len[i * wide + j] = lines_same(a, i, b, j) ? len[(i + 1) * wide + j + 1] + 1 : down > right ? down : right;
        }
    return len;
}

/* Lines that are the same are printed only near a difference. */
static void print_diff(const char *path, const struct lines *a, const struct lines *b)
{
    struct {
        char sign;
        const char *line;
    } *out = mem_zero(a->count + b->count + 1, sizeof *out);
    size_t count = 0, i = 0, j = 0, wide = b->count + 1;
    unsigned *len = lines_common(a, b);
    while (i < a->count || j < b->count) {
        if (i < a->count && j < b->count && lines_same(a, i, b, j)) {
            out[count].sign = ' ', out[count++].line = a->line[i++], j++;
        } else if (i < a->count && (j == b->count || len[(i + 1) * wide + j] >= len[i * wide + j + 1])) {
            out[count].sign = '-', out[count++].line = a->line[i++];
        } else {
            out[count].sign = '+', out[count++].line = b->line[j++];
        }
    }
    printf("--- %s\n+++ drawn now\n", path);
    bool skipping = false;
    for (size_t k = 0; k < count; k++) {
        bool near = false;
        for (size_t n = k > CONTEXT ? k - CONTEXT : 0; n <= k + CONTEXT && n < count; n++) near |= out[n].sign != ' ';
        if (near) printf("%c%s\n", out[k].sign, out[k].line);
        if (!near && !skipping) printf("@@\n");
        skipping = !near;
    }
    free(len);
    free(out);
}

static bool write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    if (!f) return false;
    bool ok = fputs(text, f) >= 0;
    return fclose(f) == 0 && ok;
}

bool screen_same(const char *path, const char *text, bool accept)
{
    char *kept = read_file(path);
    bool equal = kept && strcmp(kept, text) == 0;
    if (!equal && accept) equal = write_file(path, text);
    if (!equal) {
        struct lines *a = mem_zero(1, sizeof *a), *b = mem_zero(1, sizeof *b);
        if (!kept) printf("%s: there is no such file yet; `make accept` writes it\n", path);
        lines_split(a, kept ? kept : "");
        lines_split(b, text);
        print_diff(path, a, b);
        free(a->text);
        free(b->text);
        free(a);
        free(b);
    }
    free(kept);
    return equal;
}

void screen_check_text(const char *name, const char *text)
{
    const char *accept = getenv("RAYDECK_ACCEPT");
    char *path = mem_printf("tests/screens/%s.txt", name);
    bool equal = screen_same(path, text, accept && strcmp(accept, "1") == 0);
    free(path);
    if (!equal) fail_msg("screen %s is not as it was; if it should be so now: make accept", name);
}

void screen_check(const char *name, const struct canvas *cv, bool with_roles)
{
    char *text = canvas_dump(cv, with_roles);
    screen_check_text(name, text);
    free(text);
}
