/* term_test.c - the terminal module in a pseudo-terminal: this program runs itself with --draw and reads the screen
 * back. */
#include "tui/term/term.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "tests/support/deadline.h"
#include "tests/support/pty.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the program under test: draws what it is told, by letters typed ---- */

struct drawn {
    struct loop *loop;
    struct term *term;
    struct canvas cv;
    char last[32], paste[64];
    bool dirty, flood, cursor;
    int frames, resized, resumed, clicks, status, raised;
};

/* Runs out of stack. */
static int stack_overflow(int n) // NOLINT(misc-no-recursion)
{
    volatile char page[16 * 1024];
    page[0] = (char)n;
    return n < 0 ? n : stack_overflow(n + 1) + page[0];
}

static void frame_draw(struct drawn *d)
{
    int rows, cols;
    term_size(d->term, &rows, &cols);
    if (rows != d->cv.rows || cols != d->cv.cols) {
        canvas_done(&d->cv);
        canvas_init(&d->cv, rows, cols);
    }
    d->cv.ascii = term_ascii(d->term);
    canvas_clear(&d->cv, ROLE_TEXT);
    canvas_printf(&d->cv, 0, 0, ROLE_TEXT, "size %dx%d key %s paste %s end", rows, cols, d->last, d->paste);
    canvas_text(&d->cv, 4, 0, ROLE_DIM, term_note(d->term));
    canvas_printf(&d->cv, 1, 0, ROLE_TEXT, "resized %d resumed %d clicks %d", d->resized > 0, d->resumed > 0,
                  d->clicks);
    int col = canvas_text(&d->cv, 2, 0, ROLE_OK, "fine");
    col = canvas_text(&d->cv, 2, col + 1, ROLE_WARN, "warn");
    col = canvas_text(&d->cv, 2, col + 1, ROLE_BAD, "bad");
    canvas_text(&d->cv, 2, col + 1, ROLE_ARMED, "armed");
    canvas_text(&d->cv, 3, 0, ROLE_TEXT, "wide 日本 and e\xCC\x81 · ─ end");
    if (d->cursor) canvas_cursor(&d->cv, 4, 7);
    if (d->flood)
        for (int r = 5; r < rows - 1; r++)
            for (int c = 0; c < cols; c++)
                canvas_fill(&d->cv, r, c, 1, 1, (enum role)((r + c + d->frames) % ROLE_COUNT),
                            (uint32_t)('a' + (r * c + d->frames) % 26));
    canvas_text(&d->cv, rows - 1, 0, ROLE_TEXT, "bottom");
    d->frames++;
    term_frame(d->term, &d->cv);
}

static void on_ready(void *arg)
{
    struct drawn *d = arg;
    if (!d->dirty && !d->flood) return;
    d->dirty = false;
    frame_draw(d);
}

static void frame_changed(struct drawn *d)
{
    d->dirty = true;
    if (term_may_draw(d->term)) on_ready(d);
}

static void drawn_finish(struct drawn *d, int status)
{
    d->status = status;
    loop_stop(d->loop);
}

static void on_key(struct drawn *d, const struct input *in)
{
    key_text(in, d->last);
    if (strcmp(d->last, "q") == 0) drawn_finish(d, 0);
    if (strcmp(d->last, "f") == 0) d->flood = true;
    if (strcmp(d->last, "s") == 0) d->flood = false;
    if (strcmp(d->last, "c") == 0) d->cursor = true;
    if (strcmp(d->last, "b") == 0) term_bell(d->term);
    if (strcmp(d->last, "t") == 0) term_title(d->term, "raydeck: head down");
    if (strcmp(d->last, "^Z") == 0) term_suspend(d->term);
    if (strcmp(d->last, "S") == 0) raise(d->raised);
    if (strcmp(d->last, "O") == 0) d->status = stack_overflow(d->status);
    if (strcmp(d->last, "M") == 0) free(mem_zero((size_t)-1, 2)); /* exhausted */
    if (strcmp(d->last, "C") == 0) {
        term_close(d->term); /* from within its own callback */
        d->term = NULL;
        drawn_finish(d, 5);
    }
}

