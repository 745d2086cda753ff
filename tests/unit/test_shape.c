/* The checker of request bodies: what passes, and the sentence for everything that does
 * not. */
#include "check.h"

#include "spapi/shape.h"

static struct arena arena;

/* A complete confirmation; tests break one thing at a time. */
static const char CONFIRMATION[] =
    "{\"shipmentConfirmations\":[{\"purchaseOrderNumber\":\"PO00050003\","
    "\"shipmentDetails\":{\"shippedDate\":\"2026-11-23T15:04:05-06:00\","
    "\"shipmentStatus\":\"SHIPPED\",\"isPriorityShipment\":true,"
    "\"vendorOrderNumber\":\"PO00050003\",\"estimatedDeliveryDate\":\"2026-11-25T00:00:"
    "00Z\"},"
    "\"sellingParty\":{\"partyId\":\"VENDORCODE\"},\"shipFromParty\":{\"partyId\":"
    "\"ABCD\","
    "\"address\":{\"name\":\"Dock\",\"addressLine1\":\"1 Pier\",\"countryCode\":\"US\"}},"
    "\"items\":[{\"itemSequenceNumber\":1,\"buyerProductIdentifier\":\"B07DFVDRAB\","
    "\"shippedQuantity\":{\"amount\":1,\"unitOfMeasure\":\"Each\"}},"
    "{\"itemSequenceNumber\":2,\"vendorProductIdentifier\":\"8806098286501\","
    "\"shippedQuantity\":{\"amount\":1,\"unitOfMeasure\":\"Each\"}}],"
    "\"containers\":[{\"containerType\":\"carton\",\"containerIdentifier\":\"123\","
    "\"trackingNumber\":\"TRACK005\",\"shipMethod\":\"UPS_GROUND\","
    "\"containerSequenceNumber\":1,\"dimensions\":{\"length\":\"10\",\"width\":\"10.5\","
    "\"height\":\"1e1\",\"unitOfMeasure\":\"IN\"},"
    "\"weight\":{\"unitOfMeasure\":\"LB\",\"value\":\"1.5\"},"
    "\"packedItems\":[{\"itemSequenceNumber\":1,\"buyerProductIdentifier\":"
    "\"B07DFVDRAB\","
    "\"packedQuantity\":{\"amount\":1,\"unitOfMeasure\":\"Each\"}}]}]}]}";

static const struct json *parse(const char *text)
{
    struct fault f = {0};
    arena_clear(&arena);
    const struct json *value = json_parse(&arena, text, strlen(text), &f);
    if (value == NULL)
        printf("  the test's own JSON is broken: %s\n  %s\n", f.text, text);
    return value;
}

/* The checker's sentence about a body; "" when it is right. */
static const char *verdict(const struct shape *shape, const char *body)
{
    static struct fault f;
    f = (struct fault){0};
    const struct json *value = parse(body);
    CHECK(value != NULL);
    enum err e = shape_check(shape, value, "", &f);
    CHECK_INT(e, e == ERR_OK ? ERR_OK : ERR_INPUT);
    CHECK_INT(f.code, e);
    return f.text;
}

/* The confirmation with `from` replaced by `to`, once. */
static const char *confirmation(const char *from, const char *to)
{
    static char body[4096];
    const char *at = strstr(CONFIRMATION, from);
    CHECK(at != NULL);
    snprintf(body, sizeof body, "%.*s%s%s", (int)(at - CONFIRMATION), CONFIRMATION, to,
             at + strlen(from));
    return verdict(&shape_confirmation_list, body);
}

static void complete_body(void)
{
    CHECK_STR(verdict(&shape_confirmation_list, CONFIRMATION), "");
}

static void whole_number(void)
{
    CHECK_STR(
        confirmation("\"amount\":1,\"unitOfMeasure\":\"Each\"}}],",
                     "\"amount\":\"two\",\"unitOfMeasure\":\"Each\"}}],"),
        "shipmentConfirmations[1].items[2].shippedQuantity.amount: expected a whole "
        "number, got \"two\"");
    CHECK_STR(
        confirmation("\"itemSequenceNumber\":2", "\"itemSequenceNumber\":2.0"),
        "shipmentConfirmations[1].items[2].itemSequenceNumber: expected a whole number, "
        "got 2.0");
    CHECK_STR(
        confirmation("\"itemSequenceNumber\":1,", "\"itemSequenceNumber\":null,"),
        "shipmentConfirmations[1].items[1].itemSequenceNumber: expected a whole number, "
        "got null");
}

