/* frames.c - Draws the console and prints status for one moment after the other, and checks what both show. */
#include "tests/support/frames.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/evidence.h"
#include "deploy/doctor.h"
#include "tui/panes/fresh.h"
#include "tui/panes/losses.h"
#include "tui/panes/screen.h"
#include "tui/status.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDE_ROWS = 50,
    WIDE_COLS = 140,
    TALL_ROWS = 60,
    NARROW_ROWS = 24,
    NARROW_COLS = 80,
    WORD_AT = 18, /* column of an answer's word on a wide screen (answers_view.c) */
    COMPLAINTS_MAX = 8192,
    COMPLAINTS_EACH = 3,
    LOSS_ROWS = 40,
    WORD_MAX = 16,
    TEXTS = 16,
    GAP_MAX = 3 /* blanks between a length and its name; more stand between columns, of a ladder */
};

/* What is drawn or printed at one moment, each with who says it. */
struct texts {
    char name[TEXTS][32];
    char *text[TEXTS];
    size_t count;
};

struct frames {
    struct screen *wide, *narrow, *pane;
    struct losses losses;
    struct texts texts;
    struct answer answer[ANSWERS]; /* of this moment */
    struct buf complaints;
    size_t broken;
    uint64_t panes_every_ms, panes_ms; /* when they were drawn last */
    char word[WORD_MAX], answering[WIDE_COLS * 4];
    /* of the frames before, in the outage that runs */
    uint64_t t0_ms;
    char question[32], lost_uid[OUTAGE_NAME_MAX];
    struct known_u64 length_ms, to_go_s, reconnect_ms;
    struct known_u64 head_down_ms, silent_ms;
};

struct frames *frames_new(uint64_t panes_every_ms)
{
    struct frames *f = mem_zero(1, sizeof *f);
    f->panes_every_ms = panes_every_ms;
    f->wide = screen_new();
    f->narrow = screen_new();
    f->pane = screen_new();
    screen_size(f->wide, WIDE_ROWS, WIDE_COLS);
    screen_size(f->narrow, NARROW_ROWS, NARROW_COLS);
    screen_size(f->pane, TALL_ROWS, WIDE_COLS);
    buf_init(&f->complaints, COMPLAINTS_MAX);
    return f;
}

static void texts_clear(struct texts *t)
{
    for (size_t i = 0; i < t->count; i++) free(t->text[i]);
    t->count = 0;
}

void frames_free(struct frames *f)
{
    if (!f) return;
    texts_clear(&f->texts);
    screen_free(f->wide);
    screen_free(f->narrow);
    screen_free(f->pane);
    buf_done(&f->complaints);
    free(f);
}

const char *frames_answering(const struct frames *f)
{
    return f->answering;
}

size_t frames_broken(const struct frames *f)
{
    return f->broken;
}

const char *frames_complaints(const struct frames *f)
{
    return buf_text(&f->complaints);
}

/* Of a rule that breaks second after second the first few are enough to read. */
static void rule_broken(struct frames *f, const struct view *v, const char *rule, const char *text)
{
    size_t said = 0;
    f->broken++;
    for (const char *at = buf_text(&f->complaints); (at = strstr(at, rule)); at++) said++;
    if (said >= COMPLAINTS_EACH) return;
    buf_printf(&f->complaints, "  at %llu.%03llu %s: %.300s\n", (unsigned long long)v->wall_ms / 1000,
               (unsigned long long)v->wall_ms % 1000, rule, text);
}

/* ---- what is drawn and printed ---------------------------------------------------------------------------------- */

static void texts_add(struct texts *t, const char *name, char *text /* takes */)
{
    if (t->count == TEXTS) {
        free(text);
        return;
    }
    snprintf(t->name[t->count], sizeof t->name[0], "%s", name);
    t->text[t->count++] = text;
}

static char *screen_text(struct screen *s, const struct view *v, int rows, int cols)
{
    struct canvas cv;
    screen_update(s, v);
    canvas_init(&cv, rows, cols);
    screen_draw(s, v, &cv);
    char *text = canvas_dump(&cv, false);
    canvas_done(&cv);
    return text;
}

