/* sim_main.c - raydeck-sim: the simulated cluster in the foreground. */
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/link/loop.h"
#include "backends/sim/crowd.h"
#include "backends/sim/kubectl_sim.h"
#include "backends/sim/neuron_sim.h"
#include "backends/sim/sim.h"
#include "backends/sim/sim_report.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, EXIT_BACKEND = 3 };

static const char usage[] =
    "usage: raydeck-sim --dir DIR [--seed N] [--speed X] [--fault NAME]... [--no-ft] [--no-redis] [--empty]\n"
    "                   [--redis-volatile] [--devices N] [--openai] [--pods N] [--exit-with-stdin] [--own-dir]\n"
    "       raydeck-sim monitor --dir DIR --node NODE\n"
    "       raydeck-sim kubectl DIR [OPTION...] exec POD -- COMMAND...\n"
    "\n"
    "Serves a simulated Ray Serve cluster on loopback, in the foreground: the Kubernetes API with a KubeRay behind "
    "it,\n"
    "the GCS in a redis-server of its own, neuron-monitor. Writes DIR/kubeconfig and DIR/config.yaml (for raydeck\n"
    "--config), prints `ready` once it serves, and leaves nothing behind.\n"
    "\n"
    "  --dir DIR          where its files are while it runs; made where it is absent\n"
    "  --seed N           names, delays and answers come out of it; 1\n"
    "  --speed X          how fast pods come and go; 1\n"
    "  --fault NAME       from the start; repeatable; see below\n"
    "  --no-ft            a RayService without GCS fault tolerance\n"
    "  --no-redis         without redis-server\n"
    "  --redis-volatile   its Redis has no append-only file: one that restarts is empty\n"
    "  --empty            KubeRay and nodes, and no RayService yet\n"
    "  --devices N        Neuron devices of each node; 6\n"
    "  --openai           Serve answers the OpenAI API too\n"
    "  --pods N           N pods more, of another RayCluster, for measuring\n"
    "  --exit-with-stdin  ends when its standard input is closed\n"
    "  --own-dir          removes DIR at the end even where it was there before\n"
    "  --help, --version  alone: prints it\n"
    "\n"
    "monitor prints what neuron-monitor would on that K8s node, a JSON line each second, until the simulator ends.\n"
    "kubectl is what config.yaml names in place of kubectl: the one command that the simulated head knows is the one "
    "that\n"
    "kills its gcs_server.\n"
    "\n"
    "DIR/env has the variables of a manifest that is deployed here. DIR/control is a unix socket; a line is answered\n"
    "by a line: fault NAME, clear, advance SECONDS, state, kill-worker NAME, kill-gcs, devices N, deny VERB RESOURCE,\n"
    "allow, openai on|off, speed N, reset [running|empty|no-ft], quit.\n"
    "\n"
    "Faults, and what they are after:\n";

static void usage_print(FILE *out)
{
    fputs(usage, out);
    for (int i = 0; i < FAULT_COUNT; i++) {
        const struct fault_info *f = fault_info((enum fault)i);
        fprintf(out, "  %-18s %s%s%s%s\n", f->word, f->what, *f->facts ? " (" : "", f->facts, *f->facts ? ")" : "");
    }
}

struct options {
    struct sim_conf sim;
    bool faults[FAULT_COUNT];
    bool with_stdin;
};
struct program {
    struct loop *loop;
    uv_signal_t signals[3];
    uv_pipe_t in;
    bool in_open;
    char scrap[64];
};

static bool parse_number(const char *text, double least, double *ret)
{
    char *end;
    errno = 0;
    double v = strtod(text, &end);
    if (errno || end == text || *end || !(v >= least) || v > 1e15) return false;
    *ret = v;
    return true;
}

/* Of what getopt_long does not know. */
static void option_report(char **argv)
{
    sim_report(mem_printf("raydeck-sim: %s: no such option, or its value is missing", argv[optind - 1]));
}

static int usage_error(const char *option, const char *value)
{
    sim_report(mem_printf("raydeck-sim: --%s: not valid: %s", option, value));
    return EXIT_USAGE;
}

/* 0: continue; else the exit status. */
static int option_read(struct options *o, int which, const char *value)
{
    double v = 0;
    enum fault f;
    switch (which) {
    case 'd': o->sim.dir = value; break;
    case 's':
        if (!parse_number(value, 0, &v)) return usage_error("seed", value);
        o->sim.seed = (uint64_t)v;
        break;
    case 'x':
        if (!parse_number(value, 0.001, &v)) return usage_error("speed", value);
        o->sim.speed = v;
        break;
    case 'f':
        if (!fault_find(value, &f)) return usage_error("fault", value);
        o->faults[f] = true;
        break;
    case 'n': o->sim.no_ft = true; break;
    case 'r': o->sim.no_redis = true; break;
    case 'V': o->sim.redis_volatile = true; break;
    case 'o': o->sim.openai = true; break;
    case 'e': o->sim.empty = true; break;
    case 'v':
        if (!parse_number(value, 0, &v) || v > 16) return usage_error("devices", value);
        o->sim.devices = (unsigned)v;
        o->sim.devices_known = true;
        break;
    case 'p':
        if (!parse_number(value, 0, &v) || v > CROWD_MAX) return usage_error("pods", value);
        o->sim.pods = (unsigned)v;
        break;
    case 'i': o->with_stdin = true; break;
    case 'w': o->sim.owns_dir = true; break;
    default: usage_print(stderr); return EXIT_USAGE;
    }
    return 0;
}

