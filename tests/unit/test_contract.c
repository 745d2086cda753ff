/* Our tables against Amazon's own models, where they are at hand: every path, parameter,
 * field, required flag, choice, limit and rate of Direct Fulfillment v1, Transactions v1,
 * Tokens and External Fulfillment 2024-09-11.
 *
 * The models are Amazon's and are not part of this repository. They are looked for in the
 * folder $DRAY_MODELS, else in ../shared/models; without them there is nothing to check.
 */
#include "check.h"

#include <ctype.h>
#include <stdarg.h>

#include "spapi/operation.h"
#include "spapi/page.h"
#include "spapi/reply.h"

static const char *const FILES[] = {
    "vendorDirectFulfillmentOrdersV1.json", "vendorDirectFulfillmentShippingV1.json",
    "vendorDirectFulfillmentTransactionsV1.json", "tokens_2021-03-01.json",
    "externalFulfillmentShipments_2024-09-11.json"};
enum { FILE_COUNT = sizeof FILES / sizeof FILES[0], WORK_MAX = 2000 };

static struct arena arena;
static const struct json *models[FILE_COUNT];
static int problems;

/* Tells a difference and goes on, so that one run shows all of them. */
__attribute__((format(printf, 1, 2))) static void differ(const char *format, ...)
{
    va_list args;
    problems++;
    printf("  ");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

/* ---- the models ---- */

static const char *folder(void)
{
    const char *given = getenv("DRAY_MODELS");
    return given != NULL && given[0] != '\0' ? given : "../shared/models";
}

/* NULL when the file is not there. */
static const struct json *read_model(const char *name)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", folder(), name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    struct buf text;
    buf_init(&text, 64 * 1024 * 1024);
    char piece[65536];
    for (size_t n = fread(piece, 1, sizeof piece, file); n > 0;
         n = fread(piece, 1, sizeof piece, file))
        buf_add(&text, piece, n);
    fclose(file);
    struct fault f = {0};
    const struct json *model = json_parse(&arena, buf_str(&text), text.len, &f);
    if (model == NULL)
        differ("%s: %s", path, f.text);
    buf_clear(&text);
    return model;
}

/* A schema with its $ref followed; *name becomes the type's name, if it has one. */
static const struct json *resolve(const struct json *model, const struct json *schema,
                                  const char **name)
{
    *name = NULL;
    const char *ref = json_get_str(schema, "$ref", NULL);
    for (int hops = 0; ref != NULL && hops < 10; hops++) {
        *name = strrchr(ref, '/') + 1;
        schema = json_get(json_get(model, "definitions"), *name);
        ref = json_get_str(schema, "$ref", NULL);
    }
    return schema;
}

static bool text_is(const struct json *object, const char *key, const char *value)
{
    return strcmp(json_get_str(object, key, ""), value) == 0;
}

static bool lists_word(const struct json *list, const char *word)
{
    for (const struct json *w = list == NULL ? NULL : list->first; w != NULL; w = w->next)
        if (json_str(w) != NULL && strcmp(json_str(w), word) == 0)
            return true;
    return false;
}

/* Our choices are exactly the model's. */
static void compare_choices(const char *where, const char *const *ours,
                            const struct json *theirs)
{
    size_t count = 0;
    for (; ours != NULL && ours[count] != NULL; count++)
        if (!lists_word(theirs, ours[count]))
            differ("%s: \"%s\" is no choice of Amazon's", where, ours[count]);
    if (theirs == NULL || count != theirs->count)
        differ("%s: %zu choices, not Amazon's", where, count);
}

/* ---- operations ---- */

/* Calls `fn` with every operation of every model. */
static void each_operation(void (*fn)(const struct json *model, const struct json *path,
                                      const struct json *operation))
{
    for (size_t i = 0; i < FILE_COUNT; i++)
        for (const struct json *p = json_get(models[i], "paths")->first; p != NULL;
             p = p->next)
            for (const struct json *o = p->first; o != NULL; o = o->next)
                if (json_get(o, "operationId") != NULL)
                    fn(models[i], p, o);
}

/* Our row for Amazon's operation; NULL (told once by check_row) when there is none. */
static const struct operation *row_of(const struct json *operation)
{
    const struct operation *op = NULL;
    operation_find(json_get_str(operation, "operationId", ""), &op, NULL);
    return op;
}

static size_t rows_found;

