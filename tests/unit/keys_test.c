/* keys_test.c - Keys: bytes of real terminals to events, in one piece and byte by byte; and key names. */
#include "tui/term/keys_parse.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Everything that arrived, as words. */
static void on_input(void *arg, const struct input *in)
{
    struct buf *out = arg;
    char name[16];
    if (out->len) buf_char(out, ' ');
    switch (in->type) {
    case INPUT_KEY: buf_str(out, key_text(in, name)); break;
    case INPUT_PASTE: buf_printf(out, "paste<%.*s>", (int)in->paste_len, in->paste); break;
    case INPUT_REPLY: buf_str(out, "reply"); break;
    case INPUT_SYNC: buf_str(out, "sync"); break;
    case INPUT_MOUSE: {
        static const char *const words[] = {"press", "release", "drag", "wheel-up", "wheel-down"};
        buf_printf(out, "%s@%d,%d", words[in->mouse], in->row, in->col);
        if (in->mods) buf_printf(out, "+%u", in->mods);
        break;
    }
    default: buf_str(out, "?");
    }
}

/* `|` in the bytes stands for the pause after which a lone ESC counts. */
static char *decode_in_pieces(const char *bytes, size_t len, size_t step)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    struct keys *k = keys_new(on_input, &out);
    for (size_t i = 0; i < len; i += step) {
        size_t n = len - i < step ? len - i : step;
        const char *pause = memchr(bytes + i, '|', n);
        if (pause) n = (size_t)(pause - bytes) - i;
        keys_feed(k, bytes + i, n);
        if (!pause) continue;
        keys_timeout(k);
        i += n + 1 - step;
    }
    keys_free(k);
    return buf_take(&out);
}

static void assert_decoded(const char *bytes, size_t len, const char *want)
{
    const size_t steps[] = {len ? len : 1, 1, 2, 3};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        char *got = decode_in_pieces(bytes, len, steps[i]);
        assert_string_equal(got, want);
        free(got);
    }
}

