/*
 * gcs_text.h - free text from the GCS (entrypoints, causes of death): made safe, with words like secrets replaced.
 */
#ifndef RAYDECK_REDIS_GCS_TEXT_H
#define RAYDECK_REDIS_GCS_TEXT_H

/* One line of at most GCS_TEXT_MAX bytes; words that look like secrets ("--token=…", "hf_…") read "(hidden)". NULL for
 * no text. Caller frees. */
char *gcs_prose(const char *foreign);

/* The same for the error of a Python traceback (traceback.h). */
char *gcs_last_line(const char *foreign);

#endif
