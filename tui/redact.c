/* redact.c - see redact.h. */
#include "tui/redact.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/loop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/types.h>

enum {
    ACCOUNT_DIGITS = 12,
    ACCOUNT_CUT_DIGITS = 4,
    ELLIPSIS = 0x2026,
    OCTETS = 4,
    OCTETS_OF_CUT = 3,
    LINE_MAX_BYTES = 1024 * 1024,
    BEYOND_ASCII = 0x80
};

enum { RANGES = 3, HOSTS = 256, KNOWN_MAX = RANGES * HOSTS };

/* An address that was seen, and what stands for it. */
struct stand_in {
    uint32_t of, as;
};

struct redactor {
    uint64_t key;
    struct stand_in known[KNOWN_MAX];
    size_t count;
    bool taken[RANGES][HOSTS];
};

struct line {
    char *s;
    size_t n;
    struct redactor *r;
};

/* ---- characters; not <ctype.h>, whose answers depend on the locale ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
    return is_digit(c) || is_letter(c) || c == '_';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* '\0' outside of the text. */
static char char_at(const struct line *l, size_t i)
{
    return i < l->n ? l->s[i] : '\0';
}

/* Whether text was truncated here: at an ellipsis, a frame, an edge. */
static bool is_cut(char c)
{
    return c == '\0' || c == '~' || (unsigned char)c >= BEYOND_ASCII;
}

static bool starts_with(const struct line *l, size_t i, const char *word)
{
    size_t len = strlen(word);
    return i + len <= l->n && memcmp(l->s + i, word, len) == 0;
}

/* The mark of truncated text; '~' in ASCII. */
static bool is_ellipsis(const struct line *l, size_t i)
{
    return char_at(l, i) == '~' || starts_with(l, i, "…");
}

/* ---- placeholders ---- */

