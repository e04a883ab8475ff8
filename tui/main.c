/* main.c - the program: the command line, and which subcommand runs. */
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/link/library_alloc.h"
#include "tui/cli.h"
#include "tui/complete.h"
#include "tui/redact.h"
#include "tui/safe_output.h"

#include <curl/curl.h>
#include <locale.h>
#ifdef RAYDECK_STATIC
#include <nss.h>
#endif
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* For packagers. False: it is something else that is wanted. */
static bool print_generated(int argc, char **argv, int *ret_status)
{
    const bool completes = argc > 1 && strcmp(argv[1], "--completion") == 0;
    const char *script = completes && argc == 3 ? complete_script(argv[2]) : NULL;
    *ret_status = EXIT_FINE;
    if (argc == 2 && strcmp(argv[1], "--man") == 0) {
        usage_man(stdout);
    } else if (script) {
        fputs(script, stdout);
    } else if (completes) {
        cli_say("--completion%s%s: bash, zsh or fish is expected", argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
        *ret_status = EXIT_USAGE;
    }
    return completes || (argc == 2 && strcmp(argv[1], "--man") == 0);
}

static int run_cli(struct cli *cli, int argc, char **argv)
{
    const struct subcommand *sub = NULL;
    struct why why = {0};
    enum err err = cli_parse(cli, argc, argv, &sub, &why);
    cli_hide_values(argc, argv);
    if (err) {
        cli_say("%s", why.text);
        return EXIT_USAGE;
    }
    if (cli->help || cli->variables || cli->version) {
        if (cli->help && *sub->name)
            usage_subcommand(stdout, sub);
        else if (cli->help)
            usage_help(stdout);
        else if (cli->variables)
            usage_variables(stdout);
        else
            printf("raydeck " RAYDECK_VERSION "\n");
        return EXIT_FINE;
    }
    if (!cli->redact) return sub->run(cli);
    FILE *out = stdout, *messages = stderr;
    cli->redactor = redactor_new();
    stdout = redact_stream(out, cli->redactor);
    stderr = redact_stream(messages, cli->redactor);
    int status = sub->run(cli);
    fclose(stdout);
    fclose(stderr);
    stdout = out;
    stderr = messages;
    redactor_free(cli->redactor);
    cli->redactor = NULL;
    return status;
}

/* Reports a failed write to stdout unless the status is an error already or the reader has exited. */
static int output_done(struct safe_output *real, int status)
{
    struct why why;
    safe_output_end_out(real);
    enum err err = file_close_output(&why);
    if (err && err != ERR_RESET) cli_say("%s", why.text);
    safe_output_end_messages(real);
    return err && status == EXIT_FINE ? EXIT_FAILED : status;
}

/* Disables core files, which would contain passwords and tokens; children inherit the limit. */
static void keep_core_in(void)
{
    const char *asked = getenv("RAYDECK_CORE_DUMPS");
    struct rlimit limit;
    if (asked && strcmp(asked, "1") == 0) return;
    if (getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = 0;
        setrlimit(RLIMIT_CORE, &limit);
    }
    prctl(PR_SET_DUMPABLE, 0); /* a core_pattern that is a pipe ignores the limit */
}

int main(int argc, char **argv)
{
    file_reserve_stdio();
    keep_core_in();
    setlocale(LC_CTYPE, "");
#ifdef RAYDECK_STATIC
    /* The system's other modules are of its libc, which is another: loading them may crash. */
    __nss_configure_lookup("hosts", "files dns");
#endif
    /* A closed connection must be a write error, not a fatal signal. */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    struct safe_output real = safe_output_begin();
    int generated;
    if (print_generated(argc, argv, &generated)) return output_done(&real, generated);
    library_alloc_init();
    if (argc > 2 && strcmp(argv[1], "--complete") == 0) {
        complete_print(argc - 2, argv + 2, stdout);
        cli_hide_values(argc, argv);
        curl_global_cleanup();
        return output_done(&real, EXIT_FINE);
    }
    struct cli cli = {0};
    int status = run_cli(&cli, argc, argv);
    cli_done(&cli);
    curl_global_cleanup();
    return output_done(&real, status);
}
