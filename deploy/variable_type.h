/*
 * variable_type.h - what a variable of variables.def may hold, and as what it stands in the manifest. Pure.
 *
 * A text stays a string whatever it looks like. A number stays a number where the manifest does not quote it. A map or
 * a list is written in YAML's flow style ("{disk: ssd}"), of which JSON is a part, and takes the place of the variable.
 * Formats: the Kubernetes API reference (v1 PodSpec, Toleration), "Object Names and IDs", apimachinery's Quantity; Ray
 * Serve's config file format (import_path).
 */
#ifndef RAYDECK_DEPLOY_VARIABLE_TYPE_H
#define RAYDECK_DEPLOY_VARIABLE_TYPE_H

#include "backends/base/yaml.h"

enum variable_type {
    VARIABLE_TEXT,
    VARIABLE_WORD, /* letters, digits, _ . + and -: nothing that YAML or a shell would read */
    VARIABLE_HOST,
    VARIABLE_PORT,
    VARIABLE_SCHEME,
    VARIABLE_NAMESPACE,
    VARIABLE_SERVICE, /* the name of a RayService: KubeRay makes longer ones of it */
    VARIABLE_SUBDOMAIN,
    VARIABLE_SCHEDULER, /* default-scheduler is what a pod has that names none: it is left out */
    VARIABLE_IMAGE,
    VARIABLE_PULL_POLICY,
    VARIABLE_IMPORT_PATH,
    VARIABLE_CPU,
    VARIABLE_MEMORY,
    VARIABLE_COUNT,   /* at least 1 */
    VARIABLE_DEVICES, /* 0: there are none, and what the variable stands in is left out */
    VARIABLE_NUMBER,  /* a decimal one */
    VARIABLE_LABELS,
    VARIABLE_TOLERATIONS,
    VARIABLE_AFFINITY
};
enum { VARIABLE_COUNT_MAX = 10000 };

enum variable_form { VARIABLE_FORM_TEXT, VARIABLE_FORM_NUMBER, VARIABLE_FORM_TREE };
enum variable_form variable_type_form(enum variable_type type);

/* What such a value is, for a message: "a whole number from 1 to 10000". */
const char *variable_type_words(enum variable_type type);

/* Whether it is one; the value is a text of one line. */
bool variable_type_fits(enum variable_type type, const char *value);

/* A value that fits and stands for nothing: 0 devices, an empty map or list, Kubernetes' own scheduler. */
bool variable_type_is_none(enum variable_type type, const char *value);

/* A value that fits a type of VARIABLE_FORM_TREE, to be put into a manifest; its strings are strings. Caller frees with
 * yaml_tree_free. */
struct yaml *variable_type_tree(enum variable_type type, const char *value);

#endif
