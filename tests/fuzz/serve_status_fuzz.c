/* serve_status_fuzz.c - the Serve API's answer, and any failed answer behind the API server's proxy. */
#include "backends/base/mem.h"
#include "backends/serve/serve_failure.h"
#include "backends/serve/serve_status_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct serveapp *app = NULL;
    size_t left_out;
    struct why why = {0};
    if (serve_status_parse("uid", (const char *)data, size, &app, &left_out, &why) == ERR_OK) {
        (void)serve_status_settled(app);
        record_free(&app->record);
    }
    char *body = mem_strn((const char *)data, size);
    static const long statuses[] = {200, 302, 403, 404, 502, 503};
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        const struct http_answer answer = {
            .why = "", .status = statuses[i], .body = body, .body_len = size, .content_type = ""};
        (void)serve_failure_of(&answer, true, &why);
    }
    free(body);
    return 0;
}