static void misspelled_field(void)
{
    CHECK_STR(confirmation("shippedQuantity", "shipedQuantity"),
              "shipmentConfirmations[1].items[1]: unknown field \"shipedQuantity\" in "
              "Item; did "
              "you mean \"shippedQuantity\"?");
    CHECK_STR(confirmation("\"sellingParty\":{", "\"zzz\":1,\"sellingParty\":{"),
              "shipmentConfirmations[1]: unknown field \"zzz\" in ShipmentConfirmation");
    CHECK_STR(
        verdict(&shape_confirmation_list, "{\"shipmentConfirmation\":[]}"),
        "unknown field \"shipmentConfirmation\" in SubmitShipmentConfirmationsRequest; "
        "did you mean \"shipmentConfirmations\"?");
}

static void hostile_field_name(void)
{
    CHECK_STR(
        confirmation("\"sellingParty\":{", "\"a\\u001b[2J\":1,\"sellingParty\":{"),
        "shipmentConfirmations[1]: unknown field \"a?[2J\" in ShipmentConfirmation");
    char body[300] = "{\"", *at = body + 2;
    memset(at, 'k', 200);
    memcpy(at + 200, "\":1}", 5);
    CHECK_STR(verdict(&shape_confirmation_list, body),
              "unknown field text of 200 bytes in SubmitShipmentConfirmationsRequest");
}

static void missing_field(void)
{
    CHECK_STR(confirmation("\"sellingParty\":{\"partyId\":\"VENDORCODE\"},", ""),
              "shipmentConfirmations[1].sellingParty: required, but missing");
    CHECK_STR(
        confirmation("\"weight\":{\"unitOfMeasure\":\"LB\",\"value\":\"1.5\"},", ""),
        "shipmentConfirmations[1].containers[1].weight: required, but missing");
    CHECK_STR(verdict(&shape_confirmation, "{}"),
              "purchaseOrderNumber: required, but missing");
}

static void decimals(void)
{
    static const char *const good[] = {
        "0",   "-0",   "1.5",      "10",   "0.001",
        "1e5", "1E+5", "1.25e-10", "-3.0", "123456789012345678901"};
    static const char *const bad[] = {"",     ".5", "5.",  "01",   "+1", "1,5", "1.5 ",
                                      " 1.5", "1e", "1e+", "0x10", "-",  "NaN", "1.5kg"};
    char to[80];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        snprintf(to, sizeof to, "\"value\":\"%s\"", good[i]);
        CHECK_STR(confirmation("\"value\":\"1.5\"", to), "");
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char want[200];
        snprintf(to, sizeof to, "\"value\":\"%s\"", bad[i]);
        snprintf(want, sizeof want,
                 "shipmentConfirmations[1].containers[1].weight.value: expected a "
                 "decimal as a "
                 "string such as \"1.5\", got \"%s\"",
                 bad[i]);
        CHECK_STR(confirmation("\"value\":\"1.5\"", to), want);
    }
}

static void decimal_as_number(void)
{
    CHECK_STR(
        confirmation("\"value\":\"1.5\"", "\"value\":1.5"),
        "shipmentConfirmations[1].containers[1].weight.value: expected a decimal as a "
        "string such as \"1.5\", got 1.5");
    CHECK_STR(
        confirmation("\"value\":\"1.5\"", "\"value\":2"),
        "shipmentConfirmations[1].containers[1].weight.value: expected a decimal as a "
        "string such as \"1.5\", got 2");
}

static void choices(void)
{
    CHECK_STR(confirmation("\"SHIPPED\"", "\"Shipped\""),
              "shipmentConfirmations[1].shipmentDetails.shipmentStatus: expected "
              "\"SHIPPED\" or "
              "\"FLOOR_DENIAL\", got \"Shipped\"");
    CHECK_STR(
        confirmation("\"carton\"", "\"CARTON\""),
        "shipmentConfirmations[1].containers[1].containerType: expected \"carton\" or "
        "\"pallet\", got \"CARTON\"");
    CHECK_STR(
        confirmation("\"carton\"", "\"carton\\u0000x\""),
        "shipmentConfirmations[1].containers[1].containerType: expected \"carton\" or "
        "\"pallet\", got \"carton?x\"");
}

static void times(void)
{
    static const char *const bad[] = {"2026-11-23T15:04:05", "2026-11-23", "yesterday",
                                      "2026-02-30T00:00:00Z", "2026-11-23T24:00:00Z"};
    char to[80], want[300];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(to, sizeof to, "\"%s\"", bad[i]);
        snprintf(want, sizeof want,
                 "shipmentConfirmations[1].shipmentDetails.shippedDate: expected a time "
                 "with a "
                 "zone such as \"2026-11-23T06:00:00Z\", got \"%s\"",
                 bad[i]);
        CHECK_STR(confirmation("\"2026-11-23T15:04:05-06:00\"", to), want);
    }
    CHECK_STR(
        confirmation("\"2026-11-23T15:04:05-06:00\"", "\"2026-11-23T15:04:05.250+0530\""),
        "");
}