static void on_input(void *arg, const struct input *in)
{
    struct drawn *d = arg;
    if (in->type == INPUT_KEY) on_key(d, in);
    if (in->type == INPUT_PASTE) snprintf(d->paste, sizeof d->paste, "%s", in->paste);
    if (in->type == INPUT_RESIZE) d->resized++;
    if (in->type == INPUT_MOUSE && in->mouse == MOUSE_PRESS) d->clicks = in->row * 100 + in->col;
    if (d->term) frame_changed(d);
}

static void on_quit(void *arg, int number)
{
    drawn_finish(arg, number ? 100 + number : 99);
}

static void on_resumed(void *arg)
{
    struct drawn *d = arg;
    d->resumed++;
    frame_changed(d);
}

/* With a page and a colour of its own. */
static void light_read(struct theme *ret)
{
    theme_default(ret);
    ret->look[ROLE_TEXT] = (struct look){.fg = COLOR_RGB | 0x1f2328, .bg = COLOR_RGB | 0xfdfdfd};
    ret->look[ROLE_OK] = (struct look){.fg = COLOR_RGB | 0x00661a, .bg = COLOR_DEFAULT};
}

static int run_drawn(int argc, char **argv)
{
    struct drawn d = {.last = "none", .dirty = true};
    struct why why;
    struct term_conf conf = {.in = 0, .out = 1};
    struct theme light;
    light_read(&light);
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--mouse") == 0) conf.mouse = true;
        if (strcmp(argv[i], "--never") == 0) conf.color = "never";
        if (strcmp(argv[i], "--always") == 0) conf.color = "always";
        if (strcmp(argv[i], "--light") == 0) conf.theme = &light;
        if (strcmp(argv[i], "--raise") == 0 && i + 1 < argc) d.raised = atoi(argv[i + 1]);
    }
    d.loop = loop_new();
    if (term_open(d.loop, &conf, &(struct term_calls){on_input, on_ready, on_quit, on_resumed, NULL, &d}, &d.term,
                  &why)) {
        fprintf(stderr, "refused: %s\n", why.text);
        loop_free(d.loop);
        return 3;
    }
    canvas_init(&d.cv, 1, 1);
    on_ready(&d);
    loop_run(d.loop);
    term_close(d.term);
    canvas_done(&d.cv);
    loop_free(d.loop);
    return d.status;
}

/* ---- the tests ---- */

static char self[4096];

static struct pty *start_with(const char *term, const char *env, const char *option, bool mute)
{
    char *name = mem_printf("TERM=%s", term);
    const char *argv[] = {self, "--draw", option, NULL}, *envs[] = {name, env, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .env = envs, .mute = mute});
    free(name);
    return p;
}

static struct pty *term_start(const char *option)
{
    return start_with("xterm-256color", NULL, option, false);
}

static void assert_left(struct pty *p, int status)
{
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), status);
    assert_true(pty_modes_restored(p));
    assert_false(pty_alternate(p));
    int row, col;
    bool shown;
    pty_cursor(p, &row, &col, &shown);
    assert_true(shown);
}

static void draws_and_leaves(void **state)
{
    (void)state;
    struct pty *p = term_start(NULL);
    pty_see(p, "^size 24x80 key none");
    pty_see(p, "^wide 日本 and e\xCC\x81 · ─ end$");
    pty_see(p, "^bottom$");
    assert_true(pty_alternate(p));
    assert_false(pty_modes_restored(p));
    struct pty_cell wide = pty_cell(p, 3, 5);
    assert_string_equal(wide.text, "日");
    assert_int_equal(wide.width, 2);
    pty_send(p, "q");
    assert_left(p, 0);
    pty_stop(p);
}

