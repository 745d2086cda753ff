/* One rule file as it is loaded: its state, and the heads that its first level gave.
 *
 * Shared by rulebook.c, which loads all files, and rule_head.c, which checks the heads.
 */
#ifndef DRAY_ENGINE_RULE_FILE_H
#define DRAY_ENGINE_RULE_FILE_H

#include "engine/rulebook.h"

/* Runs the first level of a file. NULL and *f with file:line for a file that cannot be
 * read, has a syntax error, or raises. */
struct rule_file *rule_file_load(const struct rulebook_options *o, const char *path,
                                 struct fault *f);
/* Pushes the list of { line =, head = } on the file's main state. */
void rule_file_push_heads(struct rule_file *file);

/* What was kept of its text for the check of names and codes. */
void rule_file_forget_texts(struct rule_file *file);

/* Checks the heads of all files and fills file->rules. Every mistake is added to
 * `mistakes`, one a line; true when there is none. */
bool rule_heads_check(const struct rulebook_options *o, struct rule_file **files,
                      size_t count, struct buf *mistakes);
/* What a rule owns. */
void rule_clear(struct rule *r);

#endif
