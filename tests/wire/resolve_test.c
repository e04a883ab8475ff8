/*
 * resolve_test.c - name look-ups that do not come back, and names with more addresses than one. The resolver is this
 * program's own: it hangs for "slow" until the test lets it go.
 */
#include "backends/base/mem.h"
#include "backends/link/blocking.h"
#include "backends/link/bytes.h"
#include "backends/link/http.h"
#include "tests/support/tiny_server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static bool hangs;
static int inside; /* look-ups of "slow" that have not come back */

static struct addrinfo *address_of(const char *ip, unsigned port, struct addrinfo *next)
{
    struct addrinfo *a = calloc(1, sizeof *a + sizeof(struct sockaddr_in));
    struct sockaddr_in *sin = (struct sockaddr_in *)(void *)(a + 1);

    sin->sin_family = AF_INET;
    sin->sin_port = htons((uint16_t)port);
    assert_int_equal(inet_pton(AF_INET, ip, &sin->sin_addr), 1);
    *a = (struct addrinfo){.ai_family = AF_INET,
                           .ai_socktype = SOCK_STREAM,
                           .ai_addrlen = sizeof *sin,
                           .ai_addr = (struct sockaddr *)sin,
                           .ai_next = next};
    return a;
}

/* In place of the C library's, for this program and the libraries it is linked with. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res)
{
    unsigned port = service ? (unsigned)strtoul(service, NULL, 10) : 0;
    (void)hints;

    if (strcmp(node, "slow") == 0) {
        pthread_mutex_lock(&gate);
        inside++;
        pthread_cond_broadcast(&moved);
        while (hangs) pthread_cond_wait(&moved, &gate);
        inside--;
        pthread_cond_broadcast(&moved);
        pthread_mutex_unlock(&gate);
        return EAI_AGAIN;
    }
    if (strcmp(node, "two") == 0)
        *res = address_of("127.0.0.2", 1, address_of("127.0.0.1", port, NULL)); /* nobody listens on the first */
    else
        *res = address_of("127.0.0.1", port, NULL);
    return 0;
}

void freeaddrinfo(struct addrinfo *a)
{
    for (struct addrinfo *next; a; a = next) {
        next = a->ai_next;
        free(a);
    }
}

static void wait_inside(int count)
{
    pthread_mutex_lock(&gate);
    while (inside != count) pthread_cond_wait(&moved, &gate);
    pthread_mutex_unlock(&gate);
}

static int resolver_hangs(void **state)
{
    (void)state;
    hangs = true;
    return 0;
}

/* Every thread comes back before the next test, so that none outlives the program. */
static int let_go(void **state)
{
    (void)state;
    pthread_mutex_lock(&gate);
    hangs = false;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&gate);
    wait_inside(0);
    return 0;
}

struct seen {
    int opened, closed;
    enum err err;
    char why[160];
};

static void on_opened(void *arg)
{
    struct seen *s = arg;
    s->opened++;
}

static void on_received(void *arg, const char *bytes, size_t len)
{
    (void)arg, (void)bytes, (void)len;
}

static void on_closed(void *arg, enum err err, const char *why)
{
    struct seen *s = arg;
    s->closed++;
    s->err = err;
    strncpy(s->why, why, sizeof s->why - 1);
}

static struct bytes *open_tcp(struct loop *l, const char *host, unsigned port, uint64_t limit_ms, struct seen *s)
{
    return bytes_tcp(l, host, port, limit_ms, &(struct bytes_calls){on_opened, on_received, on_closed, s});
}

static void a_look_up_that_hangs_is_given_up_and_never_waited_for(void **state)
{
    struct loop *l = loop_new();
    struct seen s = {0};
    (void)state;

    struct bytes *b = open_tcp(l, "slow", 6379, 50, &s);
    wait_inside(1);
    while (!s.closed) loop_step(l, 100);
    assert_int_equal(s.err, ERR_TIMEOUT);
    assert_string_equal(s.why, "slow:6379: the name look-up does not return");
    bytes_free(b);
    loop_free(l); /* returns while the look-up hangs */
    wait_inside(1);
}

