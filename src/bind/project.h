/* The project file: read by its Lua half, turned into accounts here (design 13). */
#ifndef DRAY_BIND_PROJECT_H
#define DRAY_BIND_PROJECT_H

#include <stddef.h>

#include "base/digest.h"
#include "base/fault.h"
#include "spapi/account.h"
#include "workflow/setup.h"

struct project {
    char *folder; /* absolute */
    struct account **accounts;
    size_t account_count;
    char *export_folder; /* absolute; NULL: none */
    char **rules;        /* patterns of its rule files, as dray.lua names them */
    size_t rule_count;
    struct setup *setup;  /* events, feeds, who is told, printers */
    struct digest digest; /* of the text of dray.lua */
};

/* The nearest folder upward from `start` that holds dray.lua; the caller frees. NULL when
 * there is none. */
char *project_find(const char *start);
/* Reads `folder`/dray.lua. NULL and *f for a file that cannot be read or has mistakes;
 * then *mistakes (may be NULL) is a text of one a line with file:line, which the caller
 * frees. No secret is read. */
struct project *project_load(const char *folder, char **mistakes, struct fault *f);
/* Gives the accounts away: the caller frees them and the array. */
struct account **project_take_accounts(struct project *p, size_t *count);
/* Gives the export folder away: the caller frees it; NULL when there is none. */
char *project_take_export(struct project *p);
/* Gives the setup away: the caller frees it. */
struct setup *project_take_setup(struct project *p);
/* What is left in a project whose accounts and setup were taken becomes that of `from`,
 * which gets the old. */
void project_renew(struct project *p, struct project *from);
void project_free(struct project *p);

#endif