static bool same_method(const char *ours, const char *theirs)
{
    size_t i = 0;
    while (ours[i] != '\0' && tolower((unsigned char)ours[i]) == theirs[i])
        i++;
    return ours[i] == '\0' && theirs[i] == '\0';
}

static void check_row(const struct json *model, const struct json *path,
                      const struct json *operation)
{
    (void)model;
    const struct operation *op = row_of(operation);
    if (op == NULL) {
        differ("%s has no row", json_get_str(operation, "operationId", ""));
        return;
    }
    rows_found++;
    if (strcmp(op->path, path->key) != 0)
        differ("%s: path %s, Amazon's is %s", op->name, op->path, path->key);
    if (!same_method(op->method, operation->key))
        differ("%s: method %s, Amazon's is %s", op->name, op->method, operation->key);
}

static void rows(void)
{
    problems = 0;
    rows_found = 0;
    each_operation(check_row);
    CHECK_INT(rows_found, OP_COUNT);
    CHECK_INT(problems, 0);
}

static void check_status(const struct json *model, const struct json *path,
                         const struct json *operation)
{
    (void)model;
    (void)path;
    const struct operation *op = row_of(operation);
    CHECK(op != NULL);
    const struct json *r = json_get(operation, "responses")->first;
    for (; r != NULL; r = r->next)
        if (r->key[0] == '2' && strtol(r->key, NULL, 10) != op->ok)
            differ("%s: success is %d, Amazon's %s", op->name, op->ok, r->key);
}

static void statuses(void)
{
    problems = 0;
    each_operation(check_status);
    CHECK_INT(problems, 0);
}

/* The usage plan is a table in the description; its last row has the figures. */
static void check_rate(const struct json *model, const struct json *path,
                       const struct json *operation)
{
    (void)model;
    (void)path;
    const struct operation *op = row_of(operation);
    CHECK(op != NULL);
    const char *plan =
        strstr(json_get_str(operation, "description", ""), "| ---- | ---- |");
    double rate = 1; /* where no plan is told, the safest there is (domain.md 10 #8) */
    int burst = 1;
    if (plan != NULL && sscanf(plan, "| ---- | ---- | | %lf | %d |", &rate, &burst) != 2)
        differ("%s: the usage plan cannot be read", op->name);
    if (rate < op->rate || rate > op->rate || burst != op->burst)
        differ("%s: %g a second, burst %d; Amazon's %g and %d", op->name, op->rate,
               op->burst, rate, burst);
}

static void rates(void)
{
    problems = 0;
    each_operation(check_rate);
    CHECK_INT(problems, 0);
}

/* ---- parameters ---- */

static enum param_kind kind_of_param(const struct json *p)
{
    const char *name = json_get_str(p, "name", "");
    if (json_get(p, "enum") != NULL || text_is(p, "format", "boolean"))
        return PARAM_CHOICE;
    if (text_is(p, "type", "integer"))
        return PARAM_COUNT;
    if (text_is(p, "format", "date-time"))
        return PARAM_TIME;
    /* the Orders model forgets the pattern that the Shipping model has */
    return strcmp(name, "purchaseOrderNumber") == 0 ? PARAM_ORDER : PARAM_TEXT;
}

static void compare_param(const struct operation *op, const struct json *theirs)
{
    char where[200];
    const char *name = json_get_str(theirs, "name", "");
    const struct param *ours = operation_param(op, name);
    snprintf(where, sizeof where, "%s: %s", op->name, name);
    if (ours == NULL) {
        differ("%s is missing", where);
        return;
    }
    if ((ours->place == PARAM_PATH) != text_is(theirs, "in", "path"))
        differ("%s is in another place", where);
    if (ours->required != json_get_bool(theirs, "required", false))
        differ("%s: required differs", where);
    if (ours->kind != kind_of_param(theirs))
        differ("%s is of another kind", where);
    if (json_get(theirs, "enum") != NULL)
        compare_choices(where, ours->choices, json_get(theirs, "enum"));
    int64_t min = 0, max = 0;
    json_int(json_get(theirs, "minimum"), &min);
    json_int(json_get(theirs, "maximum"), &max);
    json_int(json_get(theirs, "maxLength"), &max);
    if (ours->min != min || ours->max != max)
        differ("%s: from %d to %d, Amazon's %lld to %lld", where, ours->min, ours->max,
               (long long)min, (long long)max);
}