static void a_loop_ends_while_a_look_up_is_awaited(void **state)
{
    struct loop *l = loop_new();
    struct seen s = {0};
    (void)state;

    struct bytes *b = open_tcp(l, "slow", 6379, 0, &s);
    wait_inside(1);
    bytes_free(b);
    assert_false(loop_step(l, 1)); /* what was abandoned does not keep the loop alive */
    loop_free(l);
    assert_int_equal(s.closed, 0);
}

static void look_ups_that_come_back_late_tell_nobody(void **state)
{
    struct loop *l = loop_new();
    struct seen s = {0}, other = {0};

    struct bytes *b = open_tcp(l, "slow", 6379, 50, &s), *c = open_tcp(l, "slow", 6379, 0, &other);
    wait_inside(2);
    while (!s.closed) loop_step(l, 100);
    let_go(state);
    while (!other.closed) loop_step(l, 100);
    assert_int_equal(s.closed, 1);
    assert_int_equal(other.err, ERR_DNS);
    bytes_free(b);
    bytes_free(c);
    loop_free(l);
}

static void look_ups_that_hang_do_not_pile_up(void **state)
{
    struct loop *l = loop_new();
    struct seen s = {0};
    struct bytes *b[BLOCKING_CALLS + 4];
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(b); i++) b[i] = open_tcp(l, "slow", 6379, 0, &s);
    while (s.closed < 4) loop_step(l, 100);
    assert_int_equal(s.err, ERR_DNS);
    wait_inside(BLOCKING_CALLS);
    for (size_t i = 0; i < ARRAY_LEN(b); i++) bytes_free(b[i]);
    loop_free(l);
}

static void on_answer(void *arg, const struct http_answer *a)
{
    (void)a;
    ++*(int *)arg;
}

static void a_request_ends_while_its_name_is_looked_up(void **state)
{
    struct loop *l = loop_new();
    struct http_client *c = http_client_new(l, &(struct http_client_conf){.proxy = "", .user_agent = "test"});
    int answers = 0;
    (void)state;

    struct http_request *r = http_send(c, &(struct http_ask){.url = "http://slow/"},
                                       &(struct http_calls){.done = on_answer, .arg = &answers});
    assert_non_null(r);
    while (true) {
        loop_step(l, 20);
        pthread_mutex_lock(&gate);
        bool there = inside == 1;
        pthread_mutex_unlock(&gate);
        if (there) break;
    }
    http_cancel(r);
    http_client_free(c);
    loop_free(l);
    assert_int_equal(answers, 1); /* cancelled */
}

static struct tiny_reply server_reply(void *arg, const char *request)
{
    (void)arg, (void)request;
    return (struct tiny_reply){.bytes = ""};
}

static void the_second_address_of_a_name_is_tried(void **state)
{
    struct loop *l = loop_new();
    struct tiny_server *server = tiny_start(l, server_reply, NULL);
    struct seen s = {0};
    (void)state;

    struct bytes *b = open_tcp(l, "two", tiny_port(server), 10000, &s);
    while (!s.opened && !s.closed) loop_step(l, 100);
    assert_int_equal(s.opened, 1);
    bytes_free(b);
    tiny_stop(server);
    loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_look_up_that_hangs_is_given_up_and_never_waited_for, resolver_hangs, let_go),
        cmocka_unit_test_setup_teardown(a_loop_ends_while_a_look_up_is_awaited, resolver_hangs, let_go),
        cmocka_unit_test_setup_teardown(look_ups_that_come_back_late_tell_nobody, resolver_hangs, let_go),
        cmocka_unit_test_setup_teardown(look_ups_that_hang_do_not_pile_up, resolver_hangs, let_go),
        cmocka_unit_test_setup_teardown(a_request_ends_while_its_name_is_looked_up, resolver_hangs, let_go),
        cmocka_unit_test(the_second_address_of_a_name_is_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
