/* ray_image.c - the Ray in an image, by the image's name; see ray_image.h. */
#include "deploy/ray_image.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *own_name(const char *image)
{
    const char *slash = strrchr(image, '/');
    return slash ? slash + 1 : image;
}

const char *image_tag(const char *image)
{
    const char *colon = strrchr(own_name(image), ':');
    return colon && !strchr(image, '@') ? colon + 1 : NULL;
}

bool image_tag_moves(const char *image)
{
    const char *tag = image_tag(image);
    if (strchr(image, '@')) return false;
    /* rayproject's moving tags have variants: latest-gpu, nightly-py311. */
    return !tag || strncmp(tag, "nightly", 7) == 0 ||
           (strncmp(tag, "latest", 6) == 0 && !isalnum((unsigned char)tag[6]));
}

bool image_is(const char *image, const char *name)
{
    const char *own = own_name(image);
    const size_t len = strcspn(own, ":@");
    return strlen(name) == len && memcmp(own, name, len) == 0;
}

/* The first x.y.z in the text; false where there is none. */
static bool version_in(const char *text, char out[RAY_VERSION_MAX])
{
    for (const char *p = text; *p; p++) {
        if (!isdigit((unsigned char)*p) || (p > text && (isdigit((unsigned char)p[-1]) || p[-1] == '.'))) continue;
        int parts = 1;
        const char *q = p;
        while (isdigit((unsigned char)*q) || (*q == '.' && isdigit((unsigned char)q[1]) && parts < 3)) {
            parts += *q == '.';
            q++;
        }
        if (parts < 3 || q - p >= RAY_VERSION_MAX) continue;
        memcpy(out, p, (size_t)(q - p));
        out[q - p] = '\0';
        return true;
    }
    return false;
}

/* Another image's version ("vllm-openai:v0.6.3") is of something else. */
bool image_ray_version(const char *image, char ret[RAY_VERSION_MAX])
{
    const char *name = own_name(image), *tag = image_tag(image);
    const char *after = tag ? strstr(tag, "ray") : NULL;
    if (strchr(image, '@')) return false;
    if (after && version_in(after, ret)) return true;
    after = strstr(name, "ray");
    if (!after) return false;
    const bool own = strncmp(name, "ray", 3) == 0 && !isalnum((unsigned char)name[3]);
    if (own && tag && version_in(tag, ret)) return true;
    /* Within the name alone: what stands in the tag is the image's own version. */
    char before_tag[128];
    snprintf(before_tag, sizeof before_tag, "%.*s", tag ? (int)(tag - after) : (int)strlen(after), after);
    return version_in(before_tag, ret);
}

bool image_python(const char *image, char ret[RAY_VERSION_MAX])
{
    const char *tag = image_tag(image), *py = tag ? strstr(tag, "-py3") : NULL;
    const size_t len = py ? strspn(py + 3, "0123456789") : 0;
    if (len < 2 || len > 3) return false;
    memcpy(ret, py + 3, len);
    ret[len] = '\0';
    return true;
}
