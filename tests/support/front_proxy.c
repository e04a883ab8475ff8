/* front_proxy.c - a thread a connection, each with a connection of its own to the API server's proxy; see
 * front_proxy.h.
 */
#include "tests/support/front_proxy.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/yaml.h"
#include "backends/link/file.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SERVE "/api/v1/namespaces/mistral/services/mistral-serve-svc:serve/proxy"
enum { FILE_MAX = 64 * 1024, HEAD_MAX = 16 * 1024, BODY_MAX = 1 << 20 };

struct front_counts {
    atomic_uint connections, requests;
};
struct front_proxy {
    pid_t pid;
    int listener;
    char *url, *server, *header; /* header: with the bearer token */
    struct buf ca;
    struct front_counts *counts; /* shared with the process */
};

/* ---- the process ------------------------------------------------------------------------------------------------- */

struct front_peer {
    const struct front_proxy *proxy;
    int fd;
};

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    return buf_add(arg, bytes, size * count) == ERR_OK ? size * count : 0;
}

static bool bytes_write(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* The path of the next request, of which nothing else matters here. False: the client has closed. */
static bool request_read(int fd, char path[HEAD_MAX])
{
    char head[HEAD_MAX] = "";
    size_t len = 0;

    while (!strstr(head, "\r\n\r\n")) {
        const ssize_t n = len + 1 < sizeof head ? recv(fd, head + len, sizeof head - 1 - len, 0) : -1;
        if (n <= 0) return false;
        len += (size_t)n;
        head[len] = '\0';
    }
    return sscanf(head, "GET %16383s ", path) == 1;
}

static bool answer_write(int fd, long status, struct buf *body)
{
    char head[256];
    const int len = snprintf(head, sizeof head,
                             "HTTP/1.1 %ld From-Upstream\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n",
                             status, body->len);

    return bytes_write(fd, head, (size_t)len) && bytes_write(fd, body->data, body->len);
}

static void *peer_serve(void *arg)
{
    struct front_peer *peer = arg;
    const struct front_proxy *p = peer->proxy;
    struct curl_blob ca = {p->ca.data, p->ca.len, CURL_BLOB_NOCOPY};
    struct curl_slist *headers = curl_slist_append(NULL, p->header);
    struct buf body;
    CURL *easy = curl_easy_init();
    char path[HEAD_MAX];
    long status = 502;
    bool open = true;

    buf_init(&body, BODY_MAX);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
    while (open && request_read(peer->fd, path)) {
        char *url = mem_printf("%s" SERVE "%s", p->server, path);
        buf_clear(&body);
        curl_easy_setopt(easy, CURLOPT_URL, url);
        if (curl_easy_perform(easy) == CURLE_OK) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        open = answer_write(peer->fd, status, &body);
        atomic_fetch_add(&p->counts->requests, 1);
        free(url);
    }
    buf_done(&body);
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    close(peer->fd);
    free(peer);
    return NULL;
}

static void peers_accept(const struct front_proxy *p)
{
    for (;;) {
        struct front_peer *peer = mem_zero(1, sizeof *peer);
        pthread_t thread;
        *peer = (struct front_peer){p, accept(p->listener, NULL, NULL)};
        if (peer->fd < 0 || pthread_create(&thread, NULL, peer_serve, peer)) _exit(1);
        pthread_detach(thread);
        atomic_fetch_add(&p->counts->connections, 1);
    }
}

/* ---- the test's side ----------------------------------------------------------------------------------------------
 */

static const struct yaml_node *member_of_first(const struct yaml_node *root, const char *list, const char *member)
{
    const struct yaml_node *items = yaml_get(root, list);
    return items && items->count ? yaml_get(items->items[0], member) : NULL;
}

static void kubeconfig_read(struct front_proxy *p, const struct sim_run *sim)
{
    struct buf text;
    struct yaml *y = NULL;
    struct why why = {0};
    char *path = mem_printf("%s/kubeconfig", sim_run_folder(sim));

    buf_init(&text, FILE_MAX);
    if (file_read(path, &text, &why) || yaml_parse(path, buf_text(&text), text.len, &y, &why)) fail_msg("%s", why.text);
    const struct yaml_node *cluster = member_of_first(yaml_root(y), "clusters", "cluster");
    const char *ca = yaml_str(cluster, "certificate-authority-data");
    assert_int_equal(text_base64_decode(ca, strlen(ca), &p->ca), ERR_OK);
    p->server = mem_str(yaml_str(cluster, "server"));
    p->header =
        mem_printf("Authorization: Bearer %s", yaml_str(member_of_first(yaml_root(y), "users", "user"), "token"));
    yaml_tree_free(y);
    buf_done(&text);
    free(path);
}

struct front_proxy *front_proxy_start(const struct sim_run *sim)
{
    struct front_proxy *p = mem_zero(1, sizeof *p);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    const pid_t parent = getpid();

    buf_init(&p->ca, FILE_MAX);
    kubeconfig_read(p, sim);
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(p->listener, 64), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&at, &len), 0);
    p->url = mem_printf("http://127.0.0.1:%u", ntohs(at.sin_port));
    p->counts = mmap(NULL, sizeof *p->counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(p->counts, MAP_FAILED);
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(1);
        /* What the test holds open, a simulator's stdin among it, ends with the test. */
        p->listener = dup2(p->listener, STDERR_FILENO + 1);
        if (p->listener < 0 || close_range((unsigned)p->listener + 1, ~0U, 0)) _exit(1);
        peers_accept(p);
    }
    return p;
}

void front_proxy_stop(struct front_proxy *p)
{
    if (!p) return;
    kill(p->pid, SIGKILL);
    waitpid(p->pid, NULL, 0);
    close(p->listener);
    munmap(p->counts, sizeof *p->counts);
    buf_done(&p->ca);
    free(p->url);
    free(p->server);
    mem_free_secret(p->header);
    free(p);
}

const char *front_proxy_url(const struct front_proxy *p)
{
    return p->url;
}

unsigned front_proxy_connections(const struct front_proxy *p)
{
    return atomic_load(&p->counts->connections);
}

unsigned front_proxy_requests(const struct front_proxy *p)
{
    return atomic_load(&p->counts->requests);
}
