/* kubectl_script.h - a script that stands in for kubectl, and the configuration that names it. For tests. */
#ifndef RAYDECK_TESTS_KUBECTL_SCRIPT_H
#define RAYDECK_TESTS_KUBECTL_SCRIPT_H

/* Writes the text as the program FOLDER/kubectl. Returns its path; caller frees. */
char *kubectl_script(const char *folder, const char *text);
/* FOLDER/config.yaml: that configuration with another command for kubectl. Returns its path; caller frees. */
char *kubectl_config(const char *from, const char *folder, const char *command);
/* A file of the folder, "" where there is none; caller frees. */
char *kubectl_file(const char *folder, const char *name);

#endif
