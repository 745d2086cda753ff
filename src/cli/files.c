/* The files that a command names, each read once. */
#include "cli/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A file as it was, or why it could not be read. */
struct file {
    char *name;
    char *text;
    size_t len;
    struct fault why; /* ERR_OK: it was read */
};

struct files {
    struct file list[FILES_MAX];
    size_t count;
    bool brought; /* by somebody else: there are no others */
};

struct files *files_new(void)
{
    return mem_new(sizeof(struct files));
}

void files_free(struct files *files)
{
    if (files == NULL)
        return;
    for (size_t i = 0; i < files->count; i++) {
        free(files->list[i].name);
        free(files->list[i].text);
    }
    free(files);
}

/* ---- reading ---- */

static void read_stream(struct file *file, FILE *stream)
{
    struct buf b;
    char piece[8192];
    size_t n;

    buf_init(&b, FILES_EACH_MAX);
    do {
        n = fread(piece, 1, sizeof piece, stream);
        buf_add(&b, piece, n);
    } while (n == sizeof piece && buf_ok(&b));
    if (ferror(stream))
        fault_errno(&file->why, "%s", file->name);
    else if (!buf_ok(&b))
        fault_set(&file->why, ERR_LIMIT, "%s is longer than %d bytes", file->name,
                  (int)FILES_EACH_MAX);
    file->len = b.len;
    file->text = mem_copy(buf_str(&b), b.len);
    buf_clear(&b);
}

static void read_file(struct file *file)
{
    if (strcmp(file->name, "-") == 0) {
        read_stream(file, stdin);
        return;
    }
    FILE *stream = fopen(file->name, "rb");
    if (stream == NULL) {
        fault_errno(&file->why, "%s", file->name);
        return;
    }
    read_stream(file, stream);
    fclose(stream);
}

static const struct file *find(const struct files *files, const char *name)
{
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->list[i].name, name) == 0)
            return &files->list[i];
    return NULL;
}

/* NULL when there is no room, or when it was not brought along. */
static const struct file *take(struct files *files, const char *name)
{
    const struct file *there = find(files, name);
    if (there != NULL || files->brought || files->count == FILES_MAX)
        return there;
    struct file *file = &files->list[files->count++];
    file->name = mem_text(name);
    read_file(file);
    return file;
}

enum err files_read(const struct invocation *in, const char *path, char **text,
                    size_t *len, struct fault *f)
{
    const struct file *file = take(in->files, path);
    if (file == NULL)
        return fault_set(f, ERR_LIMIT, "%s: more than %d files", path, (int)FILES_MAX);
    if (file->why.code != ERR_OK)
        return fault_set(f, file->why.code, "%s", file->why.text);
    *text = mem_copy(file->text, file->len);
    *len = file->len;
    return ERR_OK;
}

/* ---- in a message ---- */

void files_pack(const struct invocation *in, struct buf *message)
{
    struct files *files = in->files;

    for (const struct flag *flag = in->command->flags; flag->name != NULL; flag++) {
        const bool named = flag->value != NULL && strcmp(flag->value, "FILE") == 0;
        for (int i = 0; named && i < flag_count(in, flag->name); i++)
            (void)take(files, flag_nth(in, flag->name, i)); /* the command will miss it */
    }
    wire_number(message, (int64_t)files->count);
    for (size_t i = 0; i < files->count; i++) {
        const struct file *file = &files->list[i];
        wire_text(message, file->name);
        wire_number(message, file->why.code);
        if (file->why.code != ERR_OK)
            wire_text(message, file->why.text);
        else
            wire_add(message, file->text, file->len);
    }
}

static void unpack_file(struct file *file, struct wire *w)
{
    file->name = mem_text(wire_next_text(w));
    const enum err code = (enum err)wire_next_number(w, ERR_OK, ERR_BUG);
    const char *text = wire_next(w, &file->len);
    if (code != ERR_OK)
        fault_set(&file->why, code, "%s", text);
    file->text = mem_copy(text, file->len);
}

struct files *files_unpack(struct wire *w)
{
    struct files *files = files_new();

    files->brought = true;
    files->count = (size_t)wire_next_number(w, 0, FILES_MAX);
    for (size_t i = 0; i < files->count; i++)
        unpack_file(&files->list[i], w);
    if (!w->broken)
        return files;
    files_free(files);
    return NULL;
}
