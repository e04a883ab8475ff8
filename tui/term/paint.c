/* paint.c - a canvas into bytes, by ncurses. */
#include "tui/term/paint.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/draw/glyph.h"
#include "tui/term/color.h"
#include "tui/term/terminfo_entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

struct paint {
    SCREEN *screen;
    FILE *out, *in;
    int depth;
    bool ascii, console, stands_in, like_xterm, cursor_shown, redraw;
    bool corner_inserts;      /* ncurses fills the last cell by inserting before it, as it cannot stop the wrap there */
    struct truecolor *direct; /* NULL: the terminal's entry has every colour */
    struct buf collected;     /* what ncurses wrote, where numbers in it stand for colours */
    struct theme theme;
    struct ink ink[ROLE_COUNT];
    struct cell *shown; /* what was given to ncurses, so that an unchanged row costs one memcmp */
    int rows, cols;
};

enum { NEWTERM_BYTES = 100 * 1024 }; /* less than what malloc gives back to the system at once */

static enum err why_terminal(struct why *why, const char *terminal, const char *what)
{
    return why_set(why, ERR_UNSUPPORTED,
                   "the terminal \"%s\" %s; set TERM to what yours is, or use --linear, or raydeck status", terminal,
                   what);
}

static bool has_text(const char *capability)
{
    char *text = tigetstr((char *)(uintptr_t)capability);
    return text && text != (char *)-1;
}

/* newterm alone cannot distinguish an unknown terminal from one that lacks something. ERR_NOT_FOUND: it has no entry.
 */
static enum err known_terminal(const char *terminal, struct why *why)
{
    int found = 0, held = 0; /* by the system, by the program */
    if (setupterm(terminal, STDERR_FILENO, &found) != OK &&
        !(terminfo_entry_use(terminal) && setupterm(terminal, STDERR_FILENO, &held) == OK)) {
        (void)why_terminal(why, terminal,
                           found < 0 ? "cannot be looked up (there is no terminfo database)" : "is unknown");
        return ERR_NOT_FOUND;
    }
    /* What term and pace say for themselves is ANSI's (ECMA-48): so must the terminal be. */
    bool able = has_text("cup") && has_text("clear") && strncmp(tigetstr((char *)(uintptr_t) "cup"), "\033[", 2) == 0;
    del_curterm(cur_term);
    return able ? ERR_OK : why_terminal(why, terminal, "cannot place its cursor as ANSI terminals do");
}

static FILE *memory_file(const char *name, const char *mode)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, mode) : NULL;
    if (fd >= 0 && !file) close(fd);
    return file;
}

static enum err open_files(struct paint *p, struct why *why)
{
    p->out = memory_file("raydeck-frame", "w");
    p->in = memory_file("raydeck-keys", "r"); /* empty, as /dev/null, which a chroot may not have */
    if (!p->out || !p->in) return why_set(why, ERR_IO, "terminal: no memory file: %s", strerror(errno));
    return ERR_OK;
}

/* Many entries lack the flags; the families are few. */
static bool has_title(const char *terminal)
{
    static const char *const families[] = {"xterm", "screen", "tmux", "rxvt", "foot", "kitty", "vte"};
    char xt[] = "XT";
    if (tigetflag(xt) > 0 || has_text("TS")) return true;
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (strncmp(terminal, families[i], strlen(families[i])) == 0) return true;
    return false;
}

