/*
 * gcs_text.h - prose out of the GCS (entrypoints, causes of death), made safe, and rid of what looks like a secret.
 */
#ifndef RAYDECK_REDIS_GCS_TEXT_H
#define RAYDECK_REDIS_GCS_TEXT_H

/* One line of at most GCS_TEXT_MAX bytes; words that look like secrets ("--token=…", "hf_…") read "(hidden)". NULL for
 * no text. Caller frees. */
char *gcs_prose(const char *foreign);

/* The same of the last line that has something in it: what a Python traceback ends with. */
char *gcs_last_line(const char *foreign);

#endif