static int options_read(struct options *o, int argc, char **argv)
{
    static const struct option known[] = {
        {"dir", required_argument, NULL, 'd'},      {"seed", required_argument, NULL, 's'},
        {"speed", required_argument, NULL, 'x'},    {"fault", required_argument, NULL, 'f'},
        {"no-ft", no_argument, NULL, 'n'},          {"no-redis", no_argument, NULL, 'r'},
        {"redis-volatile", no_argument, NULL, 'V'}, {"empty", no_argument, NULL, 'e'},
        {"openai", no_argument, NULL, 'o'},         {"devices", required_argument, NULL, 'v'},
        {"pods", required_argument, NULL, 'p'},     {"exit-with-stdin", no_argument, NULL, 'i'},
        {"own-dir", no_argument, NULL, 'w'},        {NULL, 0, NULL, 0}};
    int which, status;
    *o = (struct options){.sim = {.seed = 1, .speed = 1}};
    while ((which = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (which == '?') option_report(argv);
        if ((status = option_read(o, which, optarg)) != 0) return status;
    }
    if (!o->sim.dir || optind < argc) {
        usage_print(stderr);
        return EXIT_USAGE;
    }
    return 0;
}

static void program_stop(void *arg)
{
    struct program *p = arg;
    loop_stop(p->loop);
}

static void on_signal(uv_signal_t *s, int number_of)
{
    (void)number_of;
    program_stop(s->data);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
    struct program *p = handle->data;
    (void)size;
    *out = uv_buf_init(p->scrap, sizeof p->scrap);
}

static void on_stdin(uv_stream_t *stream, ssize_t n, const uv_buf_t *piece)
{
    (void)piece;
    if (n < 0) program_stop(stream->data);
}

static void watch_signals(struct program *p)
{
    static const int which[] = {SIGTERM, SIGINT, SIGHUP};
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    for (size_t i = 0; i < ARRAY_LEN(which); i++) {
        uv_signal_init(loop_uv(p->loop), &p->signals[i]);
        p->signals[i].data = p;
        uv_signal_start(&p->signals[i], on_signal, which[i]);
    }
}

static void watch_stdin(struct program *p)
{
    uv_pipe_init(loop_uv(p->loop), &p->in, 0);
    p->in.data = p;
    p->in_open = true;
    if (uv_pipe_open(&p->in, STDIN_FILENO) != 0 || uv_read_start((uv_stream_t *)&p->in, on_alloc, on_stdin) != 0)
        program_stop(p);
}

static void program_unwatch(struct program *p)
{
    for (size_t i = 0; i < ARRAY_LEN(p->signals); i++) uv_close((uv_handle_t *)&p->signals[i], NULL);
    if (p->in_open) uv_close((uv_handle_t *)&p->in, NULL);
}

/* `raydeck demo` starts this program with these signals blocked; by now the guard cleans up. */
static void unblock_signals(void)
{
    static const int held[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < ARRAY_LEN(held); i++) sigaddset(&set, held[i]);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int run_server(struct options *o)
{
    struct program p = {.loop = loop_new()};
    struct sim *sim = NULL;
    struct why why = {ERR_OK, ""};
    o->sim.quit = program_stop;
    o->sim.arg = &p;
    watch_signals(&p);
    enum err e = sim_new(p.loop, &o->sim, &sim, &why);
    unblock_signals();
    if (*why.text) sim_report(mem_printf("raydeck-sim: %s", why.text));
    for (int i = 0; e == ERR_OK && i < FAULT_COUNT; i++) {
        if (!o->faults[i]) continue;
        e = sim_set_fault(sim, (enum fault)i, true, &why);
        if (e != ERR_OK)
            sim_report(mem_printf("raydeck-sim: --fault %s: %s", fault_info((enum fault)i)->word, why.text));
    }
    if (e == ERR_OK) {
        puts("ready");
        fflush(stdout);
        if (o->with_stdin) watch_stdin(&p);
        loop_run(p.loop);
    }
    sim_free(sim);
    program_unwatch(&p);
    loop_free(p.loop);
    return e == ERR_OK ? 0 : EXIT_BACKEND;
}

static int run_monitor(int argc, char **argv)
{
    static const struct option known[] = {
        {"dir", required_argument, NULL, 'd'}, {"node", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
    const char *dir = NULL, *node = NULL;
    int which;
    while ((which = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (which == 'd') dir = optarg;
        if (which == 'n') node = optarg;
        if (which == '?') {
            option_report(argv);
            break;
        }
    }
    if (!dir || !node || optind < argc) {
        usage_print(stderr);
        return EXIT_USAGE;
    }
    return neuron_sim_monitor(dir, node);
}

/* The exit status: what was written to stdout may not have arrived. */
static int output_end(void)
{
    struct why why;
    if (file_close_output(&why) != ERR_IO) return 0;
    sim_report(mem_printf("raydeck-sim: %s", why.text));
    return 1;
}

int main(int argc, char **argv)
{
    struct options o;
    file_reserve_stdio();
    opterr = 0; /* getopt_long prints an option as it stands */
    if (argc > 1 && strcmp(argv[1], "monitor") == 0) return run_monitor(argc - 1, argv + 1);
    if (argc > 2 && strcmp(argv[1], "kubectl") == 0) return kubectl_sim(argv[2], (const char *const *)argv + 3);
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        usage_print(stdout);
        return output_end();
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("raydeck-sim " RAYDECK_VERSION);
        return output_end();
    }
    int status = options_read(&o, argc, argv);
    return status ? status : run_server(&o);
}
