/*
 * lint_serve_priv.h - between lint_serve.c (each field of serveConfigV2 by itself) and lint_serve_relations.c (fields
 * that depend on each other, and the forms of texts).
 */
#ifndef RAYDECK_DEPLOY_LINT_SERVE_PRIV_H
#define RAYDECK_DEPLOY_LINT_SERVE_PRIV_H

#include "deploy/lint_ray.h"

struct serve_check {
    struct lint *l;
    const struct serve *s;
    bool strict;  /* the Ray of rayVersion does not convert numbers to strings */
    size_t hints; /* unknown fields so far: beyond HINTS_MAX nothing is searched for them */
};

/* A finding of K5 at `at`. */
void serve_refuse(struct serve_check *c, const struct yaml_node *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
bool serve_is_placeholder(const struct yaml_node *n); /* holds a variable or a template's braces */
bool serve_is_null(const struct yaml_node *n);
/* As pydantic takes a number: a boolean and a string of digits too. False: it is none. */
bool serve_number(const struct yaml_node *n, double *ret);

const char *serve_import_problem(const char *path); /* NULL: module:object or module.object */
void serve_check_runtime_env(struct serve_check *c, const char *path, const struct yaml_node *env);
void serve_check_deployment(struct serve_check *c, const char *path, const struct yaml_node *deployment);
/* Names and route prefixes, each of which only one application may have. */
void serve_check_applications(struct serve_check *c, const struct yaml_node *config);

#endif
