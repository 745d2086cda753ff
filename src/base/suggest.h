/* "did you mean …?": the nearest of some words by edit distance. */
#ifndef DRAY_BASE_SUGGEST_H
#define DRAY_BASE_SUGGEST_H

#include <stddef.h>

/* The nearest candidate within a third of its length (at least 1 edit), else NULL. */
const char *suggest(const char *word, const char *const *candidates, size_t count);

#endif
