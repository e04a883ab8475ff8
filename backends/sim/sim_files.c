/* sim_files.c - writes kubeconfig, config.yaml and env. */
#include "backends/sim/sim_files.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/sha256.h"
#include "backends/base/text.h"
#include "backends/link/file.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 256 * 1024 };

char *sim_file(const char *dir, const char *name)
{
    return mem_printf("%s/%s", dir, name);
}

static enum err write_file(const char *dir, const char *name, struct buf *text, struct why *why)
{
    char *path = sim_file(dir, name);
    enum err e = file_write(path, buf_text(text), text->len, why);
    free(path);
    buf_wipe(text);
    return e;
}

static enum err write_kubeconfig(const struct sim_files *f, struct why *why)
{
    struct buf out, ca;
    buf_init(&out, FILE_MAX);
    buf_init(&ca, FILE_MAX);
    text_base64_encode(f->ca_pem, strlen(f->ca_pem), &ca);
    buf_printf(&out,
               "apiVersion: v1\nkind: Config\ncurrent-context: raydeck-sim\n"
               "clusters:\n- name: raydeck-sim\n  cluster:\n    server: https://127.0.0.1:%u\n"
               "    certificate-authority-data: %s\n"
               "contexts:\n- name: raydeck-sim\n  context: {cluster: raydeck-sim, user: raydeck-sim}\n"
               "users:\n- name: raydeck-sim\n  user:\n    token: %s\n",
               f->port, buf_text(&ca), f->token);
    buf_done(&ca);
    return write_file(f->dir, "kubeconfig", &out, why);
}

/* Appends a double-quoted YAML scalar. */
static void yaml_text(struct buf *out, const char *text)
{
    buf_char(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') buf_char(out, '\\');
        buf_char(out, *text);
    }
    buf_char(out, '"');
}

/* Appends a word in the shell's single quotes. */
static void shell_text(struct buf *out, const char *text)
{
    buf_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buf_str(out, "'\\''");
        else
            buf_char(out, *text);
    }
    buf_char(out, '\'');
}

static void neuron_command(struct buf *out, const struct sim_files *f, const char *knode)
{
    struct buf command;
    buf_init(&command, FILE_MAX);
    shell_text(&command, f->program);
    buf_str(&command, " monitor --dir ");
    shell_text(&command, f->dir);
    buf_printf(&command, " --node %s", knode);
    buf_str(out, "- ");
    yaml_text(out, buf_text(&command));
    buf_char(out, '\n');
    buf_done(&command);
}

static void kubectl_command(struct buf *out, const struct sim_files *f)
{
    struct buf command;
    buf_init(&command, FILE_MAX);
    shell_text(&command, f->program);
    buf_str(&command, " kubectl ");
    shell_text(&command, f->dir);
    buf_str(out, "\nkubectl: ");
    yaml_text(out, buf_text(&command));
    buf_done(&command);
}

static enum err write_config(const struct sim_files *f, struct why *why)
{
    struct buf out;
    struct sha256 sum;
    char *kubeconfig = sim_file(f->dir, "kubeconfig"), ca[SHA256_HEX];
    buf_init(&out, FILE_MAX);
    buf_str(&out, "# A simulated cluster: raydeck --config this-file\nkubeconfig: ");
    yaml_text(&out, kubeconfig);
    kubectl_command(&out, f);
    buf_str(&out, "\nneuron:\n");
    for (size_t i = 0; i < SIM_FILES_NODES && f->knodes[i]; i++) neuron_command(&out, f, f->knodes[i]);
    sha256_init(&sum);
    sha256_add(&sum, f->ca_pem, strlen(f->ca_pem));
    sha256_hex(&sum, ca);
    buf_printf(&out,
               "contexts:\n- name: raydeck-sim\n  server: https://127.0.0.1:%u\n  ca: sha256:%s\n  development: true\n",
               f->port, ca);
    free(kubeconfig);
    return write_file(f->dir, "config.yaml", &out, why);
}

/* Writes the variables of our manifests. */
static enum err write_env(const struct sim_files *f, struct why *why)
{
    struct buf out;
    buf_init(&out, FILE_MAX);
    buf_printf(
        &out,
        "EXT_REDIS_ENDPOINT=127.0.0.1\nREDIS_PORT=%u\nREDIS_SCHEME=redis\nREDIS_PASSWORD=%s\n"
        "HUGGING_FACE_HUB_TOKEN=hf_simulated\n"
        "RAY_VERSION=2.60.0\nRAY_SERVE_IMAGE=public.ecr.aws/data-on-eks/ray2.60.0-py310-mistral7b-neuron:2.60.0\n",
        f->redis_port, f->redis_password);
    return write_file(f->dir, "env", &out, why);
}

enum err sim_files_write(const struct sim_files *f, struct why *why)
{
    enum err e = write_kubeconfig(f, why);
    if (e == ERR_OK) e = write_config(f, why);
    return e == ERR_OK ? write_env(f, why) : e;
}
