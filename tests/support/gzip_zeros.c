/* gzip_zeros.c - see gzip_zeros.h: one block of fixed Huffman codes (RFC 1951, 3.2.6): a literal, then "258 bytes from
 * one byte back" again and again. */
#include "tests/support/gzip_zeros.h"

struct bits {
    struct buf *out;
    unsigned held, count;
};

/* Huffman codes go from their highest bit on, everything else from the lowest. */
static void bits_add(struct bits *b, unsigned code, unsigned count)
{
    for (unsigned i = count; i-- > 0;) {
        b->held |= (code >> i & 1u) << b->count;
        if (++b->count < 8) continue;
        buf_char(b->out, (char)b->held);
        b->held = b->count = 0;
    }
}

void gzip_zeros(struct buf *out, size_t len)
{
    struct bits b = {.out = out};
    buf_add(out, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    bits_add(&b, 1, 1);          /* the last block */
    bits_add(&b, 2, 2);          /* type 01, lowest bit first */
    bits_add(&b, 0x30 + '0', 8); /* the literal */
    for (size_t have = 1; have < len; have += 258) {
        bits_add(&b, 0xC5, 8); /* length 258: code 285 */
        bits_add(&b, 0, 5);    /* distance 1 */
    }
    bits_add(&b, 0, 7); /* the end of the block */
    bits_add(&b, 0, 7); /* fills the byte */
    buf_add(out, "\0\0\0\0\0\0\0\0", 8);
}
