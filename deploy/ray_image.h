/*
 * ray_image.h - what a container image's name says of the Ray in it. Pure.
 */
#ifndef RAYDECK_DEPLOY_RAY_IMAGE_H
#define RAYDECK_DEPLOY_RAY_IMAGE_H

#include <stdbool.h>

enum { RAY_VERSION_MAX = 24 };

const char *image_tag(const char *image); /* borrowed; NULL: none. A colon before the last slash is a port's */
bool image_tag_moves(const char *image);  /* no tag or digest, "latest" or "nightly": another image tomorrow */
bool image_is(const char *image, const char *name); /* by its own name, without registry, tag and digest */

/* What follows "ray" in the tag or in the image's own name; a tag's version without that word is Ray's where the image
 * is Ray's own. False: it names none. */
bool image_ray_version(const char *image, char ret[RAY_VERSION_MAX]);
/* "310" of a tag with "-py310", as rayproject's images have it. False: it names none. */
bool image_python(const char *image, char ret[RAY_VERSION_MAX]);

#endif
