/* redact_fuzz.c - Stand-ins: as long as what they stand for, UTF-8 where that was, the same each time; and an address,
 * an account, an ARN and a host do not come through, whatever stands before and after them. */
#include "backends/base/text.h"
#include "tui/redact.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct redactor *redactor; /* anew for each input: it keeps what it has seen */

static bool is_utf8(const char *s, size_t len)
{
    uint32_t cp;
    for (size_t i = 0; i < len; i += text_decode(s + i, len - i, &cp)) {
        text_decode(s + i, len - i, &cp);
        if (cp == TEXT_INVALID) return false;
    }
    return true;
}

static void check_text(const char *text, size_t len)
{
    char *one = malloc(len + 1), *two = malloc(len + 1);
    memcpy(one, text, len);
    memcpy(two, text, len);
    redact_text(redactor, one, len);
    redact_text(redactor, two, len);
    if (memcmp(one, two, len) != 0 || is_utf8(text, len) != is_utf8(one, len)) abort();
    free(one);
    free(two);
}

static void check_hidden(const char *before, size_t before_len, const char *secret, const char *after, size_t after_len)
{
    size_t secret_len = strlen(secret), len = before_len + secret_len + 2 + after_len;
    char *text = malloc(len);
    memcpy(text, before, before_len);
    text[before_len] = ' ';
    memcpy(text + before_len + 1, secret, secret_len);
    text[before_len + 1 + secret_len] = ' ';
    memcpy(text + before_len + 2 + secret_len, after, after_len);
    redact_text(redactor, text, len);
    if (memcmp(text + before_len + 1, secret, secret_len) == 0) abort();
    free(text);
}

static void check_canvas(const char *text, size_t len)
{
    struct canvas cv, was;
    char *safe = text_safe(text, len, TEXT_ONE_LINE, 400);
    canvas_init(&cv, 1, 60);
    canvas_init(&was, 1, 60);
    canvas_text(&cv, 0, 0, ROLE_TEXT, safe);
    canvas_text(&was, 0, 0, ROLE_TEXT, safe);
    redact_canvas(redactor, &cv);
    for (int col = 0; col < 60; col++) {
        const struct cell *now = canvas_cell(&cv, 0, col), *then = canvas_cell(&was, 0, col);
        if (now->cp != then->cp && (text_cp_width(now->cp) != 1 || text_cp_width(then->cp) != 1)) abort();
    }
    canvas_done(&cv);
    canvas_done(&was);
    free(safe);
}

static void check_stream(const char *text, size_t len)
{
    char *got = NULL;
    size_t got_len = 0;
    FILE *to = open_memstream(&got, &got_len), *stream = redact_stream(to, redactor);
    if (fwrite(text, 1, len, stream) != len || fclose(stream) != 0) abort();
    fclose(to);
    if (got_len != len) abort();
    free(got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const secrets[] = {
        "100.64.90.31",
        "ip-100-64-90-31",
        "(483920175566", /* after a name of JSON it would be a number, and stay */
        "2600:1f14:abc:d00::17",
        "arn:aws:iam::483920175566:role/raydeck",
        "mistral.abc123.ng.0001.usw2.cache.amazonaws.com",
    };
    if (size < 2) return 0;
    const char *text = (const char *)data + 2, *secret = secrets[data[1] % (sizeof secrets / sizeof secrets[0])];
    size_t len = size - 2, cut = data[0] % (len + 1);
    redactor = redactor_new();
    check_text(text, len);
    check_canvas(text, len);
    check_stream(text, len);
    check_hidden(text, cut, secret, text + cut, len - cut);
    redactor_free(redactor);
    return 0;
}