/* The one parameter that Amazon itself says not to send (updatePackageStatus). */
static bool is_deprecated(const struct json *param)
{
    return strncmp(json_get_str(param, "description", ""), "**DEPRECATED**", 14) == 0;
}

static void check_params(const struct json *model, const struct json *path,
                         const struct json *operation)
{
    (void)model;
    (void)path;
    const struct operation *op = row_of(operation);
    CHECK(op != NULL);
    size_t theirs = 0, ours = 0;
    const struct json *all = json_get(operation, "parameters");
    for (const struct json *p = all == NULL ? NULL : all->first; p != NULL; p = p->next) {
        if (text_is(p, "in", "body") || is_deprecated(p))
            continue;
        theirs++;
        compare_param(op, p);
    }
    while (op->params[ours].name != NULL)
        ours++;
    if (ours != theirs)
        differ("%s: %zu parameters, Amazon's %zu", op->name, ours, theirs);
}

static void params(void)
{
    problems = 0;
    each_operation(check_params);
    CHECK_INT(problems, 0);
}

/* ---- bodies ---- */

/* A shape and a schema that are to be compared. */
struct pair {
    const struct shape *shape;
    const struct json *schema;
    char where[200];
};
static struct pair work[WORK_MAX];
static size_t work_count;
static size_t fields_compared;

static void compare_later(const struct shape *shape, const struct json *schema,
                          const char *where, const char *name)
{
    CHECK(work_count < WORK_MAX);
    struct pair *p = &work[work_count++];
    p->shape = shape;
    p->schema = schema;
    snprintf(p->where, sizeof p->where, "%.120s.%.70s", where, name);
}

static enum shape_kind kind_of_schema(const struct json *schema, const char *name,
                                      const char *where)
{
    if (text_is(schema, "type", "object"))
        return SHAPE_OBJECT;
    if (text_is(schema, "type", "array"))
        return SHAPE_LIST;
    if (text_is(schema, "type", "integer"))
        return SHAPE_INT;
    if (text_is(schema, "type", "number"))
        return SHAPE_NUMBER;
    if (text_is(schema, "type", "boolean"))
        return SHAPE_BOOL;
    if (json_get(schema, "enum") != NULL)
        return SHAPE_ENUM;
    if (text_is(schema, "format", "date-time"))
        return SHAPE_TIME;
    if (name != NULL && strcmp(name, "Decimal") == 0)
        return SHAPE_DECIMAL;
    const char *last = strrchr(where, '.');
    bool order = last != NULL && strcmp(last, ".purchaseOrderNumber") == 0;
    return order ? SHAPE_ORDER : SHAPE_TEXT;
}

/* The one place where we ask for less than the model (domain.md 10 #4). */
static bool is_lenient(const struct shape *shape, const char *field)
{
    return shape->name != NULL && strcmp(shape->name, "StatusLocationAddress") == 0 &&
           (strcmp(field, "name") == 0 || strcmp(field, "addressLine1") == 0);
}

static void compare_object(const struct pair *p, const struct json *schema,
                           const char *name)
{
    const struct json *properties = json_get(schema, "properties");
    const struct json *required = json_get(schema, "required");
    bool renamed = strcmp(p->shape->name, "StatusLocationAddress") == 0;
    if (name != NULL && !renamed && strcmp(p->shape->name, name) != 0)
        differ("%s: named %s, Amazon's is %s", p->where, p->shape->name, name);
    for (const struct field *f = p->shape->fields; f->name != NULL; f++) {
        fields_compared++;
        const struct json *theirs = json_get(properties, f->name);
        if (theirs == NULL) {
            differ("%s.%s: no field of Amazon's", p->where, f->name);
            continue;
        }
        if (f->required != lists_word(required, f->name) &&
            !is_lenient(p->shape, f->name))
            differ("%s.%s: required differs", p->where, f->name);
        compare_later(f->shape, theirs, p->where, f->name);
    }
    for (const struct json *t = properties->first; t != NULL; t = t->next)
        if (shape_field(p->shape, t->key) == NULL)
            differ("%s.%s is missing", p->where, t->key);
}