/* Each pane alone on the screen, and what it says as a tab and of its selected row. */
static void pane_texts(struct frames *f, const struct view *v)
{
    screen_update(f->pane, v);
    for (int i = 0; pane_kinds[i]; i++) {
        if (!screen_focus(f->pane, pane_kinds[i]->letter)) continue;
        screen_zoom(f->pane);
        texts_add(&f->texts, pane_kinds[i]->name, screen_text(f->pane, v, TALL_ROWS, WIDE_COLS));
        (void)screen_back(f->pane);
        if (screen_open(f->pane)) {
            texts_add(&f->texts, "detail", screen_text(f->pane, v, TALL_ROWS, WIDE_COLS));
            (void)screen_back(f->pane);
        }
    }
}

static void loss_texts(struct frames *f, const struct view *v)
{
    struct buf text;
    buf_init(&text, OUTAGE_TEXT_MAX);
    outage_losses_text(v->outage, &text);
    texts_add(&f->texts, "kill-head", mem_str(buf_text(&text)));
    buf_done(&text);
    struct canvas cv;
    losses_record(&f->losses, v);
    canvas_init(&cv, LOSS_ROWS, WIDE_COLS);
    losses_draw(&f->losses, &cv);
    texts_add(&f->texts, "losses", canvas_dump(&cv, false));
    canvas_done(&cv);
}

static struct status_of status_now(const struct view *v)
{
    struct status_of s = {.world = v->world,
                          .outage = v->outage,
                          .previous = v->previous,
                          .focus = *v->focus,
                          .context = "replay",
                          .now_ms = v->now_ms,
                          .wall_ms = v->wall_ms};
    doctor_count(v->world, &s.focus, v->now_ms, v->wall_ms);
    return s;
}

static void status_texts(struct frames *f, const struct status_of *s)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    status_text(s, out);
    fclose(out);
    texts_add(&f->texts, "status", text);
}

/* ---- one word ---------------------------------------------------------------------------------------------------- */

/* The row of a frame on which that question stands, at its start; caller frees. */
static char *answer_row(const char *frame, const char *question)
{
    for (; *frame; frame += strcspn(frame, "\n"), frame += *frame == '\n')
        if (*frame == ' ' && strncmp(frame + 1, question, strlen(question)) == 0) break;
    return mem_strn(frame, strcspn(frame, "\n"));
}

/* The word of the first answer, from where it is drawn: what is before it is ASCII. */
static void word_drawn(struct frames *f, const char *row)
{
    size_t len = strlen(row) > WORD_AT ? strcspn(row + WORD_AT, " ") : 0;
    snprintf(f->word, sizeof f->word, "%.*s", (int)(len < WORD_MAX ? len : WORD_MAX - 1), len ? row + WORD_AT : "");
}

static void answer_is_on(struct frames *f, const struct view *v, const struct answer *a, const char *frame)
{
    char *row = answer_row(frame, a->question);
    if (!text_has(row, a->question) || !text_has(row, a->word)) rule_broken(f, v, "one word, drawn", row);
    free(row);
}

static void status_says_answer(struct frames *f, const struct view *v, const struct answer *a, const char *status)
{
    char *line = mem_printf("%s%*s%s%*s%s\n", a->question, (int)(17 - text_width(a->question)), "", a->word,
                            (int)(text_width(a->word) < 6 ? 6 - text_width(a->word) : 1), "", a->text);
    if (!text_has(status, line)) rule_broken(f, v, "one word, status", line);
    free(line);
}

static void answering_drawn(struct frames *f, const char *frame)
{
    char *row = answer_row(frame, f->answer[0].question);
    word_drawn(f, row);
    snprintf(f->answering, sizeof f->answering, "%s", row + strspn(row, " "));
    free(row);
}

/* Nothing is better than its evidence, and the worst line that is known is the word. */
static void word_is_evidence(struct frames *f, const struct view *v, const struct service_evidence *e)
{
    const char *word = f->answer[0].word;
    const bool unknown = text_eq(word, evidence_word(VERDICT_UNKNOWN)), yes = text_eq(word, "YES");
    bool fresh = false;
    if (!unknown && !text_eq(word, evidence_word(e->verdict))) rule_broken(f, v, "word and evidence", word);
    if (unknown && e->verdict > VERDICT_OK) rule_broken(f, v, "word and evidence", evidence_word(e->verdict));
    for (int i = 0; i < EVIDENCE_LINES; i++) {
        fresh = fresh || (e->line[i].age_ms.known && e->line[i].age_ms.value <= EVIDENCE_FRESH_MS);
        if (yes && i != EVIDENCE_PROXIES && e->line[i].verdict == VERDICT_NO)
            rule_broken(f, v, "YES over a line that says NO", e->line[i].why);
    }
    if (yes && !fresh) rule_broken(f, v, "no old news", "YES without a sample of the last 5 s");
}

