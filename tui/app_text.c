/* app_text.c - `w`: writes a text of the screen to a new file, on a thread: its file system may hang. */
#include "backends/base/mem.h"
#include "backends/link/blocking.h"
#include "backends/link/file.h"
#include "backends/recording/recordings_folder.h"
#include "tui/app_priv.h"

#include <stdlib.h>

enum { TEXT_MAX = 64 * 1024 * 1024 };

struct text_file {
    char *path; /* once it is written, its own: another text of the same second may have the first name */
    struct buf text;
    enum err err;
    struct why why;
};

static void file_run(void *data)
{
    struct text_file *f = data;
    f->err = file_make_dirs(f->path, &f->why);
    if (!f->err) f->err = file_write_unique(&f->path, buf_text(&f->text), f->text.len, &f->why);
}

static void file_free(void *data)
{
    struct text_file *f = data;
    free(f->path);
    buf_done(&f->text);
    free(f);
}

static void file_done(void *arg, void *data)
{
    struct app *app = arg;
    const struct text_file *f = data;
    app->saving = NULL;
    if (f->err)
        app_say(app, true, "%s", f->why.text);
    else
        app_say(app, false, "written: %s", f->path);
    app_redraw(app);
}

void app_text_save(struct app *app, const char *name, struct buf *text)
{
    static const struct blocking_ops ops = {file_run, file_done, file_free};
    char *folder = state_folder("texts");
    const char *why = app->redact   ? "texts are not written while --redact hides names"
                      : !folder     ? "neither XDG_STATE_HOME nor HOME is set"
                      : app->saving ? "the last text is still being written"
                      : !text->len  ? "there is no text yet"
                                    : NULL;
    if (why) {
        app_say(app, true, "nothing was written: %s", why);
        free(folder);
        buf_done(text);
        return;
    }
    struct text_file *f = mem_zero(1, sizeof *f);
    f->path = state_path(folder, "text", loop_wall_ms(app->loop), name, ".txt");
    free(folder);
    f->text = *text;
    *text = (struct buf){0};
    if (blocking_start(app->loop, &ops, f, app, &app->saving)) {
        app->saving = NULL;
        app_say(app, true, "nothing was written: no thread to write on");
    }
}

void app_overlay_save(struct app *app)
{
    const struct overlay *o = app->overlays.top;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    o->ops->text(o, &text);
    app_text_save(app, o->ops->name, &text);
}

void app_detail_save(struct app *app)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    (void)buf_str(&text, screen_detail(app->at->screen));
    app_text_save(app, "detail", &text);
}