static void compare_list(const struct pair *p, const struct json *schema)
{
    int64_t min = 0, max = 0;
    json_int(json_get(schema, "minItems"), &min);
    bool told = json_int(json_get(schema, "maxItems"), &max);
    if (!told && p->shape->max > 0) { /* a limit that only the description names */
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)p->shape->max);
        if (strstr(json_get_str(schema, "description", ""), number) != NULL)
            max = p->shape->max;
    }
    if (p->shape->min != min || p->shape->max != max)
        differ("%s: %lld to %lld members, Amazon's %lld to %lld", p->where,
               (long long)p->shape->min, (long long)p->shape->max, (long long)min,
               (long long)max);
    compare_later(p->shape->item, json_get(schema, "items"), p->where, "[]");
}

static void compare_text(const struct pair *p, const struct json *schema)
{
    int64_t max = 0;
    json_int(json_get(schema, "maxLength"), &max);
    if (p->shape->max != max)
        differ("%s: at most %lld characters, Amazon's %lld", p->where,
               (long long)p->shape->max, (long long)max);
}

static void compare_int(const struct pair *p, const struct json *schema)
{
    int64_t min = 0;
    json_int(json_get(schema, "minimum"), &min);
    if (p->shape->min != min)
        differ("%s: from %lld on, Amazon's %lld", p->where, (long long)p->shape->min,
               (long long)min);
}

static void compare(const struct json *model, const struct pair *p)
{
    const char *name;
    const struct json *schema = resolve(model, p->schema, &name);
    enum shape_kind kind = kind_of_schema(schema, name, p->where);
    if (p->shape->kind != kind) {
        differ("%s: kind %d, Amazon's %d", p->where, (int)p->shape->kind, (int)kind);
        return;
    }
    if (kind == SHAPE_OBJECT)
        compare_object(p, schema, name);
    else if (kind == SHAPE_LIST)
        compare_list(p, schema);
    else if (kind == SHAPE_ENUM)
        compare_choices(p->where, p->shape->choices, json_get(schema, "enum"));
    else if (kind == SHAPE_TEXT)
        compare_text(p, schema);
    else if (kind == SHAPE_INT)
        compare_int(p, schema);
}

static const struct json *body_of(const struct json *operation)
{
    const struct json *all = json_get(operation, "parameters");
    for (const struct json *p = all == NULL ? NULL : all->first; p != NULL; p = p->next)
        if (text_is(p, "in", "body"))
            return p;
    return NULL;
}

/* Where Amazon's body is optional, ours is; but the one of updatePackageStatus says what
 * the deprecated query parameter said. */
static bool may_lack_body(const struct operation *op, const struct json *body)
{
    return !json_get_bool(body, "required", false) && op->id != OP_UPDATE_PACKAGE_STATUS;
}

static void check_body(const struct json *model, const struct json *path,
                       const struct json *operation)
{
    (void)path;
    const struct operation *op = row_of(operation);
    const struct json *body = body_of(operation);
    CHECK(op != NULL);
    if ((op->body != NULL) != (body != NULL))
        differ("%s: one has a body, the other has none", op->name);
    if (op->body == NULL || body == NULL)
        return;
    if (op->body_optional != may_lack_body(op, body))
        differ("%s: whether a body is needed differs", op->name);
    work_count = 0;
    compare_later(op->body, json_get(body, "schema"), op->name, "body");
    for (size_t i = 0; i < work_count; i++)
        compare(model, &work[i]);
}

static void bodies(void)
{
    problems = 0;
    fields_compared = 0;
    each_operation(check_body);
    CHECK_INT(problems, 0);
    CHECK(fields_compared > 290); /* the comparison went all the way down */
}

/* ---- replies ---- */

/* The schema of what a successful reply carries. */
static const struct json *payload_of(const struct json *model, const struct operation *op,
                                     const struct json *operation)
{
    char status[8];
    const char *name;
    snprintf(status, sizeof status, "%d", op->ok);
    const struct json *reply = json_get(json_get(operation, "responses"), status);
    const struct json *schema = resolve(model, json_get(reply, "schema"), &name);
    const struct json *payload = json_path(schema, "properties.payload");
    return payload == NULL ? schema : resolve(model, payload, &name);
}

/* The schema of one element: the list's items, or the payload itself. */
static const struct json *element_of(const struct json *model, const struct operation *op,
                                     const struct json *payload)
{
    const char *name;
    if (op->list == NULL)
        return payload;
    const struct json *list =
        resolve(model, json_get(json_get(payload, "properties"), op->list), &name);
    return resolve(model, json_get(list, "items"), &name);
}