static void json_agrees(struct frames *f, const struct view *v, const struct status_of *s,
                        const struct service_evidence *e)
{
    cJSON *json = status_json(s);
    for (int i = 0; i < ANSWERS; i++) {
        const struct answer *a = &f->answer[i];
        const cJSON *said = cJSON_GetArrayItem(json_get(json, "answers"), i);
        if (!text_eq(json_str(said, "question"), a->question) || !text_eq(json_str(said, "answer"), a->word) ||
            !text_eq(json_str(said, "evidence"), a->text))
            rule_broken(f, v, "one word, JSON", a->text);
    }
    for (int i = 0; i < EVIDENCE_LINES; i++) {
        const cJSON *lines = json_get(cJSON_GetArrayItem(json_get(json, "answers"), 0), "lines");
        if (!text_eq(json_str(cJSON_GetArrayItem(lines, i), "answer"), evidence_word(e->line[i].verdict)))
            rule_broken(f, v, "word and evidence, JSON", e->line[i].why);
    }
    texts_add(&f->texts, "status JSON", cJSON_PrintUnformatted(json));
    cJSON_Delete(json);
}

/* ---- one clock --------------------------------------------------------------------------------------------------- */

/* "5.4s", "1:05", "1:02:03" */
static struct known_u64 length_read(const char *text)
{
    uint64_t part = 0, total = 0;
    if (!isdigit((unsigned char)*text)) return UNKNOWN_U64;
    for (; isdigit((unsigned char)*text) || *text == ':'; text++) {
        if (*text == ':') {
            total = (total + part) * 60;
            part = 0;
        } else {
            part = part * 10 + (uint64_t)(*text - '0');
        }
    }
    uint64_t tenths = *text == '.' && isdigit((unsigned char)text[1]) ? (uint64_t)(text[1] - '0') : 0;
    return known_u64((total + part) * 1000 + tenths * 100);
}

static struct known_u64 length_after(const char *text, const char *words)
{
    const char *at = strstr(text, words);
    return at ? length_read(at + strlen(words)) : UNKNOWN_U64;
}

static void never_grows(struct frames *f, const struct view *v, const char *rule, struct known_u64 *last,
                        struct known_u64 now, const char *text)
{
    if (last->known && now.known && now.value > last->value) rule_broken(f, v, rule, text);
    if (now.known) *last = now;
}

static void never_falls(struct frames *f, const struct view *v, const char *rule, struct known_u64 *last,
                        struct known_u64 now)
{
    char words[96];
    if (last->known && now.known && now.value < last->value) {
        snprintf(words, sizeof words, "%llu ms after %llu ms", (unsigned long long)now.value,
                 (unsigned long long)last->value);
        rule_broken(f, v, rule, words);
    }
    if (now.known) *last = now;
}

void frames_check_clock(struct frames *f, const struct view *v)
{
    const struct outage *o = v->outage;
    const struct answer *a = f->answer;
    if (o->state != OUTAGE_RUNNING) {
        f->t0_ms = 0;
        return;
    }
    if (f->t0_ms != o->t0_ms) {
        if (f->t0_ms && text_eq(f->lost_uid, o->old_head_uid)) /* else it is the loss of another head */
            rule_broken(f, v, "one clock", "T0 has moved while the outage runs");
        snprintf(f->lost_uid, sizeof f->lost_uid, "%s", o->old_head_uid);
        f->t0_ms = o->t0_ms;
        f->question[0] = '\0';
        f->head_down_ms = f->silent_ms = f->to_go_s = f->reconnect_ms = f->length_ms = UNKNOWN_U64;
    }
    if (!text_eq(f->question, a[1].question)) f->length_ms = UNKNOWN_U64;
    snprintf(f->question, sizeof f->question, "%s", a[1].question);
    never_falls(f, v, a[1].question, &f->length_ms, length_read(a[1].word));
    never_falls(f, v, "one clock, head down", &f->head_down_ms, o->head_down_ms);
    never_falls(f, v, "one clock, GCS silent", &f->silent_ms, o->gcs_silent_ms);
    never_grows(f, v, "one clock, to go", &f->to_go_s, length_after(a[1].text, "about "), a[1].text);
    never_grows(f, v, "one clock, reconnect", &f->reconnect_ms, length_after(a[1].text, "another "), a[1].text);
}

