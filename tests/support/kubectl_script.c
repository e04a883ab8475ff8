/* kubectl_script.c - see kubectl_script.h. */
#include "tests/support/kubectl_script.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { FILE_MAX = 4096 };

char *kubectl_script(const char *folder, const char *text)
{
    char *path = mem_printf("%s/kubectl", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(path, 0700), 0);
    return path;
}

char *kubectl_config(const char *from, const char *folder, const char *command)
{
    char *path = mem_printf("%s/config.yaml", folder), line[1024];
    FILE *in = fopen(from, "r"), *out = fopen(path, "w");
    assert_true(in && out);
    while (fgets(line, sizeof line, in))
        if (strncmp(line, "kubectl:", 8) != 0) fputs(line, out);
    fprintf(out, "kubectl: |-\n  %s\n", command);
    fclose(in);
    fclose(out);
    return path;
}

char *kubectl_file(const char *folder, const char *name)
{
    char *path = mem_printf("%s/%s", folder, name), *text = mem_zero(1, FILE_MAX);
    FILE *f = fopen(path, "r");
    if (f) {
        if (fread(text, 1, FILE_MAX - 1, f) == 0) *text = '\0';
        fclose(f);
    }
    free(path);
    return text;
}