/* Whether an element has `content`, itself or in one of its objects and lists. */
static bool has_content(const struct json *model, const struct json *element)
{
    const char *name;
    const struct json *properties = json_get(element, "properties");
    if (json_get(properties, "content") != NULL)
        return true;
    const struct json *p = properties == NULL ? NULL : properties->first;
    for (; p != NULL; p = p->next) {
        const struct json *inner = resolve(model, p, &name);
        const struct json *items = resolve(model, json_get(inner, "items"), &name);
        if (json_path(inner, "properties.content") != NULL ||
            json_path(items, "properties.content") != NULL)
            return true;
    }
    return false;
}

static void check_reply(const struct json *model, const struct json *path,
                        const struct json *operation)
{
    (void)path;
    const char *name;
    const struct operation *op = row_of(operation);
    CHECK(op != NULL);
    if (op->ok == 204) /* nothing comes back */
        return;
    const struct json *payload = payload_of(model, op, operation);
    const struct json *element = element_of(model, op, payload);
    const struct json *pagination =
        resolve(model, json_path(payload, "properties.pagination"), &name);
    if (element == NULL)
        differ("%s: no list \"%s\" in Amazon's reply", op->name, op->list);
    if ((op->page_token != NULL) != (pagination != NULL))
        differ("%s: one has pages, the other has none", op->name);
    if (pagination != NULL && json_path(pagination, "properties.nextToken") == NULL)
        differ("%s: no nextToken in Amazon's reply", op->name);
    if ((op->content != NULL) != has_content(model, element))
        differ("%s: one has documents, the other has none", op->name);
}

static void replies(void)
{
    problems = 0;
    each_operation(check_reply);
    CHECK_INT(problems, 0);
}

static enum err count_documents(void *arg, const struct page_item *item, struct fault *f)
{
    size_t *documents = arg;
    (void)f;
    *documents += item->document_count;
    return ERR_OK;
}

static size_t examples_read;

/* Amazon's own example of a reply goes through the page reader. */
static void check_example(const struct json *model, const struct json *path,
                          const struct json *operation)
{
    (void)model;
    (void)path;
    const struct operation *op = row_of(operation);
    CHECK(op != NULL);
    const struct json *example = json_path(operation, "responses.200.examples");
    if (json_get(example, "application/json") != NULL)
        example = json_get(example, "application/json");
    if (example == NULL)
        return;
    struct buf text;
    struct fault f = {0};
    size_t documents = 0;
    const char *token = NULL;
    struct page_options options = {.list = op->list,
                                   .content = op->content,
                                   .item = count_documents,
                                   .arg = &documents};
    buf_init(&text, 16 * 1024 * 1024);
    json_write(&text, example);
    struct page *p = page_new(&options);
    enum err e = page_feed(p, buf_str(&text), text.len, &f);
    if (e == ERR_OK)
        e = page_end(p, &token, &f);
    const struct json *list =
        op->list == NULL ? NULL : json_get(reply_payload(example), op->list);
    size_t want = op->list == NULL ? 1 : list == NULL ? 0 : list->count;
    if (e != ERR_OK)
        differ("%s: Amazon's example: %s", op->name, f.text);
    else if (page_count(p) != want || (op->content != NULL && documents == 0))
        differ("%s: Amazon's example: %zu elements, %zu documents", op->name,
               page_count(p), documents);
    examples_read++;
    page_free(p);
    buf_clear(&text);
}

static void examples(void)
{
    problems = 0;
    examples_read = 0;
    each_operation(check_example);
    CHECK_INT(problems, 0);
    CHECK_INT(examples_read, 15);
}

int main(void)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        models[i] = read_model(FILES[i]);
        if (models[i] == NULL && problems == 0) {
            puts("SKIPPED: no models folder");
            arena_clear(&arena);
            return EXIT_SUCCESS;
        }
        if (models[i] == NULL)
            return EXIT_FAILURE;
    }
    static const struct test_case tests[] = {
        {"every operation of Amazon's models is a row, and no other", rows},
        {"success has Amazon's status", statuses},
        {"rates and bursts are those of Amazon's usage plans", rates},
        {"parameters, their limits and choices are Amazon's", params},
        {"bodies have Amazon's fields, required flags and choices, all the way down",
         bodies},
        {"lists, page tokens and documents are where Amazon puts them", replies},
        {"Amazon's own examples go through the page reader", examples},
    };
    int code = check_run(tests, sizeof tests / sizeof tests[0]);
    arena_clear(&arena);
    return code;
}