static const struct {
    const char *bytes, *want;
} sequences[] = {
    {"q", "q"},
    {"aé日😀", "a é 日 😀"},
    {"\003\r\n\t\177\010", "^C Enter ^J Tab Backspace Backspace"},
    {"\001\032\034\037 ", "^A ^Z C-\\ C-_ Space"},
    {"\033\003", "Esc ^C"},
    {"\033\033\003", "Esc Esc ^C"},
    /* cursor and editing keys: xterm, application mode, linux, rxvt */
    {"\033[A\033[B\033[C\033[D", "Up Down Right Left"},
    {"\033OA\033OB\033OC\033OD", "Up Down Right Left"},
    {"\033[H\033[F\033OH\033OF\033[1~\033[4~\033[7~\033[8~", "Home End Home End Home End Home End"},
    {"\033[2~\033[3~\033[5~\033[6~", "Ins Del PgUp PgDn"},
    {"\033[1;5A\033[1;2B\033[1;3C\033[1;7D", "C-Up S-Down M-Right M-C-Left"},
    {"\033[5;5~\033[3;2~", "C-PgUp S-Del"},
    {"\033[Z", "S-Tab"},
    {"\033[a\033Oa\033[3^\033[3$\033[3@", "S-Up C-Up C-Del S-Del S-C-Del"},
    {"\033O5A", "C-Up"},
    /* function keys */
    {"\033OP\033OQ\033OR\033OS\033[15~\033[17~\033[24~", "F1 F2 F3 F4 F5 F6 F12"},
    {"\033[11~\033[14~\033[[A\033[[E", "F1 F4 F1 F5"},
    {"\033[1;2P\033[15;5~", "S-F1 C-F5"},
    {"\033OM\033Oj\033Op\033Oy\033OX", "Enter * 0 9 ="},
    /* Alt as a prefix */
    {"\033x\033X\033é\033\r\033\177", "M-x M-X M-é M-Enter M-Backspace"},
    {"\033\033[A", "M-Up"},
    /* ESC alone */
    {"\033|", "Esc"},
    {"\033|\033|", "Esc Esc"},
    {"\033\033|", "Esc Esc"},
    {"\033\033\033|", "Esc Esc Esc"},
    {"\033|[A", "Esc [ A"},
    {"\033[|A", "M-[ A"},
    {"\033O|A", "M-O A"},
    {"\033]|a", "M-] a"},
    {"\033P|a", "M-P a"},
    /* modifyOtherKeys and kitty */
    {"\033[27;5;99~\033[27;2;13~", "^C S-Enter"},
    {"\033[99;5u\033[97;3u\033[13u\033[9;2u\033[27u\033[127u\033[97;2u", "^C M-a Enter S-Tab Esc Backspace A"},
    {"\033[97;1:3u\033[1;1:3A\033[57358u\033[1;1:1A", "Up"}, /* releases and CapsLock are nothing */
    /* answers and reports */
    {"\033[0n\033[3n", "reply reply"},
    {"\033[?2026;2$y\033[?2026;0$y\033[?2026;4$y\033[?1049;1$yx", "sync x"},
    {"\033\033[0nx", "Esc reply x"}, /* the answer to a frame that was on its way when Esc was pressed */
    {"\033\033[200~a\033[201~", "Esc paste<a>"},
    {"\033[?1;2c\033[24;80R\033[?2004;1$y\033[I\033[O", ""},
    {"\033]11;rgb:0000/0000/0000\033\\a\033]0;x\007b\033P1$r0m\033\\c", "a b c"},
    /* mouse */
    {"\033[<0;1;1M\033[<0;8;4m\033[<64;8;4M\033[<65;8;4M", "press@0,0 release@3,7 wheel-up@3,7 wheel-down@3,7"},
    {"\033[<32;3;2M\033[<36;3;2M", "drag@1,2 drag@1,2+4"},
    {"\033[<16;3;2M", "press@1,2+1"},
    {"\033[<2;1;1M\033[<35;1;1M\033[<0;0;1M\033[<0;1M\033[<0;99999999;1M\033[<66;1;1M", ""},
    /* paste */
    {"\033[200~q\r\nx k\rend\033[201~z", "paste<q\nx k\nend> z"},
    {"\033[200~\033[201~", "paste<>"},
    {"\033[200~a\033[20b\033[A\033\033[201~", "paste<a\\x1b[20b\\x1b[A\\x1b>"},
    {"\033[200~\003q\033[201~", "paste<\\x03q>"},
    /* not understood, or broken */
    {"\033[99~\033[1;5Y\033[>1;2m\033[ qa", "a"},
    {"\033[1;\0033A", "^C M-Up"},
    {"\033[12\033[A", "Up"},
    {"\033[12\030a\033[12\032b", "a b"},
    {"\377\200\303a\303(\355\240\200\360\200\200\200z", "a ( z"},
    {"\033[1\303\251a", "é a"},
    {"\033]no end\003a", "^C a"},
    {"\033]no end\033[A", "Up"},
    {"\033[12345678901234567890A\033[1;99999999999999999999~", "Home"},
    {"\302\205\342\200\256x", "x"}, /* C1 and a bidirectional control, typed */
};

static void bytes_are_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sequences); i++)
        assert_decoded(sequences[i].bytes, strlen(sequences[i].bytes), sequences[i].want);
    assert_decoded("\0a", 2, "C-Space a");
}

static void long_sequences_are_dropped_whole(void **state)
{
    (void)state;
    char bytes[400] = "\033[";
    memset(bytes + 2, '1', 300);
    memcpy(bytes + 302, "Ab", 2);
    assert_decoded(bytes, 304, "b");
    char many[4000] = "\033[1";
    for (size_t i = 3; i + 1 < sizeof many; i += 2) memcpy(many + i, ";1", 2);
    memcpy(many + 3990, "Ab", 3);
    assert_decoded(many, 3992, "b");
}