/* ---- one length -------------------------------------------------------------------------------------------------- */

static void lengths_named(struct frames *f, const struct view *v, const char *who, const char *text, const char *words,
                          struct known_u64 length)
{
    char expected[TEXT_NUM_MAX];
    outage_length(expected, length);
    for (const char *at = text; (at = strstr(at, words));) {
        at += strlen(words);
        const char *value = at + strspn(at, " ");
        if (value == at || value > at + GAP_MAX ||
            (!isdigit((unsigned char)*value) && strncmp(value, "–", strlen("–")) != 0))
            continue;
        size_t len = strlen(expected);
        if (strncmp(value, expected, len) == 0 && !isdigit((unsigned char)value[len])) continue;
        char *said =
            mem_printf("%s says %s %.*s, the report %s", who, words, (int)strcspn(value, " ,\n"), value, expected);
        rule_broken(f, v, "one length", said);
        free(said);
    }
}

/* LAST HEAD LOSS is of the previous outage; while one runs there is no other. */
static void lengths_are_one(struct frames *f, const struct view *v)
{
    const struct outage *o = v->outage->state == OUTAGE_NONE ? v->previous : v->outage;
    if (o->state == OUTAGE_NONE) return;
    for (size_t i = 0; i < f->texts.count; i++) {
        if (text_eq(f->texts.name[i], "losses") && f->losses.item[0].state != OUTAGE_NONE) continue; /* two of each */
        lengths_named(f, v, f->texts.name[i], f->texts.text[i], "head down", o->head_down_ms);
        lengths_named(f, v, f->texts.name[i], f->texts.text[i], "GCS silent", o->gcs_silent_ms);
        lengths_named(f, v, f->texts.name[i], f->texts.text[i], "answered probe", o->unserved_ms);
        lengths_named(f, v, f->texts.name[i], f->texts.text[i], "answered for", o->unserved_ms);
        lengths_named(f, v, f->texts.name[i], f->texts.text[i], "longest gap", o->unserved_ms);
    }
}

/* The token of "31/31 requests" before the words; every count of requests equals that of the report. */
static void counts_are_one(struct frames *f, const struct view *v)
{
    static const char words[] = " requests, ";
    const struct outage *o = v->outage->state == OUTAGE_NONE ? v->previous : v->outage;
    char expected[OUTAGE_WORDS_MAX];
    if (o->state == OUTAGE_NONE || !*outage_request_words(o, OUTAGE_CLASSES, expected)) return;
    const size_t len = strcspn(expected, " ");
    for (size_t i = 0; i < f->texts.count; i++) {
        const char *text = f->texts.text[i];
        if (text_eq(f->texts.name[i], "losses")) continue;
        for (const char *at = text; (at = strstr(at, words)); at++) {
            const char *from = at;
            while (from > text && (isdigit((unsigned char)from[-1]) || from[-1] == '/')) from--;
            if (from == at || ((size_t)(at - from) == len && strncmp(from, expected, len) == 0)) continue;
            char *said =
                mem_printf("%s says %.*s requests, the report %s", f->texts.name[i], (int)(at - from), from, expected);
            rule_broken(f, v, "one count", said);
            free(said);
        }
    }
}

/* ---- the head, Redis, rubbish ------------------------------------------------------------------------------------ */

static bool source_is_live(const struct view *v, const char *source)
{
    const struct source *s = world_source_named(v->world, source);
    return s && source_freshness(s, v->now_ms, NULL) == FRESH_LIVE;
}

/* A source that is not heard is called so, with its age, on the strip. */
static void strip_says_age(struct frames *f, const struct view *v, const char *frame)
{
    static const char *const names[] = {[WORLD_KUBE] = "kube ", [WORLD_REDIS] = "redis "};
    char *strip = mem_strn(frame, strcspn(frame, "\n"));
    for (int kind = WORLD_KUBE; kind <= WORLD_REDIS; kind++) {
        struct known_u64 age = UNKNOWN_U64;
        char words[FRESH_TEXT_MAX], piece[FRESH_TEXT_MAX + 8];
        enum freshness fresh = world_freshness(v->world, (enum world_kind)kind, v->now_ms, &age, NULL);
        if (!*fresh_words(fresh, age, words)) continue;
        snprintf(piece, sizeof piece, "%s%s", names[kind], words);
        if (!text_has(strip, piece)) rule_broken(f, v, "no old news, strip", strip);
    }
    free(strip);
}