static void order_numbers(void)
{
    CHECK_STR(confirmation("\"PO00050003\"", "\"PO 1\""),
              "shipmentConfirmations[1].purchaseOrderNumber: expected a purchase order "
              "number of "
              "letters and digits, as text, got \"PO 1\"");
    CHECK_STR(confirmation("\"PO00050003\"", "50003"),
              "shipmentConfirmations[1].purchaseOrderNumber: expected a purchase order "
              "number of "
              "letters and digits, as text, got 50003");
    CHECK(confirmation("\"PO00050003\"", "\"PO1\\u0000\"")[0] != '\0');
}

static void nothing_personal(void)
{
    const char *said = confirmation("\"name\":\"Dock\"", "\"name\":5551234");
    CHECK_STR(said,
              "shipmentConfirmations[1].shipFromParty.address.name: expected text, got a "
              "number");
    said = confirmation("\"address\":{\"name\":\"Dock\",\"addressLine1\":\"1 "
                        "Pier\",\"countryCode\":\"US\"}",
                        "\"address\":\"Jane Doe, 1 Pier\"");
    CHECK_STR(said,
              "shipmentConfirmations[1].shipFromParty.address: expected an object, got "
              "text");
    said = confirmation("\"name\":\"Dock\"", "\"name\":[\"Jane Doe\"]");
    CHECK_STR(said,
              "shipmentConfirmations[1].shipFromParty.address.name: expected text, got a "
              "list");
    CHECK_STR(
        confirmation("\"name\":\"Dock\"", "\"name\":\"\""),
        "shipmentConfirmations[1].shipFromParty.address.name: expected text, got empty "
        "text");
    CHECK_STR(
        confirmation("\"shipmentStatus\":\"SHIPPED\"",
                     "\"shipmentStatus\":\"Jane Doe lives at 1 Pier Road and nowhere "
                     "else\""),
        "shipmentConfirmations[1].shipmentDetails.shipmentStatus: expected \"SHIPPED\" "
        "or "
        "\"FLOOR_DENIAL\", got text of 46 bytes");
}

static void wrong_containers(void)
{
    CHECK_STR(verdict(&shape_confirmation_list, "[]"), "expected an object, got a list");
    CHECK_STR(verdict(&shape_confirmation_list, "{\"shipmentConfirmations\":{}}"),
              "shipmentConfirmations: expected a list, got an object");
    CHECK_STR(verdict(&shape_confirmation_list, "{\"shipmentConfirmations\":[null]}"),
              "shipmentConfirmations[1]: expected an object, got null");
    CHECK_STR(verdict(&shape_confirmation_list, "{\"shipmentConfirmations\":[true]}"),
              "shipmentConfirmations[1]: expected an object, got true");
}

static void boolean(void)
{
    CHECK_STR(
        confirmation("\"isPriorityShipment\":true", "\"isPriorityShipment\":\"true\""),
        "shipmentConfirmations[1].shipmentDetails.isPriorityShipment: expected true or "
        "false, got \"true\"");
}

static const char *scan_at(const char *address)
{
    static char body[1000];
    snprintf(
        body, sizeof body,
        "{\"purchaseOrderNumber\":\"PO1\",\"sellingParty\":{\"partyId\":\"V\"},"
        "\"shipFromParty\":{\"partyId\":\"W\"},\"statusUpdateDetails\":{"
        "\"trackingNumber\":\"T\",\"statusCode\":\"D1\",\"reasonCode\":\"NS\","
        "\"statusDateTime\":\"2026-11-23T15:04:05Z\",\"statusLocationAddress\":{%s},"
        "\"shipmentSchedule\":{\"apptWindowStartDateTime\":\"2026-11-23T15:04:05Z\"}}}",
        address);
    return verdict(&shape_status_update, body);
}

static void scan_place(void)
{
    CHECK_STR(
        scan_at("\"city\":\"Seattle\",\"postalCode\":\"98101\",\"stateOrRegion\":\"WA\","
                "\"countryCode\":\"US\""),
        "");
    CHECK_STR(
        scan_at("\"city\":\"Seattle\""),
        "statusUpdateDetails.statusLocationAddress.countryCode: required, but missing");
    CHECK_STR(scan_at("\"countryCode\":\"US\",\"attention\":\"x\""),
              "statusUpdateDetails.statusLocationAddress: unknown field \"attention\" in "
              "StatusLocationAddress");
}

static void list_sizes(void)
{
    CHECK_STR(verdict(&shape_status_update_list, "{\"shipmentStatusUpdates\":[]}"),
              "shipmentStatusUpdates: expected at least 1 member, got 0");
    struct buf body;
    buf_init(&body, 10000);
    buf_text(&body, "{\"restrictedResources\":[");
    for (int i = 0; i < 51; i++)
        buf_format(&body, "%s{\"method\":\"GET\",\"path\":\"/x/%d\"}", i == 0 ? "" : ",",
                   i);
    buf_text(&body, "]}");
    CHECK_STR(verdict(&shape_restricted_data_token, buf_str(&body)),
              "restrictedResources: expected at most 50 members, got 51");
    buf_clear(&body);
}

