/* kube_answers_fuzz.c - Single answers: a version, an access review, a Secret, a RayService with a password in clear.
 */
#include "backends/base/mem.h"
#include "backends/kube/answers_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct why why;
    struct buf out;
    buf_init(&out, SECRET_VALUE_MAX);
    free(version_parse(bytes, size));
    review_parse(bytes, size, &why);
    secret_parse(bytes, size, "password", &out, &why);
    inline_password_parse(bytes, size, &out, &why);
    buf_done(&out);
    return 0;
}