static void head_is_as_its_pod(struct frames *f, const struct view *v)
{
    const struct answer *a = f->answer;
    const struct pod *head = v->focus->head;
    if (!v->focus->rayservice || !v->focus->raycluster || !source_is_live(v, "kube/pods")) return;
    /* what was last reported of a head whose delete was accepted is of before that */
    const bool reported = head && v->focus->head_row->changed_ms > v->outage->t0_ms;
    const bool ready = reported && head->is_ready == TRI_YES && !head->deleted.known;
    if (ready && text_eq(a[1].question, "HEAD DOWN"))
        rule_broken(f, v, "the head", "HEAD DOWN over a head that is ready");
    bool was = v->outage->state != OUTAGE_NONE || v->focus->rayservice->service_status;
    if (!head && was && text_eq(a[1].question, "LOSE THE HEAD?"))
        rule_broken(f, v, "the head", "LOSE THE HEAD? where there is none");
}

static void redis_is_not_praised(struct frames *f, const struct view *v)
{
    static const char *const praise[] = {"Redis ok", "kept ", "to go"};
    const struct answer *a = f->answer;
    const struct source *redis = world_source_named(v->world, "redis");
    if (!redis || v->focus->rayservice == NULL || v->focus->rayservice->ft != TRI_YES) return;
    enum freshness fresh = source_freshness(redis, v->now_ms, NULL);
    if (fresh == FRESH_LIVE || fresh == FRESH_OFF) return;
    for (int i = 0; i < ANSWERS; i++)
        for (size_t k = 0; k < ARRAY_LEN(praise); k++)
            if (text_has(a[i].text, praise[k])) rule_broken(f, v, "Redis does not answer", a[i].text);
}

static bool is_word(const char *text, const char *at, size_t len)
{
    return (at == text || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[len]);
}

static void nothing_is_rubbish(struct frames *f, const struct view *v)
{
    static const char *const rubbish[] = {"nan", "-nan", "inf", "(null)", "18446744073709551"};
    for (size_t i = 0; i < f->texts.count; i++) {
        const char *text = f->texts.text[i];
        for (size_t k = 0; k < ARRAY_LEN(rubbish); k++) {
            const char *at = strstr(text, rubbish[k]);
            bool whole = at && (k > 2 || is_word(text, at, strlen(rubbish[k])));
            if (whole) rule_broken(f, v, f->texts.name[i], rubbish[k]);
        }
    }
}

/* What takes long to draw: the small screen, each pane, the losses, and status as JSON. */
static void frames_check_rest(struct frames *f, const struct view *v, const struct status_of *s,
                              const struct service_evidence *e)
{
    f->panes_ms = v->now_ms;
    texts_add(&f->texts, "narrow", screen_text(f->narrow, v, NARROW_ROWS, NARROW_COLS));
    for (int i = 0; i < ANSWERS; i++) answer_is_on(f, v, &f->answer[i], f->texts.text[f->texts.count - 1]);
    json_agrees(f, v, s, e);
    pane_texts(f, v);
    loss_texts(f, v);
}

const char *frames_check(struct frames *f, const struct view *of)
{
    const struct chrome chrome = {.context = "replay"};
    struct view v = *of;
    v.chrome = &chrome;
    v.selection = NULL;
    v.read_only = true;
    const struct status_of s = status_now(&v);
    const struct service_evidence e = evidence_of(v.world, v.focus, v.now_ms, v.wall_ms);
    answers_of(s.world, &s.focus, s.outage, s.previous, s.now_ms, s.wall_ms, f->answer);
    texts_clear(&f->texts);
    texts_add(&f->texts, "wide", screen_text(f->wide, &v, WIDE_ROWS, WIDE_COLS));
    status_texts(f, &s);
    for (int i = 0; i < ANSWERS; i++) {
        answer_is_on(f, &v, &f->answer[i], f->texts.text[0]);
        status_says_answer(f, &v, &f->answer[i], f->texts.text[1]);
    }
    answering_drawn(f, f->texts.text[0]);
    word_is_evidence(f, &v, &e);
    strip_says_age(f, &v, f->texts.text[0]);
    if (v.now_ms >= f->panes_ms + f->panes_every_ms) frames_check_rest(f, &v, &s, &e);
    lengths_are_one(f, &v);
    counts_are_one(f, &v);
    head_is_as_its_pod(f, &v);
    redis_is_not_praised(f, &v);
    nothing_is_rubbish(f, &v);
    return f->word;
}
