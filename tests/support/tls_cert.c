/* tls_cert.c - see tls_cert.h. */
#include "tests/support/tls_cert.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static int run_quietly(const char *const *argv)
{
    int status = -1;
    const pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stderr)) _exit(126);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    return status;
}

void tls_cert_make(const char *cert, const char *key, const char *names)
{
    char *extension = mem_printf("subjectAltName=%s", names);
    const char *const argv[] = {"openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-days",
                                "2",
                                "-subj",
                                "/CN=raydeck.test",
                                "-addext",
                                extension,
                                "-out",
                                cert,
                                "-keyout",
                                key,
                                NULL};
    assert_int_equal(run_quietly(argv), 0);
    free(extension);
}