static void paint_start(struct paint *p, bool mono)
{
    typeahead(-1);
    raw();
    noecho();
    nonl();
    curs_set(0);
    leaveok(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    if (!mono && has_colors()) {
        start_color();
        use_default_colors();
        p->depth = color_depth();
    }
}

/* Moves what ncurses has written into out. */
static void bytes_collect(struct paint *p, struct buf *out)
{
    char bytes[8192];
    int fd = fileno(p->out);
    struct buf *to = p->direct ? &p->collected : out;
    fflush(p->out);
    off_t at = 0;
    for (ssize_t got; (got = pread(fd, bytes, sizeof bytes, at)) > 0; at += got)
        if (buf_add(to, bytes, (size_t)got)) p->redraw = true;
    if (ftruncate(fd, 0) == 0) lseek(fd, 0, SEEK_SET);
    if (!p->direct) return;
    truecolor_write(p->direct, buf_text(to), to->len, out);
    buf_clear(to);
}

enum err paint_open(const struct paint_conf *conf, struct paint **ret, struct why *why)
{
    const char *terminal = conf->terminal;
    enum err e = known_terminal(terminal, why);
    const bool stands_in = e == ERR_NOT_FOUND && known_terminal(PAINT_STAND_IN, NULL) == ERR_OK;
    if (stands_in) terminal = PAINT_STAND_IN;
    if (e && !stands_in) return ERR_UNSUPPORTED;
    struct paint *p = mem_zero(1, sizeof *p);
    p->stands_in = stands_in;
    buf_init(&p->collected, PAINT_BYTES_MAX);
    e = open_files(p, why);
    if (e) goto out;
    /* Padding would be napms() in the middle of the loop. */
    setenv("NCURSES_NO_PADDING", "1", 1);
    /* newterm crashes where an allocation of its own fails: what it needs is had first, and given back. */
    free(mem_alloc(NEWTERM_BYTES));
    p->screen = newterm(terminal, p->out, p->in);
    terminfo_entry_end();
    if (!p->screen) {
        e = why_terminal(why, terminal, "cannot be drawn on");
        goto out;
    }
    p->ascii = conf->ascii;
    p->console = !conf->ascii && strncmp(terminal, "linux", strlen("linux")) == 0;
    paint_start(p, conf->mono);
    if (conf->direct && p->depth == 256) p->direct = mem_zero(1, sizeof *p->direct);
    p->like_xterm = has_title(terminal);
    p->corner_inserts = tigetflag((char[]){"am"}) > 0 && !(has_text("smam") && has_text("rmam"));
    /* What newterm wrote so far (the alternate screen) waits in the file for the first frame. */
    paint_theme(p, conf->theme);
    paint_size(p, conf->rows, conf->cols);
    *ret = p;
    return ERR_OK;
out:
    paint_free(p);
    return e;
}

void paint_free(struct paint *p)
{
    if (!p) return;
    if (p->screen) delscreen(p->screen);
    if (p->out) fclose(p->out);
    if (p->in) fclose(p->in);
    buf_done(&p->collected);
    free(p->direct);
    free(p->shown);
    free(p);
}

/* What the screen is cleared to. */
static void page_set(const struct paint *p)
{
    cchar_t blank;
    const struct ink *ink = &p->ink[ROLE_TEXT];
    if (setcchar(&blank, L" ", ink->attributes, (short)ink->pair, NULL) != ERR) bkgrndset(&blank);
}

void paint_theme(struct paint *p, const struct theme *theme)
{
    p->theme = *theme;
    color_inks(&p->theme, p->depth, p->direct, p->ink);
    page_set(p);
    paint_redraw(p);
}

void paint_redraw(struct paint *p)
{
    p->redraw = true;
}

void paint_size(struct paint *p, int rows, int cols)
{
    rows = rows < 1 ? 1 : rows > PAINT_ROWS_MAX ? PAINT_ROWS_MAX : rows;
    cols = cols < 1 ? 1 : cols > PAINT_COLS_MAX ? PAINT_COLS_MAX : cols;
    if (rows == p->rows && cols == p->cols) return;
    p->rows = rows;
    p->cols = cols;
    resizeterm(rows, cols);
    p->shown = mem_grow(p->shown, (size_t)rows * (size_t)cols, sizeof *p->shown);
    paint_redraw(p);
}

/* What ncurses would count otherwise than the canvas did must not shift the rest of the line. */
static bool width_agrees(const struct paint *p, const struct cell *cell, bool wide)
{
    return cell->cp < 0x7F || (!p->ascii && wcwidth((wchar_t)cell->cp) == (wide ? 2 : 1));
}

static void write_cell(const struct paint *p, int row, int col, const struct cell *cell, bool wide)
{
    wchar_t text[CELL_MARKS + 2] = {L'?'};
    size_t len = 1;
    const struct ink *ink = &p->ink[cell->role < ROLE_COUNT ? cell->role : ROLE_TEXT];
    cchar_t cc;
    bool agreed = width_agrees(p, cell, wide);
    if (agreed)
        text[0] = (wchar_t)cell->cp;
    else if (p->ascii && !wide)
        text[0] = (wchar_t)glyph_fold(cell->cp);
    for (int i = 0; agreed && !p->ascii && i < CELL_MARKS && cell->mark[i]; i++)
        if (wcwidth((wchar_t)cell->mark[i]) == 0) text[len++] = (wchar_t)cell->mark[i];
    if (setcchar(&cc, text, ink->attributes, (short)ink->pair, NULL) == ERR) return;
    mvadd_wch(row, col, &cc);
    if (wide && !agreed) mvadd_wch(row, col + 1, &cc);
}

static void write_row(const struct paint *p, int row, const struct cell *cells)
{
    for (int col = 0; col < p->cols; col++) {
        bool wide = col + 1 < p->cols && cells[col].cp != 0 && cells[col + 1].cp == 0;
        if (cells[col].cp) write_cell(p, row, col, &cells[col], wide);
    }
}

/* The fonts of a console have 256 or 512 characters, none wide and none combining. */
static void console_cell(struct cell *cell)
{
    cell->cp = cell->cp ? glyph_console(cell->cp) : '?';
    memset(cell->mark, 0, sizeof cell->mark);
}

/* The cell that ncurses inserts is the last but one, by itself: half of a wide character would break the row. */
static void corner_free(const struct paint *p, struct cell *cells)
{
    for (int col = p->cols - 3; col + 1 < p->cols; col++) {
        if (col < 0 || cells[col].cp == 0 || cells[col + 1].cp != 0) continue;
        cells[col] = cells[col + 1] = (struct cell){.cp = ' ', .role = cells[col].role};
    }
}

/* The canvas' row at the width of the screen. */
static void fill_row(const struct paint *p, const struct canvas *cv, int row, struct cell *ret)
{
    for (int col = 0; col < p->cols; col++) {
        const struct cell *cell = canvas_cell(cv, row, col);
        if (cell)
            memcpy(&ret[col], cell, sizeof *cell);
        else
            ret[col] = (struct cell){.cp = ' ', .role = ROLE_TEXT};
        if (p->console) console_cell(&ret[col]);
    }
    if (p->cols > 0 && ret[0].cp == 0) ret[0].cp = ' ';
    if (p->corner_inserts && row == p->rows - 1) corner_free(p, ret);
}

static void show_cursor(struct paint *p, const struct canvas *cv)
{
    bool shown = cv->cursor && cv->cursor->row >= 0 && cv->cursor->row < p->rows && cv->cursor->col < p->cols;
    if (shown != p->cursor_shown || p->redraw) curs_set(shown);
    p->cursor_shown = shown;
    leaveok(stdscr, !shown);
    if (shown) move(cv->cursor->row, cv->cursor->col);
}

void paint_frame(struct paint *p, const struct canvas *cv, struct buf *out)
{
    struct cell row[PAINT_COLS_MAX];
    for (int r = 0; r < p->rows; r++) {
        struct cell *shown = &p->shown[(size_t)r * (size_t)p->cols];
        fill_row(p, cv, r, row);
        if (!p->redraw && memcmp(shown, row, (size_t)p->cols * sizeof *row) == 0) continue;
        memcpy(shown, row, (size_t)p->cols * sizeof *row);
        write_row(p, r, row);
    }
    show_cursor(p, cv);
    clearok(curscr, p->redraw);
    p->redraw = false;
    refresh();
    bytes_collect(p, out);
}

void paint_leave(struct paint *p, struct buf *out)
{
    endwin();
    bytes_collect(p, out);
    paint_redraw(p);
}

bool paint_stands_in(const struct paint *p)
{
    return p->stands_in;
}

int paint_colors(const struct paint *p)
{
    return p->depth;
}

bool paint_like_xterm(const struct paint *p)
{
    return p->like_xterm;
}

/* Whole or not at all, and without padding ("$<5>"), which is for terminals of another age. */
static size_t add_capability(const char *capability, char *out, size_t size, size_t at)
{
    size_t from = at;
    if (!has_text(capability)) return at;
    for (const char *s = tigetstr((char *)(uintptr_t)capability); *s; s++) {
        const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
        if (end)
            s = end;
        else if (at + 1 < size)
            out[at++] = *s;
        else
            return from;
    }
    return at;
}

size_t paint_leave_bytes(struct paint *p, char *out, size_t size)
{
    static const char *const capabilities[] = {"sgr0", "op", "cnorm", "rmcup"};
    size_t at = 0;
    (void)p;
    for (size_t i = 0; i < ARRAY_LEN(capabilities); i++) at = add_capability(capabilities[i], out, size, at);
    out[at] = '\0';
    return at;
}