static void keys_pastes_and_the_mouse_arrive(void **state)
{
    (void)state;
    struct pty *p = term_start("--mouse");
    pty_see(p, "key none");
    pty_send(p, "\033[A");
    pty_see(p, "key Up");
    pty_send(p, "\033");
    pty_see(p, "key Esc");
    pty_send(p, "\003");
    pty_see(p, "key \\^C");
    pty_send(p, "\033[200~q\033[201~");
    pty_see(p, "paste q end");
    pty_send(p, "\033[<0;8;4M");
    pty_see(p, "clicks 307");
    pty_send(p, "c");
    pty_see(p, "key c");
    int row, col;
    bool shown;
    pty_cursor(p, &row, &col, &shown);
    assert_true(shown);
    assert_int_equal(row, 4);
    assert_int_equal(col, 7);
    pty_send(p, "q");
    assert_left(p, 0);
    assert_non_null(strstr(pty_raw(p, NULL), "\033[?1000l"));
    assert_non_null(strstr(pty_raw(p, NULL), "\033[?2004l"));
    pty_stop(p);
}

static void colours_are_the_nearest_there_are(void **state)
{
    (void)state;
    struct pty *p = term_start(NULL);
    pty_see(p, "^bottom");
    struct pty_cell bad = pty_cell(p, 2, 10), armed = pty_cell(p, 2, 14);
    assert_string_equal(bad.text, "b");
    assert_true(bad.bold);
    assert_false(bad.fg_default);
    assert_true((bad.fg >> 16) > 0xC0 && (bad.fg & 0xFF) < 0x80);
    assert_true(bad.bg_default);
    assert_string_equal(armed.text, "a");
    assert_false(armed.bg_default);
    pty_send(p, "q");
    assert_left(p, 0);
    pty_stop(p);

    static const char *const eight[] = {"xterm", "linux"};
    for (size_t i = 0; i < ARRAY_LEN(eight); i++) {
        p = start_with(eight[i], NULL, NULL, false);
        pty_see(p, "^bottom");
        bad = pty_cell(p, 2, 10);
        assert_true(bad.bold);
        assert_false(bad.fg_default);
        assert_true((bad.fg >> 16) > 0x80 && (bad.fg & 0xFF) < 0x80);
        pty_send(p, "q");
        assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
        assert_true(pty_modes_restored(p));
        assert_null(strstr(pty_raw(p, NULL), "38;5"));
        pty_stop(p);
    }
}

static void assert_mono(struct pty *p)
{
    pty_see(p, "^bottom");
    struct pty_cell bad = pty_cell(p, 2, 10), armed = pty_cell(p, 2, 14);
    assert_string_equal(bad.text, "b");
    assert_true(bad.bold);
    assert_true(bad.fg_default);
    assert_true(armed.reverse);
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    assert_true(pty_modes_restored(p));
    pty_stop(p);
}

static void mono_shows_by_attributes(void **state)
{
    (void)state;
    assert_mono(start_with("vt100", NULL, NULL, false));
    assert_mono(term_start("--never"));
    assert_mono(start_with("xterm-256color", "NO_COLOR=1", NULL, false));
    struct pty *p = start_with("xterm-256color", "NO_COLOR=1", "--always", false);
    pty_see(p, "^bottom");
    assert_false(pty_cell(p, 2, 10).fg_default);
    pty_stop(p);
}

static void ascii_where_the_locale_is(void **state)
{
    (void)state;
    struct pty *p = start_with("xterm-256color", "LC_ALL=C", NULL, false);
    pty_see(p, "^wide \\?\\?\\?\\? and e \\. - end$");
    pty_send(p, "q");
    assert_left(p, 0);
    pty_stop(p);
}

static void refuses_what_it_cannot_draw_on(void **state)
{
    (void)state;
    static const struct {
        const char *term, *says;
    } refused[] = {{"dumb", "^refused: the terminal is dumb .*raydeck status$"},
                   {"", "^refused: TERM is not set; .*raydeck status$"}};
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        char *name = mem_printf("TERM=%s", refused[i].term);
        const char *argv[] = {self, "--draw", NULL}, *env[] = {name, NULL};
        struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .env = env, .cols = 200});
        free(name);
        assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 3);
        pty_see(p, refused[i].says);
        assert_null(strchr(pty_raw(p, NULL), '\033'));
        assert_true(pty_modes_restored(p));
        pty_stop(p);
    }
}

static void a_pipe_is_no_terminal(void **state)
{
    (void)state;
    const char *argv[] = {"/bin/sh", "-c", NULL, NULL};
    char *command = mem_printf("%s --draw | cat", self);
    argv[2] = command;
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .cols = 200});
    pty_see(p, "^refused: this is not a terminal; use --linear, or raydeck status");
    pty_stop(p);
    free(command);
}

