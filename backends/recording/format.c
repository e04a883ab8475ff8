/* format.c - packs and unpacks the heads and tails of frames; see format.h. */
#include "backends/recording/format.h"

#include "backends/base/sha256.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { MARK_BYTES = 8, CHECK_AT = 36, HEX_OF_CHECK = 8 };
#define HEAD_MAGIC UINT32_C(0x184D2A5D)
#define TAIL_MAGIC UINT32_C(0x184D2A5E)
static const char head_mark[MARK_BYTES + 1] = "raydeckF", tail_mark[MARK_BYTES + 1] = "raydeckT";

static void number_pack(unsigned char *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) out[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t number_unpack(const unsigned char *in, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) value |= (uint64_t)in[i] << (8 * i);
    return value;
}

static uint32_t check_of(const unsigned char *body)
{
    struct sha256 sum;
    char hex[SHA256_HEX];
    sha256_init(&sum);
    sha256_add(&sum, body, CHECK_AT);
    sha256_hex(&sum, hex);
    hex[HEX_OF_CHECK] = '\0';
    return (uint32_t)strtoul(hex, NULL, 16);
}

/* Adds the header of the skippable frame and the checksum; the rest of *out is filled in. */
static void frame_seal(unsigned char *out, uint32_t magic, const char *mark, size_t bytes)
{
    unsigned char *body = out + SKIPPABLE_BYTES;
    number_pack(out, magic, 4);
    number_pack(out + 4, bytes, 4);
    memcpy(body, mark, MARK_BYTES);
    number_pack(body + CHECK_AT, check_of(body), 4);
}

static int frame_is_sealed(const unsigned char *in, uint32_t magic, const char *mark, size_t bytes)
{
    const unsigned char *body = in + SKIPPABLE_BYTES;
    return number_unpack(in, 4) == magic && number_unpack(in + 4, 4) == bytes && !memcmp(body, mark, MARK_BYTES) &&
           number_unpack(body + CHECK_AT, 4) == check_of(body);
}

void frame_head_pack(const struct frame_head *h, unsigned char out[SKIPPABLE_BYTES + HEAD_BYTES])
{
    unsigned char *body = out + SKIPPABLE_BYTES;
    number_pack(body + 8, h->version, 2);
    number_pack(body + 10, h->kind, 2);
    number_pack(body + 12, h->number, 4);
    number_pack(body + 16, h->at_ms, 8);
    number_pack(body + 24, h->wall_ms, 8);
    number_pack(body + 32, h->flags, 4);
    frame_seal(out, HEAD_MAGIC, head_mark, HEAD_BYTES);
}

int frame_head_unpack(const unsigned char in[SKIPPABLE_BYTES + HEAD_BYTES], struct frame_head *ret)
{
    const unsigned char *body = in + SKIPPABLE_BYTES;
    if (!frame_is_sealed(in, HEAD_MAGIC, head_mark, HEAD_BYTES)) return 0;
    *ret = (struct frame_head){.version = (uint16_t)number_unpack(body + 8, 2),
                               .kind = (uint16_t)number_unpack(body + 10, 2),
                               .number = (uint32_t)number_unpack(body + 12, 4),
                               .at_ms = number_unpack(body + 16, 8),
                               .wall_ms = number_unpack(body + 24, 8),
                               .flags = (uint32_t)number_unpack(body + 32, 4)};
    return 1;
}

void frame_tail_pack(const struct frame_tail *t, unsigned char out[SKIPPABLE_BYTES + TAIL_BYTES])
{
    unsigned char *body = out + SKIPPABLE_BYTES;
    number_pack(body + 8, t->number, 4);
    number_pack(body + 12, t->lines, 4);
    number_pack(body + 16, t->at_ms, 8);
    number_pack(body + 24, t->wall_ms, 8);
    number_pack(body + 32, t->body_bytes, 4);
    frame_seal(out, TAIL_MAGIC, tail_mark, TAIL_BYTES);
}

int frame_tail_unpack(const unsigned char in[SKIPPABLE_BYTES + TAIL_BYTES], struct frame_tail *ret)
{
    const unsigned char *body = in + SKIPPABLE_BYTES;
    if (!frame_is_sealed(in, TAIL_MAGIC, tail_mark, TAIL_BYTES)) return 0;
    *ret = (struct frame_tail){.number = (uint32_t)number_unpack(body + 8, 4),
                               .lines = (uint32_t)number_unpack(body + 12, 4),
                               .at_ms = number_unpack(body + 16, 8),
                               .wall_ms = number_unpack(body + 24, 8),
                               .body_bytes = (uint32_t)number_unpack(body + 32, 4)};
    return 1;
}
