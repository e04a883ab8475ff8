/* stamp.c - Parses and prints RFC 3339 and HTTP dates. */
#include "backends/base/stamp.h"

#include "backends/base/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { MS_PER_S = 1000, S_PER_DAY = 86400 };

struct civil {
    uint64_t year;
    unsigned month, day, hour, minute, second, ms;
};

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, counted in years that begin in March. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t from_march = (month + 9) % 12;
    int64_t day_of_year = (153 * from_march + 2) / 5 + (int64_t)day - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static struct civil civil_of(uint64_t ms)
{
    struct civil c = {.ms = (unsigned)(ms % MS_PER_S)};
    uint64_t seconds = ms / MS_PER_S;
    uint64_t days = seconds / S_PER_DAY + 719468;
    unsigned rest = (unsigned)(seconds % S_PER_DAY);

    uint64_t era = days / 146097, doe = days % 146097;
    uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = (unsigned)(doe - (365 * yoe + yoe / 4 - yoe / 100));
    unsigned from_march = (5 * doy + 2) / 153;
    c.day = doy - (153 * from_march + 2) / 5 + 1;
    c.month = from_march < 10 ? from_march + 3 : from_march - 9;
    c.year = yoe + era * 400 + (c.month <= 2 ? 1 : 0);
    c.hour = rest / 3600;
    c.minute = rest / 60 % 60;
    c.second = rest % 60;
    return c;
}

/* Exactly n digits at *s; moves *s past them. */
static bool parse_digits(const char **s, unsigned n, unsigned *ret)
{
    unsigned value = 0;

    for (unsigned i = 0; i < n; i++, (*s)++) {
        if (!isdigit((unsigned char)**s)) return false;
        value = value * 10 + (unsigned)(**s - '0');
    }
    *ret = value;
    return true;
}

static bool parse_char(const char **s, char c)
{
    if (**s != c) return false;
    (*s)++;
    return true;
}

static bool date_is_real(unsigned year, unsigned month, unsigned day)
{
    static const unsigned char most[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    if (month < 1 || month > 12 || day < 1) return false;
    return day <= most[month - 1] + (month == 2 && leap ? 1u : 0u);
}

static bool clock_of(const char **s, unsigned *ret_second_of_day)
{
    unsigned h, m, sec;

    if (!parse_digits(s, 2, &h) || !parse_char(s, ':') || !parse_digits(s, 2, &m) || !parse_char(s, ':') ||
        !parse_digits(s, 2, &sec))
        return false;
    if (h > 23 || m > 59 || sec > 60) return false;
    *ret_second_of_day = h * 3600 + m * 60 + sec;
    return true;
}

/* ".123456": milliseconds of it; any number of digits. */
static bool fraction_of(const char **s, unsigned *ret_ms)
{
    unsigned ms = 0, weight = 100;

    if (!parse_char(s, '.')) {
        *ret_ms = 0;
        return true;
    }
    if (!isdigit((unsigned char)**s)) return false;
    for (; isdigit((unsigned char)**s); (*s)++, weight /= 10) ms += weight * (unsigned)(**s - '0');
    *ret_ms = ms;
    return true;
}

static bool offset_of(const char **s, int *ret_seconds)
{
    unsigned h, m;

    if (parse_char(s, 'Z') || parse_char(s, 'z')) {
        *ret_seconds = 0;
        return true;
    }
    int sign = **s == '+' ? 1 : **s == '-' ? -1 : 0;
    if (sign == 0) return false;
    (*s)++;
    if (!parse_digits(s, 2, &h) || !parse_char(s, ':') || !parse_digits(s, 2, &m) || h > 23 || m > 59) return false;
    *ret_seconds = sign * (int)(h * 3600 + m * 60);
    return true;
}

static enum err stamp_of(unsigned year, unsigned month, unsigned day, int64_t second_of_day, unsigned ms,
                         uint64_t *ret_ms)
{
    int64_t seconds = days_of(year, month, day) * S_PER_DAY + second_of_day;

    if (seconds < 0) return ERR_PARSE;
    *ret_ms = (uint64_t)seconds * MS_PER_S + ms;
    return ERR_OK;
}

enum err stamp_parse(const char *text, uint64_t *ret_ms)
{
    const char *s = text;
    unsigned year, month, day, second, ms;
    int offset;

    if (!s || !parse_digits(&s, 4, &year) || !parse_char(&s, '-') || !parse_digits(&s, 2, &month) ||
        !parse_char(&s, '-') || !parse_digits(&s, 2, &day))
        return ERR_PARSE;
    if (!parse_char(&s, 'T') && !parse_char(&s, 't') && !parse_char(&s, ' ')) return ERR_PARSE;
    if (!date_is_real(year, month, day) || !clock_of(&s, &second) || !fraction_of(&s, &ms) || !offset_of(&s, &offset))
        return ERR_PARSE;
    if (*s) return ERR_PARSE;
    return stamp_of(year, month, day, (int64_t)second - offset, ms, ret_ms);
}

enum err stamp_parse_http(const char *text, uint64_t *ret_ms)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    static const char weekdays[] = "MonTueWedThuFriSatSun";
    const char *s = text;
    unsigned year, day, second, month = 0;

    if (!s || strlen(s) < 29) return ERR_PARSE;
    bool weekday = false;
    for (unsigned i = 0; i < 7; i++) weekday = weekday || strncmp(s, weekdays + (size_t)i * 3, 3) == 0;
    s += 3;
    if (!weekday || !parse_char(&s, ',') || !parse_char(&s, ' ') || !parse_digits(&s, 2, &day) || !parse_char(&s, ' '))
        return ERR_PARSE;
    for (unsigned i = 0; i < 12; i++) {
        if (strncmp(s, months + (size_t)i * 3, 3) == 0) month = i + 1;
    }
    if (month == 0) return ERR_PARSE;
    s += 3;
    if (!parse_char(&s, ' ') || !parse_digits(&s, 4, &year) || !parse_char(&s, ' ') ||
        !date_is_real(year, month, day) || !clock_of(&s, &second) || strcmp(s, " GMT") != 0)
        return ERR_PARSE;
    return stamp_of(year, month, day, second, 0, ret_ms);
}

char *stamp_iso(char out[STAMP_TEXT_MAX], uint64_t ms)
{
    struct civil c = civil_of(ms);
    snprintf(out, STAMP_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)c.year, c.month, c.day, c.hour, c.minute,
             c.second);
    return out;
}

char *stamp_clock(char out[STAMP_TEXT_MAX], uint64_t ms)
{
    struct civil c = civil_of(ms);
    snprintf(out, STAMP_TEXT_MAX, "%02u:%02u:%02uZ", c.hour, c.minute, c.second);
    return out;
}

char *stamp_minutes(char out[STAMP_TEXT_MAX], uint64_t ms)
{
    struct civil c = civil_of(ms);
    snprintf(out, STAMP_TEXT_MAX, "%02u:%02uZ", c.hour, c.minute);
    return out;
}

char *stamp_tenths(char out[STAMP_TEXT_MAX], uint64_t ms)
{
    struct civil c = civil_of(ms);
    snprintf(out, STAMP_TEXT_MAX, "%02u:%02u:%02u.%uZ", c.hour, c.minute, c.second, c.ms / 100);
    return out;
}