static bool screen_idle(struct pty *p, void *arg)
{
    uint64_t *before = arg;
    bool same = pty_bytes(p) == *before;
    *before = pty_bytes(p);
    return same;
}

static void an_unchanged_frame_sends_nothing(void **state)
{
    (void)state;
    struct pty *p = term_start(NULL);
    pty_see(p, "^bottom");
    pty_send(p, "x");
    pty_see(p, "key x");
    uint64_t before = 0;
    assert_true(pty_wait(p, screen_idle, &before, DEADLINE_MS));
    pty_send(p, "x"); /* draws the same again */
    pty_pump(p, 150);
    assert_int_equal(pty_bytes(p), before);
    pty_send(p, "y");
    pty_see(p, "key y");
    assert_in_range(pty_bytes(p) - before, 1, 40);
    pty_send(p, "q");
    assert_left(p, 0);
    pty_stop(p);
}

static void a_reader_that_stops_does_not_hold_up_the_loop(void **state)
{
    (void)state;
    struct pty *p = start_with("xterm-256color", NULL, NULL, false);
    pty_see(p, "^bottom");
    pty_resize(p, 100, 200);
    pty_see(p, "size 100x200");
    pty_send(p, "f");
    pty_see(p, "key f");
    pty_read(p, false);
    pty_pump(p, 300); /* more than the kernel keeps for it is on its way */
    pty_signal(p, SIGTERM);
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 100 + SIGTERM);
    assert_true(pty_modes_restored(p));
    pty_read(p, true);
    pty_wait_exit(p, 100);
    assert_false(pty_alternate(p));
    pty_stop(p);
}

/* How soon: pace_test.c. */
static void a_terminal_that_never_answers_is_paced_by_time(void **state)
{
    (void)state;
    struct pty *p = start_with("xterm-256color", NULL, NULL, true);
    pty_see(p, "key none");
    pty_send(p, "a");
    pty_send(p, "b");
    pty_see(p, "key b");
    /* Answers that were lost are not waited for once it does answer. */
    pty_mute(p, false);
    pty_send(p, "d");
    pty_see(p, "key d");
    uint64_t before = loop_now_ms();
    /* A few frames may follow at once after a calm (PACE_BURST); the others keep their distance. */
    static const char *const keys[] = {"e", "g", "h", "i", "j", "k", "l", "m", "n", "o", "r", "t"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        char *seen = mem_printf("key %s", keys[i]);
        pty_send(p, keys[i]);
        pty_see(p, seen);
        free(seen);
    }
    assert_true(loop_now_ms() - before >= (12 - 1 - 4) * 50);
    pty_send(p, "q");
    assert_left(p, 0);
    pty_stop(p);
}

/* ---- kinds of terminals, each a peer that answers what its kind does ---- */

static const struct pty_reply answers_all[] = {{"\033[5n", "\033[0n"}, {"\033[?2026$p", "\033[?2026;2$y"}, {0}};
static const struct pty_reply knows_no_sync[] = {{"\033[5n", "\033[0n"}, {"\033[?2026$p", "\033[?2026;0$y"}, {0}};
static const struct pty_reply answers_5n[] = {{"\033[5n", "\033[0n"}, {0}};
static const struct pty_reply answers_sync[] = {{"\033[?2026$p", "\033[?2026;1$y"}, {0}}; /* late, and alone */

struct kind {
    const char *term, *env;
    const struct pty_reply *replies;
    bool has_entry, syncs, asked;
};
static const struct kind kinds[] = {
    {"xterm-256color", NULL, answers_all, true, true, true},
    {"xterm-256color", NULL, knows_no_sync, true, false, true},
    {"xterm-256color", "TERM_PROGRAM=Apple_Terminal", answers_5n, true, false, false},
    {"xterm-kitty", "TERMINFO_DIRS=/nowhere:", answers_all, false, true, true},
    {"xterm-ghostty", NULL, answers_all, false, true, true},
    {"alacritty", NULL, answers_all, false, true, true},
    {"foot", NULL, answers_all, false, true, true},
    {"no-such-terminal", NULL, answers_5n, false, false, true},
    {"tmux-256color", "TMUX=/nowhere,1,0", answers_5n, true, false, true},
    {"xterm-256color", NULL, answers_sync, true, true, true},
    {"linux", NULL, answers_5n, true, false, false},
};

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (; (text = strstr(text, what)); text += strlen(what)) count++;
    return count;
}

