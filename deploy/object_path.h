/* object_path.h - paths of objects and of their events at the API server. Pure; callers free what is returned. */
#ifndef RAYDECK_DEPLOY_OBJECT_PATH_H
#define RAYDECK_DEPLOY_OBJECT_PATH_H

/* root: "/api/v1", "/apis/GROUP/VERSION". ns NULL: not namespaced. */
char *object_path(const char *root, const char *ns, const char *plural, const char *name);

/* The list of an object's Events: by its UID, or by kind and name where that is NULL or the object has no namespace
 * (events of a node carry its name as UID). */
char *object_events_path(const char *ns, const char *kind, const char *name, const char *uid);

#endif
