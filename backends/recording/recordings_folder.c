/* recordings_folder.c - names, lists and prunes the recordings that are kept; see recordings_folder.h. */
#include "backends/recording/recordings_folder.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char loss[] = "loss-", extension[] = ".rec";

char *state_folder(const char *name)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && state[0] == '/') return mem_printf("%s/raydeck/%s", state, name);
    if (home && home[0] == '/') return mem_printf("%s/.local/state/raydeck/%s", home, name);
    return NULL;
}

char *recordings_folder(void)
{
    return state_folder("recordings");
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

char *state_path(const char *folder, const char *kind, uint64_t wall_ms, const char *service, const char *suffix)
{
    char stamp[32], name[64] = "";
    const time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;
    if (!gmtime_r(&seconds, &tm) || !strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &tm))
        snprintf(stamp, sizeof stamp, "unknown");
    snprintf(name, sizeof name, "%s%.50s", service ? "-" : "", service ? service : "");
    for (char *c = name; *c; c++)
        if (!is_name_char(*c)) *c = '-';
    return mem_printf("%s/%s-%s%s%s", folder, kind, stamp, name, suffix);
}

char *recordings_path(const char *folder, const char *kind, uint64_t wall_ms, const char *service)
{
    return state_path(folder, kind, wall_ms, service, extension);
}

static int is_recording(const struct dirent *entry)
{
    const size_t len = strlen(entry->d_name), tail = sizeof extension - 1;
    return entry->d_name[0] != '.' && len > tail && !strcmp(entry->d_name + len - tail, extension);
}

static int is_loss(const struct dirent *entry)
{
    return is_recording(entry) && !strncmp(entry->d_name, loss, sizeof loss - 1);
}

/* The stamp in a name orders losses by time. */
static int by_name_latest_first(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*b)->d_name, (*a)->d_name);
}

void recordings_prune(const char *folder)
{
    struct dirent **entry;
    int n = scandir(folder, &entry, is_loss, by_name_latest_first);
    for (int i = 0; i < n; i++) {
        char *path = mem_printf("%s/%s", folder, entry[i]->d_name);
        if (i >= RECORDINGS_KEPT) unlink(path);
        free(path);
        free(entry[i]);
    }
    if (n >= 0) free(entry);
}

static int by_time_latest_first(const void *a, const void *b)
{
    const struct recordings_item *x = a, *y = b;
    if (x->saved_wall_ms != y->saved_wall_ms) return x->saved_wall_ms < y->saved_wall_ms ? 1 : -1;
    return strcmp(y->name, x->name);
}

enum err recordings_list(const char *folder, struct recordings_list *ret, struct why *why)
{
    struct recordings_list list = {.count = 0};
    struct dirent **entry;
    int n = scandir(folder, &entry, is_recording, by_name_latest_first);
    if (n < 0 && errno != ENOENT) return why_set(why, ERR_IO, "%s: cannot be read: %s", folder, strerror(errno));
    list.item = mem_zero(n > 0 ? (size_t)n : 1, sizeof *list.item);
    for (int i = 0; i < n; i++) {
        struct stat st;
        char *path = mem_printf("%s/%s", folder, entry[i]->d_name);
        if (!stat(path, &st) && S_ISREG(st.st_mode))
            list.item[list.count++] = (struct recordings_item){
                text_safe(entry[i]->d_name, strlen(entry[i]->d_name), TEXT_ONE_LINE, NAME_MAX), (uint64_t)st.st_size,
                (uint64_t)st.st_mtim.tv_sec * 1000 + (uint64_t)st.st_mtim.tv_nsec / 1000000};
        free(path);
        free(entry[i]);
    }
    if (n >= 0) free(entry);
    qsort(list.item, list.count, sizeof *list.item, by_time_latest_first);
    while (list.count > RECORDINGS_LISTED) {
        free(list.item[--list.count].name);
        list.more++;
    }
    *ret = list;
    return ERR_OK;
}

void recordings_list_done(struct recordings_list *list)
{
    for (size_t i = 0; i < list->count; i++) free(list->item[i].name);
    free(list->item);
    *list = (struct recordings_list){.count = 0};
}