/* The last frame that is synchronised has its end. */
static bool frame_has_ended(struct pty *p, void *arg)
{
    const char *begun = NULL;
    (void)arg;
    for (const char *at = pty_raw(p, NULL); (at = strstr(at, "\033[?2026h")); at++) begun = at;
    return begun && strstr(begun, "\033[?2026l");
}

/* An entry that is there makes no difference but the note: ncurses-term has those of the newer terminals. */
static bool is_noted(struct pty *p)
{
    char *screen = pty_screen(p);
    const bool noted = strstr(screen, "has no terminfo entry here: drawn as xterm-256color");
    free(screen);
    return noted;
}

static void kind_is_drawn_on(const struct kind *k)
{
    char *name = mem_printf("TERM=%s", k->term);
    const char *argv[] = {self, "--draw", NULL}, *env[] = {name, k->env, NULL};
    struct pty *p =
        pty_start(&(struct pty_conf){.argv = argv, .env = env, .cols = 100, .mute = true, .replies = k->replies});
    pty_see(p, "^size 24x100 key none");
    pty_see(p, "^bottom");
    if (k->has_entry && is_noted(p)) fail_msg("%s has an entry", k->term);
    if (strcmp(k->term, "no-such-terminal") == 0) assert_true(is_noted(p));
    if ((count_of(pty_raw(p, NULL), "\033[?2026$p") > 0) != k->asked) fail_msg("%s: the question", k->term);
    pty_send(p, "f");
    pty_see(p, "key f");
    pty_send(p, "s");
    pty_see(p, "key s");
    if (k->syncs && !pty_wait(p, frame_has_ended, NULL, DEADLINE_MS)) fail_msg("%s: no synchronised frame", k->term);
    if (!k->syncs && count_of(pty_raw(p, NULL), "\033[?2026h") > 0) fail_msg("%s: synchronised", k->term);
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    assert_true(pty_modes_restored(p));
    pty_stop(p);
    free(name);
}

static void every_kind_of_terminal_is_drawn_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) kind_is_drawn_on(&kinds[i]);
}

static void a_console_gets_what_its_font_has(void **state)
{
    (void)state;
    struct pty *p = start_with("linux", NULL, NULL, false);
    pty_see(p, "^wide \\?\\?\\?\\? and e · ─ end$");
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    pty_stop(p);
}

static void colours_are_direct_where_colorterm_says_so(void **state)
{
    (void)state;
    struct pty *p = start_with("xterm-256color", "COLORTERM=truecolor", "--light", false);
    pty_see(p, "^bottom");
    assert_string_equal(pty_cell(p, 2, 0).text, "f");
    assert_int_equal(pty_cell(p, 2, 0).fg, 0x00661a);
    pty_send(p, "q");
    assert_left(p, 0);
    pty_stop(p);
    p = start_with("xterm-256color", "COLORTERM=truecolor", NULL, false); /* what is the terminal's own stays so */
    pty_see(p, "^bottom");
    assert_null(strstr(pty_raw(p, NULL), "8;2;"));
    assert_true(pty_cell(p, 2, 60).bg_default);
    pty_send(p, "q");
    assert_left(p, 0);
    pty_stop(p);
    /* Within GNU screen COLORTERM is that of the terminal around it. */
    p = start_with("screen-256color", "COLORTERM=truecolor", "--light", false);
    pty_see(p, "^bottom");
    assert_null(strstr(pty_raw(p, NULL), ";2;0;102;26"));
    pty_send(p, "q");
    assert_left(p, 0);
    pty_stop(p);
}