static void number_ranges(void)
{
    static const struct shape text36 = {.kind = SHAPE_TEXT, .max = 36};
    static const struct shape positive = {.kind = SHAPE_INT, .min = 1, .max = 100};
    static const struct shape number = {.kind = SHAPE_NUMBER};
    CHECK_STR(verdict(&positive, "100"), "");
    CHECK_STR(verdict(&positive, "101"),
              "expected a whole number from 1 to 100, got 101");
    CHECK_STR(verdict(&positive, "0"), "expected a whole number from 1 to 100, got 0");
    CHECK_STR(verdict(&text36, "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""),
              "expected at most 36 characters, got 37");
    CHECK_STR(verdict(&number, "1.25"), "");
    CHECK_STR(verdict(&number, "\"1.25\""), "expected a number, got \"1.25\"");
}

static void path_begins_with_root(void)
{
    struct fault f = {0};
    const struct json *value = parse("{\"partyId\":1}");
    const struct field *party = shape_field(&shape_confirmation, "sellingParty");
    CHECK(party != NULL && party->required);
    CHECK_INT(shape_check(party->shape, value, "confirm.sellingParty", &f), ERR_INPUT);
    CHECK_STR(f.text, "confirm.sellingParty.partyId: expected text, got a number");
    CHECK(shape_field(&shape_confirmation, "nothing") == NULL);
}

static void acknowledgement(void)
{
    static const char body[] =
        "{\"orderAcknowledgements\":[{\"purchaseOrderNumber\":\"PO1\","
        "\"vendorOrderNumber\":\"PO1\",\"acknowledgementDate\":\"2026-11-23T15:04:05Z\","
        "\"acknowledgementStatus\":{\"code\":\"00\",\"description\":\"ok\"},"
        "\"sellingParty\":{\"partyId\":\"V\",\"taxInfo\":{\"taxRegistrationNumber\":"
        "\"1\"}},"
        "\"shipFromParty\":{\"partyId\":\"W\"},\"itemAcknowledgements\":["
        "{\"itemSequenceNumber\":\"00001\",\"acknowledgedQuantity\":"
        "{\"amount\":1,\"unitOfMeasure\":\"Each\"}}]}]}";
    CHECK_STR(verdict(&shape_acknowledgement_list, body), "");
    char other[sizeof body];
    memcpy(other, body, sizeof body);
    char *line = strstr(other, "\"00001\"");
    memcpy(line, "1      ", 7);
    CHECK_STR(
        verdict(&shape_acknowledgement_list, other),
        "orderAcknowledgements[1].itemAcknowledgements[1].itemSequenceNumber: expected "
        "text, got a number");
}

/* Hangs a very deep value where a leaf belongs. */
static void deep_input(void)
{
    char body[200] = "{\"purchaseOrderNumber\":", *at = body + strlen(body);
    memset(at, '[', 60);
    memset(at + 60, ']', 60);
    memcpy(at + 120, "}", 2);
    CHECK_STR(verdict(&shape_label_request, body), "sellingParty: required, but missing");
    const struct field *order = shape_field(&shape_label_request, "purchaseOrderNumber");
    *at = '[';
    char deep[121];
    memcpy(deep, at, 120);
    deep[120] = '\0';
    CHECK_STR(
        verdict(order->shape, deep),
        "expected a purchase order number of letters and digits, as text, got a list");
}

TESTS_MAIN({"a body that holds every field of Amazon's type passes", complete_body},
           {"a wrong quantity is named with its full path, counted from 1", whole_number},
           {"a misspelled field is refused with the nearest right name",
            misspelled_field},
           {"a hostile field name cannot upset the terminal", hostile_field_name},
           {"a forgotten field is named", missing_field},
           {"weights follow Amazon's decimal pattern to the letter", decimals},
           {"a decimal given as a number is refused, with the right form shown",
            decimal_as_number},
           {"status words are Amazon's, in Amazon's case", choices},
           {"a time without a zone is refused: nobody knows when it is", times},
           {"an order number is letters and digits, and text", order_numbers},
           {"no sentence repeats what may be personal", nothing_personal},
           {"lists and objects are not mixed up", wrong_containers},
           {"a flag is true or false, not a word", boolean},
           {"a scan's place needs only its country", scan_place},
           {"lists keep to Amazon's sizes", list_sizes},
           {"numbers and texts keep to their ranges", number_ranges},
           {"a verb's own name begins the path", path_begins_with_root},
           {"an acknowledgement's line number is text, as in Orders v1", acknowledgement},
           {"input far deeper than the shape is refused at its top", deep_input})
