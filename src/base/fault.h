/* What went wrong, in a code for the program and a sentence for people.
 *
 * Functions return `enum err` and put the sentence into a `struct fault` that the caller
 * owns. A sentence says what happened, to which thing, and what to do; never anything
 * personal, a token or a presigned URL (law 10). */
#ifndef DRAY_BASE_FAULT_H
#define DRAY_BASE_FAULT_H

#include <stdarg.h>

enum err {
    ERR_OK = 0,
    ERR_INPUT,     /* what was given or received breaks its form */
    ERR_LIMIT,     /* larger, deeper or longer than allowed */
    ERR_NOT_FOUND, /* the named thing is not there */
    ERR_CONFLICT,  /* contradicts what is already decided */
    ERR_STATE,     /* not possible in the present state */
    ERR_DENIED,    /* not permitted: credentials, roles, file modes */
    ERR_BUSY,      /* somebody else has it; try again later */
    ERR_NETWORK,   /* the network did not carry it */
    ERR_AMAZON,    /* Amazon refused it */
    ERR_IO,        /* disk or system call failed */
    ERR_CANCELLED, /* withdrawn before its end */
    ERR_BUG        /* our own mistake */
};

/* Room for one sentence; longer text is cut at a UTF-8 boundary. */
struct fault {
    enum err code;
    char text[600];
};

/* Sets the fault and returns `code`, so that `return fault_set(f, ...)` reads well.
 * `f` may be NULL when the caller does not want the sentence. */
enum err fault_set(struct fault *f, enum err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "<what>: " before the sentence that is there; returns its code. */
enum err fault_prefix(struct fault *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ERR_IO, or the fitting code, from errno: "<what>: No such file or directory". */
enum err fault_errno(struct fault *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The code as a word: "input", "not_found" …; for --json and for scripts' `err.code`. */
const char *err_name(enum err code);

#endif