static void a_theme_has_a_page_of_its_own(void **state)
{
    (void)state;
    static const char *const terms[] = {"xterm-256color", "linux"};
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        struct pty *p = start_with(terms[i], NULL, "--light", false);
        pty_see(p, "^bottom");
        static const int at[][2] = {{0, 0}, {2, 0}, {2, 60}, {20, 40}, {23, 79}};
        for (size_t k = 0; k < ARRAY_LEN(at); k++) {
            const struct pty_cell cell = pty_cell(p, at[k][0], at[k][1]);
            if (cell.bg_default || (cell.bg & 0xff) < 0xc0)
                fail_msg("%s: row %d, column %d is on #%06x", terms[i], at[k][0], at[k][1], (unsigned)cell.bg);
        }
        pty_send(p, "q");
        assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
        pty_stop(p);
    }
}

static void a_flood_of_resizes_ends_at_the_last(void **state)
{
    (void)state;
    struct pty *p = term_start(NULL);
    pty_see(p, "^bottom");
    for (int i = 0; i < 300; i++) {
        pty_resize(p, 5 + i % 60, 20 + i % 150);
        if (i % 50 == 0) pty_pump(p, 5);
    }
    pty_resize(p, 1, 1);
    pty_resize(p, 30, 90);
    pty_see(p, "^size 30x90 .* end$");
    pty_see(p, "^resized 1");
    char *line = pty_line(p, 29);
    assert_string_equal(line, "bottom");
    free(line);
    pty_send(p, "q");
    assert_left(p, 0);
    pty_stop(p);
}

static void stops_and_goes_on(void **state)
{
    (void)state;
    static const char *const ways[] = {"\032", NULL};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        struct pty *p = term_start(NULL);
        pty_see(p, "^bottom");
        if (ways[i])
            pty_send(p, ways[i]);
        else
            pty_signal(p, SIGTSTP);
        assert_true(pty_wait_stopped(p, DEADLINE_MS));
        pty_pump(p, 50);
        assert_true(pty_modes_restored(p));
        assert_false(pty_alternate(p));
        pty_resize(p, 20, 70);
        pty_signal(p, SIGCONT);
        pty_see(p, "^size 20x70");
        pty_see(p, "resumed 1");
        assert_true(pty_alternate(p));
        assert_false(pty_modes_restored(p));
        pty_send(p, "q");
        assert_left(p, 0);
        pty_stop(p);
    }
}

static void every_end_restores_the_terminal(void **state)
{
    (void)state;
    static const int asked[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        struct pty *p = term_start(NULL);
        pty_see(p, "^bottom");
        pty_signal(p, asked[i]);
        assert_left(p, 100 + asked[i]);
        pty_stop(p);
    }
    struct pty *p = term_start(NULL);
    pty_see(p, "^bottom");
    pty_send(p, "C");
    assert_left(p, 5);
    pty_stop(p);
    p = start_with("xterm-256color", "ASAN_OPTIONS=allocator_may_return_null=1", NULL, false);
    pty_see(p, "^bottom");
    pty_send(p, "M");
    assert_left(p, 70);
    pty_stop(p);
}

static struct pty *start_raising(int number)
{
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    const char *env[] = {"ASAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigill=0:handle_sigfpe=0:handle_sigbus=0",
                         "UBSAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigill=0:handle_sigfpe=0:handle_sigbus=0",
                         NULL};
    const char *argv[] = {self, "--draw", "--raise", text, NULL};
    return pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 24, .cols = 80});
}

/* Every signal whose default ends a process and that can be caught, bar those that are keys and SIGPIPE, which is
 * ignored; raised from within and sent from without. */
static void a_fatal_signal_restores_the_terminal(void **state)
{
    (void)state;
    static const int numbers[] = {SIGSEGV, SIGABRT, SIGQUIT, SIGBUS,    SIGILL,  SIGFPE,  SIGTRAP, SIGSYS,
                                  SIGXCPU, SIGXFSZ, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGPOLL};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        for (int sent = 0; sent < 2; sent++) {
            struct pty *p = start_raising(numbers[i]);
            pty_see(p, "^bottom");
            if (sent)
                pty_signal(p, numbers[i]);
            else
                pty_send(p, "S");
            assert_left(p, 128 + numbers[i]);
            pty_stop(p);
        }
}