static void pastes_are_cut_at_their_limit(void **state)
{
    (void)state;
    size_t size = INPUT_PASTE_MAX * 3;
    char *bytes = mem_alloc(size + 16);
    memcpy(bytes, "\033[200~", 6);
    memset(bytes + 6, 'x', size);
    memcpy(bytes + 6 + size, "\033[201~q", 7);
    char *got = decode_in_pieces(bytes, size + 13, size + 13);
    size_t len = strlen(got);
    assert_in_range(len, INPUT_PASTE_MAX - 16, INPUT_PASTE_MAX + 16);
    assert_string_equal(got + len - 3, "> q");
    free(got);
    free(bytes);
}

static void only_what_is_ambiguous_is_pending(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool pending;
    } cases[] = {{"", false},     {"a", false},      {"\033", true},       {"\033[", true},      {"\033O", true},
                 {"\033]", true}, {"\033[1", false}, {"\033[1;5A", false}, {"\033[200~", false}, {"\303", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out;
        buf_init(&out, 100);
        struct keys *k = keys_new(on_input, &out);
        keys_feed(k, cases[i].bytes, strlen(cases[i].bytes));
        assert_int_equal(keys_pending(k), cases[i].pending);
        keys_timeout(k);
        assert_false(keys_pending(k));
        keys_free(k);
        buf_done(&out);
    }
    keys_free(NULL);
}

static void key_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t key;
        unsigned mods;
        const char *text; /* NULL: the same */
    } names[] = {
        {"q", 'q', 0, NULL},
        {"G", 'G', 0, NULL},
        {"^C", 'c', MOD_CTRL, NULL},
        {"^c", 'c', MOD_CTRL, "^C"},
        {"C-c", 'c', MOD_CTRL, "^C"},
        {"^", '^', 0, NULL},
        {"^^", '^', MOD_CTRL, "C-^"},
        {"Enter", KEYP_ENTER, 0, NULL},
        {"enter", KEYP_ENTER, 0, "Enter"},
        {"PgUp", KEYP_PGUP, 0, NULL},
        {"M-x", 'x', MOD_ALT, NULL},
        {"S-Tab", KEYP_BACKTAB, 0, NULL},
        {"M-C-Up", KEYP_UP, MOD_ALT | MOD_CTRL, NULL},
        {"F12", KEYP_F12, 0, NULL},
        {"Space", ' ', 0, NULL},
        {"/", '/', 0, NULL},
        {"-", '-', 0, NULL},
        {"M--", '-', MOD_ALT, NULL},
        {"é", 0xE9, 0, NULL},
        {"日", 0x65E5, 0, NULL},
        {"M", 'M', 0, NULL},
        {"M-S-C-Backspace", KEYP_BACKSPACE, 7, "M-S-C-Backspace"},
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct input in = {0};
        char text[16], want[16];
        assert_true(key_parse(names[i].name, &in));
        assert_int_equal(in.type, INPUT_KEY);
        assert_int_equal(in.key, names[i].key);
        assert_int_equal(in.mods, names[i].mods);
        snprintf(want, sizeof want, "%s", names[i].text ? names[i].text : names[i].name);
        assert_string_equal(key_text(&in, text), want);
    }
    char text[16];
    assert_string_equal(key_text(&(struct input){.key = 0x301}, text), " \xCC\x81");
    static const char *const wrong[] = {"", "x k", "Entre", "M-", "F13", "^Nope", "\xC3", "\033", "Q-x", "ab"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct input in = {.key = 7};
        assert_false(key_parse(wrong[i], &in));
        assert_int_equal(in.key, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_decoded),
        cmocka_unit_test(long_sequences_are_dropped_whole),
        cmocka_unit_test(pastes_are_cut_at_their_limit),
        cmocka_unit_test(only_what_is_ambiguous_is_pending),
        cmocka_unit_test(key_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