static uint64_t seed_mix(uint64_t seed, uint64_t with)
{
    uint64_t z = seed + with * 0x9E3779B97F4A7C15u + 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* Rotates value within low … low + range - 1, never to itself; the amount depends on the text before it. */
static unsigned value_turn(unsigned value, unsigned low, unsigned range, uint64_t seed)
{
    return low + (unsigned)((value - low + 1 + seed % (range - 1)) % range);
}

static char turn_char(char c, uint64_t seed, bool hex)
{
    if (is_digit(c)) return (char)value_turn((unsigned char)c, '0', 10, seed);
    if (c >= 'a' && c <= 'z') return (char)value_turn((unsigned char)c, 'a', hex ? 6 : 26, seed);
    if (c >= 'A' && c <= 'Z') return (char)value_turn((unsigned char)c, 'A', hex ? 6 : 26, seed);
    return c;
}

static size_t turn_all(struct line *l, size_t from, size_t to, bool hex)
{
    uint64_t seed = l->r->key;
    for (size_t i = from; i < to; i++) {
        char was = l->s[i];
        l->s[i] = turn_char(was, seed, hex);
        seed = seed_mix(seed, (unsigned char)was);
    }
    return to;
}

/* ---- addresses of four numbers ---- */

struct octets {
    size_t begin[OCTETS], end[OCTETS];
    unsigned value[OCTETS];
    int count;
};

static bool parse_octet(const struct line *l, size_t i, unsigned *ret_value, size_t *ret_end)
{
    unsigned value = 0;
    size_t from = i;
    for (; i < from + 3 && is_digit(char_at(l, i)); i++) value = value * 10 + (unsigned)(char_at(l, i) - '0');
    if (i == from || value > 255 || (char_at(l, from) == '0' && i > from + 1)) return false;
    *ret_value = value;
    *ret_end = i;
    return true;
}

static size_t parse_octets(const struct line *l, size_t i, char between, struct octets *ret)
{
    *ret = (struct octets){.count = 0};
    while (ret->count < OCTETS && parse_octet(l, i, &ret->value[ret->count], &ret->end[ret->count])) {
        ret->begin[ret->count] = i;
        i = ret->end[ret->count++];
        if (ret->count == OCTETS || char_at(l, i) != between) break;
        i++;
    }
    return i;
}

static size_t address_width(uint32_t address)
{
    char text[16];
    return (size_t)snprintf(text, sizeof text, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
                            address & 255);
}

/* The next one of that width that is free; 0: there is none. */
static uint32_t stand_in_new(struct redactor *r, uint32_t of)
{
    static const uint32_t range[RANGES] = {0xc0000200, 0xc6336400, 0xcb007100};
    const size_t width = address_width(of);
    for (size_t i = 0; i < RANGES; i++)
        for (uint32_t host = 1; host < HOSTS - 1; host++) {
            const uint32_t as = range[i] | host;
            if (r->taken[i][host] || as == of || address_width(as) != width) continue;
            r->taken[i][host] = true;
            r->known[r->count++] = (struct stand_in){of, as};
            return as;
        }
    return 0;
}

static uint32_t stand_in_of(struct redactor *r, const struct octets *o)
{
    const uint32_t of = o->value[0] << 24 | o->value[1] << 16 | o->value[2] << 8 | o->value[3];
    for (size_t i = 0; i < r->count; i++)
        if (r->known[i].of == of) return r->known[i].as;
    return stand_in_new(r, of);
}

/* Over the old one, with what was between its numbers. */
static void stand_in_write(struct line *l, const struct octets *o, uint32_t as)
{
    const char between = l->s[o->end[0]];
    char text[16];
    const int len = snprintf(text, sizeof text, "%u%c%u%c%u%c%u", as >> 24, between, as >> 16 & 255, between,
                             as >> 8 & 255, between, as & 255);
    memcpy(l->s + o->begin[0], text, (size_t)len);
}

static void turn_octets(struct line *l, const struct octets *o)
{
    const uint32_t as = o->count == OCTETS ? stand_in_of(l->r, o) : 0;
    if (as) {
        stand_in_write(l, o, as);
        return;
    }
    static const unsigned low[] = {0, 10, 100}, range[] = {10, 90, 156};
    uint64_t seed = l->r->key;
    for (int i = 0; i < o->count; i++) {
        char text[8];
        size_t digits = o->end[i] - o->begin[i];
        snprintf(text, sizeof text, "%u", value_turn(o->value[i], low[digits - 1], range[digits - 1], seed));
        memcpy(l->s + o->begin[i], text, digits);
        seed = seed_mix(seed, o->value[i]);
    }
}

static bool address_stays(const struct octets *o)
{
    return o->value[0] == 127 || (o->value[0] + o->value[1] + o->value[2] + o->value[3] == 0);
}

/* Each of these returns the end of its match, or i: no match. */

static size_t redact_ipv4(struct line *l, size_t i)
{
    struct octets o;
    char before = i ? char_at(l, i - 1) : ' ';
    if (is_digit(before) || (before == '.' && i > 1 && is_digit(char_at(l, i - 2)))) return i;
    size_t end = parse_octets(l, i, '.', &o);
    char after = char_at(l, end);
    if (is_digit(after) || (after == '.' && is_digit(char_at(l, end + 1)))) return i;
    bool whole = o.count == OCTETS;
    bool cut = o.count == OCTETS_OF_CUT && end < l->n && is_cut(after);
    if (!whole && !cut) return i;
    if (!address_stays(&o)) turn_octets(l, &o);
    return end;
}

static size_t redact_host(struct line *l, size_t i)
{
    struct octets o;
    if (!starts_with(l, i, "ip-") || (i && is_word(char_at(l, i - 1)))) return i;
    size_t end = parse_octets(l, i + 3, '-', &o);
    if (o.count == 0 || (o.count < OCTETS && !is_cut(char_at(l, end)) && char_at(l, end) != ' ')) return i;
    turn_octets(l, &o);
    return end;
}

struct groups {
    size_t colons, longest, end;
    bool twice; /* "::" */
};

static struct groups parse_groups(const struct line *l, size_t i)
{
    struct groups g = {.end = i};
    size_t length = 0;
    for (; is_hex(char_at(l, g.end)) || char_at(l, g.end) == ':'; g.end++) {
        bool colon = char_at(l, g.end) == ':';
        g.twice |= colon && g.end > i && char_at(l, g.end - 1) == ':';
        g.colons += colon;
        length = colon ? 0 : length + 1;
        if (length > g.longest) g.longest = length;
    }
    return g;
}

static const char ipv6_range[] = "2001:db8:";

static size_t redact_ipv6(struct line *l, size_t i)
{
    char before = i ? char_at(l, i - 1) : ' ';
    if (is_word(before) || before == ':' || before == '.') return i;
    struct groups g = parse_groups(l, i);
    if (!g.longest || g.longest > 4 || is_word(char_at(l, g.end))) return i;
    bool loopback = starts_with(l, i, "::1") && g.end == i + 3;
    bool cut = g.end < l->n && is_cut(char_at(l, g.end)) && g.colons >= 2 && g.longest > 2;
    if (loopback || !(cut || g.twice || g.colons >= 3)) return i;
    turn_all(l, i, g.end, true);
    if (g.end - i > strlen(ipv6_range)) memcpy(l->s + i, ipv6_range, strlen(ipv6_range));
    return g.end;
}

/* ---- AWS's own ---- */

/* A JSON number is not an account id: "host_memory": 549755813888. */
static bool is_json_number(const struct line *l, size_t i)
{
    return i >= 3 && memcmp(l->s + i - 3, "\": ", 3) == 0;
}

/* Digits from i on, as many as of an account: that of AWS's manuals instead. */
static void account_write(struct line *l, size_t i)
{
    size_t end = i;
    while (is_digit(char_at(l, end))) end++;
    if (end - i == ACCOUNT_DIGITS) memcpy(l->s + i, "123456789012", ACCOUNT_DIGITS);
}

static size_t redact_account(struct line *l, size_t i)
{
    size_t end = i;
    if (i && is_word(char_at(l, i - 1))) return i;
    while (is_digit(char_at(l, end))) end++;
    /* A truncated number may be the beginning of an account id. */
    bool cut = end - i >= ACCOUNT_CUT_DIGITS && end - i < ACCOUNT_DIGITS && is_ellipsis(l, end);
    bool whole = end - i == ACCOUNT_DIGITS && !is_word(char_at(l, end)) && !is_json_number(l, i);
    if (!whole && !cut) return i;
    turn_all(l, i, end, false);
    account_write(l, i);
    return end;
}

static bool ends_name(char c)
{
    return c == '\0' || strchr(" \t\n\"'`,;()[]{}<>|", c) || (unsigned char)c >= BEYOND_ASCII;
}

/* Keeps arn:PARTITION:SERVICE:REGION: and replaces the rest. */
static size_t redact_arn(struct line *l, size_t i)
{
    int fields = 1;
    if (!starts_with(l, i, "arn:aws") || (i && is_word(char_at(l, i - 1)))) return i;
    size_t from = i;
    for (; fields <= OCTETS && !ends_name(char_at(l, from)); from++) fields += char_at(l, from) == ':';
    size_t end = from;
    while (!ends_name(char_at(l, end))) end++;
    turn_all(l, from, end, false);
    account_write(l, from);
    return end;
}

/* AWS's domains, for names whose end was truncated. */
static bool is_domain(const struct line *l, size_t i)
{
    return starts_with(l, i, ".cache.") || starts_with(l, i, ".memorydb.") || starts_with(l, i, ".elb.") ||
           starts_with(l, i, ".eks.") || starts_with(l, i, ".dkr.");
}

/* A name of as many bytes under example.com. */
static size_t name_write(struct line *l, size_t i, size_t end)
{
    static const char aws[] = ".amazonaws.com", example[] = "-x.example.com";
    turn_all(l, i, end, false);
    account_write(l, i);
    memcpy(l->s + end, example, strlen(example));
    return end + strlen(aws);
}

static size_t aws_name(struct line *l, size_t i)
{
    size_t end = i, domain = 0;
    if (i && (is_word(char_at(l, i - 1)) || char_at(l, i - 1) == '-' || char_at(l, i - 1) == '.')) return i;
    while (is_word(char_at(l, end)) || char_at(l, end) == '-' || char_at(l, end) == '.') {
        if (starts_with(l, end, ".amazonaws.com")) return name_write(l, i, end);
        if (!domain && is_domain(l, end)) domain = end;
        end++;
    }
    return domain && is_ellipsis(l, end) ? turn_all(l, i, domain, false) : i;
}

static void redact_line(struct line *l)
{
    static size_t (*const kinds[])(struct line *, size_t) = {redact_arn,  aws_name,    redact_host,
                                                             redact_ipv6, redact_ipv4, redact_account};
    for (size_t i = 0; i < l->n;) {
        size_t end = i;
        if (is_word(l->s[i]) || l->s[i] == ':')
            for (size_t k = 0; k < ARRAY_LEN(kinds) && end == i; k++) end = kinds[k](l, i);
        i = end > i ? end : i + 1;
    }
}

/* ---- what it is applied to ---- */

struct redactor *redactor_new(void)
{
    struct redactor *r = mem_zero(1, sizeof *r);
    if (getrandom(&r->key, sizeof r->key, 0) != sizeof r->key) r->key = loop_now_us();
    return r;
}

void redactor_free(struct redactor *r)
{
    free(r);
}

void redact_text(struct redactor *r, char *text, size_t len)
{
    redact_line(&(struct line){text, len, r});
}

void redact_canvas(struct redactor *r, struct canvas *c)
{
    if (c->cols <= 0) return;
    size_t cols = (size_t)c->cols;
    char *now = mem_alloc(cols), *was = mem_alloc(cols);
    for (int row = 0; row < c->rows; row++) {
        struct cell *cells = c->cells + (size_t)(c->top + row) * (size_t)c->stride + (size_t)c->left;
        for (size_t i = 0; i < cols; i++)
            was[i] = cells[i].cp == ELLIPSIS                     ? '~'
                     : cells[i].cp && cells[i].cp < BEYOND_ASCII ? (char)cells[i].cp
                                                                 : (char)BEYOND_ASCII;
        memcpy(now, was, cols);
        redact_text(r, now, cols);
        for (size_t i = 0; i < cols; i++)
            if (now[i] != was[i]) cells[i].cp = (unsigned char)now[i];
    }
    free(now);
    free(was);
}

struct stream {
    FILE *to;
    struct redactor *r;
    struct buf line; /* the incomplete line */
};

static bool stream_pass(struct stream *s)
{
    if (s->line.len) redact_text(s->r, s->line.data, s->line.len);
    bool fine = fwrite(buf_text(&s->line), 1, s->line.len, s->to) == s->line.len && fflush(s->to) == 0;
    buf_clear(&s->line);
    return fine;
}

static ssize_t stream_write(void *arg, const char *bytes, size_t len)
{
    struct stream *s = arg;
    for (size_t i = 0; i < len; i++) {
        buf_char(&s->line, bytes[i]);
        bool full = s->line.len == LINE_MAX_BYTES;
        if ((bytes[i] == '\n' || full) && !stream_pass(s)) return 0;
    }
    return (ssize_t)len;
}

static int stream_close(void *arg)
{
    struct stream *s = arg;
    bool fine = stream_pass(s);
    buf_done(&s->line);
    free(s);
    return fine ? 0 : EOF;
}

FILE *redact_stream(FILE *to, struct redactor *r)
{
    struct stream *s = mem_zero(1, sizeof *s);
    s->to = to;
    s->r = r;
    buf_init(&s->line, LINE_MAX_BYTES);
    FILE *stream = fopencookie(s, "w", (cookie_io_functions_t){.write = stream_write, .close = stream_close});
    if (!stream) mem_exhausted();
    setvbuf(stream, NULL, _IOLBF, 0);
    return stream;
}