static void an_overflowing_stack_restores_the_terminal(void **state)
{
    (void)state;
    struct pty *p = start_raising(SIGSEGV);
    pty_see(p, "^bottom");
    pty_send(p, "O");
    assert_left(p, 128 + SIGSEGV);
    pty_stop(p);
}

/* A shell that runs the program, and then reads a line as shells do. */
static struct pty *start_under_a_shell(bool mute)
{
    static char command[sizeof self + 100];
    snprintf(command, sizeof command, "'%s' --draw --raise 15; IFS= read -r line; printf '%%s' \"got<$line>\" | cat -v",
             self);
    const char *argv[] = {"/bin/sh", "-c", command, NULL};
    return pty_start(&(struct pty_conf){.argv = argv, .rows = 24, .cols = 80, .mute = mute});
}

static bool left_the_screen(struct pty *p, void *arg)
{
    (void)arg;
    return !pty_alternate(p);
}

static bool modes_restored(struct pty *p, void *arg)
{
    (void)arg;
    return pty_modes_restored(p);
}

static void a_late_answer_never_reaches_the_shell(void **state)
{
    (void)state;
    struct pty *p = start_under_a_shell(false);
    pty_see(p, "^bottom");
    pty_send(p, "x");
    pty_see(p, "key x");
    pty_mute(p, true); /* it answers, but late */
    pty_send(p, "cq");
    assert_true(pty_wait(p, left_the_screen, NULL, DEADLINE_MS));
    pty_pump(p, 600);
    pty_send(p, "\033[0n");
    assert_true(pty_wait(p, modes_restored, NULL, DEADLINE_MS));
    pty_send(p, "mine\n");
    pty_see(p, "got<mine>");
    pty_stop(p);
}

/* The same of one that has not answered yet, when a signal ends the program. */
static void an_answer_after_a_signal_never_reaches_the_shell(void **state)
{
    (void)state;
    struct pty *p = start_under_a_shell(true);
    pty_see(p, "^bottom");
    pty_send(p, "S");
    assert_true(pty_wait(p, left_the_screen, NULL, DEADLINE_MS));
    pty_send(p, "\033[?2026;2$y\033[0n");
    assert_true(pty_wait(p, modes_restored, NULL, DEADLINE_MS));
    pty_send(p, "mine\n");
    pty_see(p, "got<mine>");
    pty_stop(p);
}

static bool has_asked(struct pty *p, void *arg)
{
    return pty_frames(p) > *(uint64_t *)arg;
}

/* An answer that is outstanding, or was read together with the key, is not left to whoever has the terminal next. */
static void stops_once_it_has_its_answers(void **state)
{
    (void)state;
    static const char *const keys[] = {"\032", "\032\033[0n"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct pty *p = term_start(NULL);
        pty_see(p, "^bottom");
        pty_mute(p, true);
        uint64_t frames = pty_frames(p);
        pty_send(p, "x");
        assert_true(pty_wait(p, has_asked, &frames, DEADLINE_MS));
        pty_send(p, keys[i]);
        assert_true(pty_wait(p, left_the_screen, NULL, DEADLINE_MS));
        if (i == 0) {
            pty_see(p, "waiting for the terminal's answer");
            assert_false(pty_wait_stopped(p, 0));
            pty_send(p, "\033[0n");
        }
        assert_true(pty_wait_stopped(p, DEADLINE_MS));
        assert_true(pty_modes_restored(p));
        if (i == 1) assert_null(strstr(pty_raw(p, NULL), "waiting for"));
        pty_mute(p, false);
        pty_signal(p, SIGCONT);
        pty_see(p, "resumed 1");
        pty_send(p, "q");
        assert_left(p, 0);
        pty_stop(p);
    }
}

static void a_terminal_that_never_answers_is_left(void **state)
{
    (void)state;
    struct pty *p = start_under_a_shell(true);
    pty_see(p, "^bottom");
    pty_send(p, "x");
    pty_see(p, "key x"); /* the second frame: the first answer was waited for in vain */
    pty_send(p, "q");    /* how long it waits: pace_test.c */
    assert_true(pty_wait(p, modes_restored, NULL, DEADLINE_MS));
    pty_send(p, "\n");
    pty_see(p, "got<>");
    pty_stop(p);
}

