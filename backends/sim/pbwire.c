/* pbwire.c - Protocol Buffers' wire format, written by hand: the simulator shares no parser with the console. */
#include "backends/sim/pbwire.h"

#include <string.h>

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_LENGTH = 2 };

static void put_varint(struct buf *b, uint64_t v)
{
    do {
        unsigned char byte = v & 0x7f;
        v >>= 7;
        (void)buf_char(b, (char)(byte | (v ? 0x80 : 0)));
    } while (v);
}

static void put_tag(struct buf *b, unsigned field, unsigned wire)
{
    put_varint(b, (uint64_t)field << 3 | wire);
}

void pb_u64(struct buf *b, unsigned field, uint64_t v)
{
    if (!v) return;
    put_tag(b, field, WIRE_VARINT);
    put_varint(b, v);
}

void pb_double(struct buf *b, unsigned field, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (!bits) return;
    put_tag(b, field, WIRE_FIXED64);
    for (int i = 0; i < 8; i++, bits >>= 8) (void)buf_char(b, (char)(bits & 0xff));
}

static void put_bytes(struct buf *b, unsigned field, const void *bytes, size_t len)
{
    put_tag(b, field, WIRE_LENGTH);
    put_varint(b, len);
    (void)buf_add(b, bytes, len);
}

void pb_bytes(struct buf *b, unsigned field, const void *bytes, size_t len)
{
    if (len) put_bytes(b, field, bytes, len);
}

void pb_str(struct buf *b, unsigned field, const char *s)
{
    if (s) pb_bytes(b, field, s, strlen(s));
}

static unsigned hex_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10) & 0xf;
}

void pb_hex(struct buf *b, unsigned field, const char *hex)
{
    char bytes[64];
    size_t n = 0;
    while (hex[0] && hex[1] && n < sizeof bytes) {
        bytes[n++] = (char)(hex_digit(hex[0]) << 4 | hex_digit(hex[1]));
        hex += 2;
    }
    pb_bytes(b, field, bytes, n);
}

void pb_message(struct buf *b, unsigned field, const struct buf *inner)
{
    put_bytes(b, field, buf_text(inner), inner->len);
}
