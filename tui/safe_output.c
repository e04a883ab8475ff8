/* safe_output.c - see safe_output.h. */
#include "tui/safe_output.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

enum { PIECE_MAX = 64 * 1024, ESCAPED = 4 /* bytes that one may become */ };

struct stream {
    FILE *to;
    struct buf foreign; /* at most the beginning of a character between two writes */
    unsigned marks;
};

static bool stream_pass(struct stream *s, bool last)
{
    struct buf safe;
    buf_init(&safe, ESCAPED * PIECE_MAX * 2);
    if (s->foreign.len) buf_drop(&s->foreign, text_safe_piece(&safe, s->foreign.data, s->foreign.len, last, &s->marks));
    const bool fine = fwrite(buf_text(&safe), 1, safe.len, s->to) == safe.len && fflush(s->to) == 0;
    buf_done(&safe);
    return fine;
}

static ssize_t stream_write(void *arg, const char *bytes, size_t len)
{
    struct stream *s = arg;
    for (size_t at = 0; at < len;) {
        const size_t n = len - at < PIECE_MAX ? len - at : PIECE_MAX;
        (void)buf_add(&s->foreign, bytes + at, n);
        at += n;
        if (!stream_pass(s, false)) return 0;
    }
    return (ssize_t)len;
}

static int stream_close(void *arg)
{
    struct stream *s = arg;
    const bool fine = stream_pass(s, true);
    buf_done(&s->foreign);
    free(s);
    return fine ? 0 : EOF;
}

static FILE *stream_new(FILE *to, int buffering)
{
    struct stream *s = mem_zero(1, sizeof *s);
    s->to = to;
    buf_init(&s->foreign, PIECE_MAX * 2);
    FILE *stream = fopencookie(s, "w", (cookie_io_functions_t){.write = stream_write, .close = stream_close});
    if (!stream) mem_exhausted();
    setvbuf(stream, NULL, buffering, buffering == _IONBF ? 0 : BUFSIZ);
    return stream;
}

struct safe_output safe_output_begin(void)
{
    const struct safe_output real = {stdout, stderr};
    stdout = stream_new(real.out, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF);
    stderr = stream_new(real.messages, _IONBF);
    return real;
}

void safe_output_end_out(struct safe_output *real)
{
    fclose(stdout);
    stdout = real->out;
}

void safe_output_end_messages(struct safe_output *real)
{
    fclose(stderr);
    stderr = real->messages;
}

void safe_output_return(void)
{
    fflush(stderr);
    (void)!write(STDERR_FILENO, "\r", 1);
}
