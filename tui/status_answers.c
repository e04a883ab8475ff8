/* status_answers.c - prints the three answers and their lines of evidence as text and JSON, for `status` and
 * `doctor`. */
#include "backends/base/text.h"
#include "backends/world/evidence.h"
#include "tui/status.h"

enum { QUESTION_COLUMNS = 17, WORD_COLUMNS = 6, LINES_MAX = 8 * ANSWER_TEXT_MAX };

/* The lines of evidence of an answer. */
static bool is_answering(const struct answer *a)
{
    return text_eq(a->question, "ANSWERING");
}

static bool is_head_loss(const struct answer *a)
{
    return text_eq(a->question, "LOSE THE HEAD?");
}

static struct service_evidence evidence_now(const struct status_of *s)
{
    return evidence_of(s->world, &s->focus, s->now_ms, s->wall_ms);
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

static void cell_print(FILE *out, const char *text, int columns)
{
    const int used = (int)text_width(text);
    fprintf(out, "%s%*s", text, used < columns ? columns - used : 1, "");
}

static void lines_print(const struct status_of *s, const struct answer *a, FILE *out)
{
    struct buf text;
    buf_init(&text, LINES_MAX);
    if (is_answering(a)) {
        const struct service_evidence e = evidence_now(s);
        evidence_text(&e, "  ", &text);
    } else if (is_head_loss(a)) {
        const struct head_loss loss = head_loss_of(s->world, &s->focus, s->now_ms);
        head_loss_text(&loss, "  ", &text);
    }
    fputs(buf_text(&text), out);
    buf_done(&text);
}

void status_answers_text(const struct status_of *s, FILE *out)
{
    struct answer answer[ANSWERS];
    answers_of(s->world, &s->focus, s->outage, s->previous, s->now_ms, s->wall_ms, answer);
    for (int i = 0; i < ANSWERS; i++) {
        cell_print(out, answer[i].question, QUESTION_COLUMNS);
        cell_print(out, answer[i].word, WORD_COLUMNS);
        fprintf(out, "%s\n", answer[i].text);
        lines_print(s, &answer[i], out);
    }
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static cJSON *line_add(cJSON *lines, const char *name, const char *word, const char *why)
{
    cJSON *line = cJSON_CreateObject();
    cJSON_AddStringToObject(line, "line", name);
    cJSON_AddStringToObject(line, "answer", word);
    cJSON_AddStringToObject(line, "evidence", why);
    cJSON_AddItemToArray(lines, line);
    return line;
}

static void evidence_add(const struct status_of *s, cJSON *lines)
{
    const struct service_evidence e = evidence_now(s);
    for (int i = 0; i < EVIDENCE_LINES; i++) {
        const struct evidence *of = &e.line[i];
        cJSON *line = line_add(lines, evidence_name((enum evidence_line)i), evidence_word(of->verdict), of->why);
        cJSON_AddItemToObject(line, "by", *of->by ? cJSON_CreateString(of->by) : cJSON_CreateNull());
        json_add_u64(line, "age_ms", of->age_ms);
    }
}

static void head_loss_add(const struct status_of *s, cJSON *lines)
{
    const struct head_loss loss = head_loss_of(s->world, &s->focus, s->now_ms);
    line_add(lines, "pod", verdict_word(loss.pod), loss.pod_why);
    line_add(lines, "node", verdict_word(loss.node), loss.node_why);
    line_add(lines, "redis", verdict_word(loss.redis), loss.redis_why);
}

cJSON *status_answers_json(const struct status_of *s)
{
    static const char *const words[] = {"unknown", "ok", "warning", "no"};
    struct answer answer[ANSWERS];
    answers_of(s->world, &s->focus, s->outage, s->previous, s->now_ms, s->wall_ms, answer);
    cJSON *array = cJSON_CreateArray();
    for (int i = 0; i < ANSWERS; i++) {
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "question", answer[i].question);
        cJSON_AddStringToObject(item, "verdict", words[answer[i].verdict]);
        cJSON_AddStringToObject(item, "answer", answer[i].word);
        cJSON_AddStringToObject(item, "evidence", answer[i].text);
        if (is_answering(&answer[i])) evidence_add(s, cJSON_AddArrayToObject(item, "lines"));
        if (is_head_loss(&answer[i])) head_loss_add(s, cJSON_AddArrayToObject(item, "lines"));
        cJSON_AddItemToArray(array, item);
    }
    return array;
}