static void two_signals_restore_the_terminal_as_one_does(void **state)
{
    (void)state;
    struct pty *p = term_start(NULL);
    pty_see(p, "^bottom");
    pty_mute(p, true);
    pty_send(p, "x");
    pty_see(p, "key x");
    pty_signal(p, SIGTERM);
    assert_true(pty_wait(p, left_the_screen, NULL, DEADLINE_MS)); /* waiting for the answer */
    pty_signal(p, SIGTERM);
    int status = pty_wait_exit(p, DEADLINE_MS);
    assert_true(status == 100 + SIGTERM || status == 128 + SIGTERM);
    assert_true(pty_modes_restored(p));
    pty_stop(p);
}

static void a_dropped_line_is_told(void **state)
{
    (void)state;
    struct pty *p = term_start(NULL);
    pty_see(p, "^bottom");
    pty_hang_up(p);
    int status = pty_wait_exit(p, DEADLINE_MS);
    assert_true(status == 99 || status == 100 + SIGHUP);
    pty_stop(p);
}

static void rings_and_titles(void **state)
{
    (void)state;
    struct pty *p = term_start(NULL);
    pty_see(p, "^bottom");
    pty_send(p, "bt");
    pty_see(p, "key t");
    assert_int_equal(pty_bells(p), 1);
    assert_string_equal(pty_title(p), "raydeck: head down");
    pty_send(p, "q");
    assert_left(p, 0);
    pty_stop(p);
}

static void direct_colour_where_terminfo_has_it(void **state)
{
    (void)state;
    struct pty *p = start_with("xterm-direct", NULL, NULL, false);
    pty_see(p, "^bottom");
    if (is_noted(p)) {
        pty_stop(p);
        skip(); /* ncurses-term is not installed */
    }
    /* Read from the bytes: libvterm 0.1 takes the empty colour space for a colour. */
    assert_non_null(strstr(pty_raw(p, NULL), "\033[38:2::0:255:0m"));
    pty_send(p, "q");
    assert_left(p, 0);
    pty_stop(p);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--draw") == 0) return run_drawn(argc, argv);
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_and_leaves),
        cmocka_unit_test(keys_pastes_and_the_mouse_arrive),
        cmocka_unit_test(colours_are_the_nearest_there_are),
        cmocka_unit_test(mono_shows_by_attributes),
        cmocka_unit_test(ascii_where_the_locale_is),
        cmocka_unit_test(refuses_what_it_cannot_draw_on),
        cmocka_unit_test(a_pipe_is_no_terminal),
        cmocka_unit_test(an_unchanged_frame_sends_nothing),
        cmocka_unit_test(a_reader_that_stops_does_not_hold_up_the_loop),
        cmocka_unit_test(a_terminal_that_never_answers_is_paced_by_time),
        cmocka_unit_test(every_kind_of_terminal_is_drawn_on),
        cmocka_unit_test(a_console_gets_what_its_font_has),
        cmocka_unit_test(colours_are_direct_where_colorterm_says_so),
        cmocka_unit_test(a_theme_has_a_page_of_its_own),
        cmocka_unit_test(a_flood_of_resizes_ends_at_the_last),
        cmocka_unit_test(stops_and_goes_on),
        cmocka_unit_test(every_end_restores_the_terminal),
        cmocka_unit_test(a_fatal_signal_restores_the_terminal),
        cmocka_unit_test(an_overflowing_stack_restores_the_terminal),
        cmocka_unit_test(a_late_answer_never_reaches_the_shell),
        cmocka_unit_test(an_answer_after_a_signal_never_reaches_the_shell),
        cmocka_unit_test(stops_once_it_has_its_answers),
        cmocka_unit_test(a_terminal_that_never_answers_is_left),
        cmocka_unit_test(two_signals_restore_the_terminal_as_one_does),
        cmocka_unit_test(a_dropped_line_is_told),
        cmocka_unit_test(rings_and_titles),
        cmocka_unit_test(direct_colour_where_terminfo_has_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
