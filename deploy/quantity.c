/* quantity.c - Parses Kubernetes' resource quantities; see quantity.h. */
#include "deploy/quantity.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANTISSA_DIGITS = 18, EXPONENT_MAX = 60, TEXT_MAX = 64 };
__extension__ typedef unsigned __int128 wide;

/* The value is mantissa × 2^bits × 10^tens. */
struct parts {
    uint64_t mantissa;
    int tens;
    unsigned bits;
};

static const struct {
    const char *text;
    int tens;
    unsigned bits;
} suffixes[] = {{"", 0, 0},    {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0}, {"k", 3, 0},   {"M", 6, 0},
                {"G", 9, 0},   {"T", 12, 0},  {"P", 15, 0},  {"E", 18, 0}, {"Ki", 0, 10}, {"Mi", 0, 20},
                {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60}};

/* "90", "0.5", "5.", ".5". Returns what follows; NULL: no number. */
static const char *digits_read(const char *s, struct parts *p)
{
    size_t digits = 0, significant = 0;
    bool fraction = false;
    for (;; s++) {
        if (*s == '.' && !fraction) {
            fraction = true;
            continue;
        }
        if (*s < '0' || *s > '9') break;
        digits++;
        if (p->mantissa || *s != '0') significant++;
        if (significant > MANTISSA_DIGITS) return NULL;
        p->mantissa = p->mantissa * 10 + (uint64_t)(*s - '0');
        p->tens -= fraction;
    }
    return digits ? s : NULL;
}

static bool suffix_read(const char *s, struct parts *p)
{
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        if (strcmp(s, suffixes[i].text) != 0) continue;
        p->tens += suffixes[i].tens;
        p->bits = suffixes[i].bits;
        return true;
    }
    if (*s != 'e' && *s != 'E') return false;
    const bool negative = s[1] == '-';
    const char *digits = s + 1 + (s[1] == '-' || s[1] == '+');
    uint64_t exponent;
    if (text_u64(digits, strlen(digits), EXPONENT_MAX, &exponent)) return false;
    p->tens += negative ? -(int)exponent : (int)exponent;
    return true;
}

enum err quantity_parse(const char *text, uint64_t *ret_milli)
{
    struct parts p = {0};
    if (!text || strlen(text) > TEXT_MAX) return ERR_PARSE;
    const char *rest = digits_read(text + (*text == '+'), &p);
    if (!rest || !suffix_read(rest, &p)) return ERR_PARSE;
    wide value = (wide)p.mantissa << p.bits; /* below 2^60 × 2^60 */
    int tens = p.tens + 3;
    for (; tens > 0 && value; tens--) {
        value *= 10;
        if (value > UINT64_MAX && tens > 1) return ERR_LIMIT;
    }
    bool up = false;
    for (; tens < 0 && value; tens++) {
        up = up || value % 10;
        value /= 10;
    }
    value += up;
    if (value > UINT64_MAX) return ERR_LIMIT;
    *ret_milli = (uint64_t)value;
    return ERR_OK;
}

struct known_u64 quantity_of(const cJSON *resources, const char *name)
{
    const cJSON *found = json_get(resources, name);
    char number[TEXT_MAX];
    uint64_t milli;
    const char *text = cJSON_IsString(found) ? found->valuestring : NULL;
    if (cJSON_IsNumber(found)) {
        snprintf(number, sizeof number, "%.3f", found->valuedouble);
        text = number;
    }
    return text && quantity_parse(text, &milli) == ERR_OK ? known_u64(milli) : UNKNOWN_U64;
}

const char *quantity_count_text(uint64_t milli, char out[QUANTITY_TEXT_MAX])
{
    const bool whole = milli % 1000 == 0;
    snprintf(out, QUANTITY_TEXT_MAX, "%llu%s", (unsigned long long)(whole ? milli / 1000 : milli), whole ? "" : "m");
    return out;
}

const char *quantity_bytes_text(uint64_t milli, char out[QUANTITY_TEXT_MAX])
{
    static const char units[] = "kMGTP";
    double value = (double)milli / 1000.0;
    size_t unit = 0;
    for (; value >= 1000.0 && unit < sizeof units - 1; unit++) value /= 1000.0;
    if (!unit)
        snprintf(out, QUANTITY_TEXT_MAX, "%.0f", value);
    else
        snprintf(out, QUANTITY_TEXT_MAX, "%.*f%c", value < 99.95 && value != (double)(uint64_t)value, value,
                 units[unit - 1]);
    return out;
}
