/* Texts for people, until they left. */
#include "store/notice.h"

#include "store/statement.h"

enum err notice_add(struct store *s, struct notice *n, struct fault *f)
{
    struct query q;
    query_write(&q, s, "INSERT INTO notice(run, who, text) VALUES (?, ?, ?)", f);
    query_int(&q, n->run);
    query_text(&q, n->to);
    query_text_n(&q, n->text, n->len);
    enum err e = query_run(&q, NULL);
    if (e == ERR_OK)
        n->id = sqlite3_last_insert_rowid(s->db);
    return e;
}

static void read_notice(const struct query *q, struct arena *a, struct notice *n)
{
    n->id = row_int(q, 0);
    n->run = row_int(q, 1);
    n->to = arena_text(a, row_text(q, 2));
    n->len = row_len(q, 3);
    n->text = arena_copy(a, row_text(q, 3), n->len);
}

enum err notice_list(struct store *s, struct arena *a, int64_t after, int64_t limit,
                     struct notice **list, size_t *count, struct fault *f)
{
    struct query q;
    size_t room = 0;
    *list = NULL;
    *count = 0;
    query_read(&q, s,
               "SELECT id, run, who, text FROM notice WHERE id > ? ORDER BY id LIMIT ?",
               f);
    query_int(&q, after);
    query_int(&q, limit == 0 ? -1 : limit);
    while (query_row(&q)) {
        *list = arena_grow(a, *list, *count, &room, sizeof **list);
        read_notice(&q, a, &(*list)[(*count)++]);
    }
    return query_end(&q);
}

enum err notice_remove(struct store *s, int64_t id, struct fault *f)
{
    struct query q;
    query_write(&q, s, "DELETE FROM notice WHERE id = ?", f);
    query_int(&q, id);
    return query_run(&q, NULL);
}
