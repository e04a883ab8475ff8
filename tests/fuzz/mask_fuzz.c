/* mask_fuzz.c - Whatever stands around them, secrets do not come through: the input is what stands before and after. */
#include "backends/base/mask.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mask_check(const char *before, size_t before_len, const char *words, const char *secret, const char *after,
                       size_t after_len)
{
    size_t len = before_len + strlen(words) + after_len, max = 16 * len + 64;
    char *text = malloc(len), *at = text;
    memcpy(at, before, before_len);
    memcpy(at += before_len, words, strlen(words));
    memcpy(at + strlen(words), after, after_len);
    for (int keep = TEXT_ONE_LINE; keep <= TEXT_KEEP_LINES; keep++) {
        char *safe = mask_text(text, len, (enum text_keep)keep, max),
             *cut = mask_text(text, len, (enum text_keep)keep, 40);
        if (!text_is_safe(safe, strlen(safe), (enum text_keep)keep) || strlen(safe) > max) abort();
        if (!text_is_safe(cut, strlen(cut), (enum text_keep)keep) || strlen(cut) > 40) abort();
        if (strstr(safe, secret) || strstr(cut, secret)) abort();
        free(safe);
        free(cut);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        const char *words, *secret;
    } known[] = {
        {" HF_TOKEN=hf_QwErTyUiOpAsDfGhJkLzXcVb ", "hf_QwErTyUiOpAsDfGhJkLzXcVb"},
        {" --password wInterGreen7 ", "wInterGreen7"},
        {" redis://u:wInterGreen7@h:6379 ", "wInterGreen7"},
        {"\n{\"password\":\"wInterGreen7\"}\n", "wInterGreen7"},
        {" Bearer wInterGreen7 ", "wInterGreen7"},
        {"\tREDIS_PASSWORD = wInterGreen7\n", "wInterGreen7"},
        {" -----BEGIN PRIVATE KEY-----\nwInterGreen7\n", "wInterGreen7"},
    };
    if (size < 2) return 0;
    const char *text = (const char *)data + 2;
    size_t len = size - 2, cut = data[0] % (len + 1), i = data[1] % (sizeof known / sizeof known[0]);
    if (memmem(text, len, known[i].secret, strlen(known[i].secret)))
        return 0; /* it stands there as a plain word, too */
    mask_check(text, cut, known[i].words, known[i].secret, text + cut, len - cut);
    return 0;
}
