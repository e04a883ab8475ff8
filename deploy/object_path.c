/* object_path.c - see object_path.h. */
#include "deploy/object_path.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/request_body.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LEN = 1024 };

char *object_path(const char *root, const char *ns, const char *plural, const char *name)
{
    return request_path(root, ns, plural, name);
}

char *object_events_path(const char *ns, const char *kind, const char *name, const char *uid)
{
    struct buf safe;
    const char *id = uid && ns ? uid : name;
    buf_init(&safe, NAME_MAX_LEN);
    (void)text_url_encode(id, strlen(id), &safe);
    char *list = request_path("/api/v1", ns, "events", NULL);
    char *path = uid && ns
                     ? mem_printf("%s?fieldSelector=involvedObject.uid%%3D%s&limit=200", list, buf_text(&safe))
                     : mem_printf("%s?fieldSelector=involvedObject.name%%3D%s%%2CinvolvedObject.kind%%3D%s&limit=200",
                                  list, buf_text(&safe), kind);
    free(list);
    buf_done(&safe);
    return path;
}
