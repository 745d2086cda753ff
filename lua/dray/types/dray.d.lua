---@meta dray

-- The words of a script (`dray run`). Words that are marked `async` wait: for Amazon, for the clock, for
-- an effect. They can be called anywhere but inside table.sort and string.gsub.
--
-- Every word raises on wrong use, with file and line; `try` turns an error into a value.
-- Identifiers are texts. Quantities are whole numbers. Decimals are texts, as Amazon has them.
-- Instants are UTC milliseconds; as texts they always carry a zone.

---@alias dray.OrderState
---| "new" seen, not answered yet
---| "accepting" accepted, not proved yet
---| "rejecting" rejected, not proved yet
---| "accepted" proved
---| "confirming" confirmed, not proved yet
---| "denying" denied at the floor, not proved yet
---| "shipped" proved
---| "denied" proved
---| "rejected" proved
---| "cancelled" by the customer
---| "delivered" the carrier says so

---@alias dray.EffectState
---| "planned" decided only: writes = "observe"
---| "waiting" too early; `why` says for what
---| "ready" may be sent
---| "sending" on its way
---| "accepted" Amazon took it; not proved
---| "succeeded" proved; `evidence` says by what
---| "failed" Amazon says that it failed
---| "rejected" refused at the door
---| "unknown" may have happened; it is being looked up
---| "held" a person decides
---| "cancelled" withdrawn before it was sent

---@alias dray.Duration string|number "90s", "30m", "1h30m", or seconds

--- When a rule is due: { "15m" }, { "1h", from = "08:00", to = "18:00" }, { "1d", at = "07:30" }. Each
--- local time fires once. What clocks pass over in spring fires at the first instant after the gap;
--- what comes twice in autumn fires the first time, below a day (and in a cron whose minute or hour is
--- `*` or has a step) both times. Of what was missed the latest is made up for within an hour; runs of
--- one rule never overlap. `cron` has five fields; when both day fields are restricted, either is enough.
---@class dray.Every
---@field [1] dray.Duration a second to "1d"
---@field at? string|string[] with "1d": times of day; midnight when not given
---@field from? string below a day: the window begins, "08:00"; the times count from here
---@field to? string and ends before this; a window may cross midnight
---@field days? string|string[] "mon-fri", "mon,wed,sat"; of the day on which the window begins
---@field except? string a file in the project's folder: a date a line on which nothing is due
---@field zone? string IANA name; UTC when not given

--- An order. It is an id: every field is read when it is asked for.
---@class dray.Order
---@field purchaseOrderNumber string
---@field account string
---@field warehouse string the code of shipFromParty
---@field state dray.OrderState
---@field status string Amazon's own word: "NEW", "ACCEPTED" …
---@field own_label boolean the vendor's own carrier, not Amazon's label
---@field gift boolean
---@field orderDate string
---@field shipBy? string requiredShipDate
---@field body table Amazon's orderDetails and purchaseOrderNumber; one table until the script waits
---@field items dray.Item[] Amazon's items
---@field labels dray.List<dray.Document> the latest of each package
---@field slip? dray.Document the packing slip
---@field invoice? dray.Document the customer invoice
---@field effects dray.List<dray.Effect>
---@field facts table<string, dray.Fact> what the floor and the carrier reported, by the event's name
local Order = {}

--- The latest payload of an event: of all boxes, the one that happened last. facts.packed["BOX1"] and
--- facts.packed.boxes["BOX1"] are those of one box; without boxes the only one is under "".
--- `facts` is read anew each time; a name that was never reported is nil.
---@class dray.Fact
---@field at string when it happened, in UTC: "2026-11-23T12:00:00Z"
---@field box? string packageIdentifier
---@field trackingNumber? string
---@field boxes table<string, dray.Fact>
---@field [string] any the event's own fields

--- Whether the stock that was reported covers every line: a new order comes behind all that are accepted;
--- of those, the one that is to ship sooner is first. Raises for a product without a report, and says which.
---@return boolean
function Order:fillable() end

--- A line of an order: Amazon's fields, and its number.
---@class dray.Item
---@field line integer itemSequenceNumber as a number
---@field free? integer stock reported for the product minus what accepted, unshipped orders hold; nil: no report
---@field itemSequenceNumber string
---@field buyerProductIdentifier? string
---@field vendorProductIdentifier? string
---@field title? string
---@field orderedQuantity { amount: integer, unitOfMeasure: string }
---@field netPrice? { currencyCode: string, amount: string }

--- Accepts the order: an acknowledgement with code 00. Fields are those of OrderAcknowledgementItem.
--- Each verb plans an effect and returns it at once; the same asked again is the same effect.
--- Nothing is sent unless the script goes on to its next wait or to its end.
---@param fields? { why: string?, [string]: any }
---@return dray.Effect? effect nil when it is no longer possible
---@return string? reason
function Order:accept(fields) end

--- Rejects the order.
---@param fields { code: string, why: string?, [string]: any } code: "02", "03" (out of stock), "71" …
---@return dray.Effect? effect
---@return string? reason
function Order:reject(fields) end

--- Asks for Amazon's label; waits by itself for the proved acceptance and the ship day.
---@param fields? { containers: table[]?, again: boolean?, why: string?, [string]: any }
---@return dray.Effect? effect
---@return string? reason
function Order:request_label(fields) end

--- Confirms the shipment; waits by itself for what must come before. Fields are those of ShipmentConfirmation;
--- those of shipmentDetails may stand on top.
---@param fields? { shippedDate: string?, containers: table[]?, [string]: any }
---@return dray.Effect? effect
---@return string? reason
function Order:confirm(fields) end

--- The floor cannot ship it.
---@param fields? { why: string?, [string]: any }
---@return dray.Effect? effect
---@return string? reason
function Order:floor_deny(fields) end

--- Passes on a scan of the vendor's own carrier. Fields are those of ShipmentStatusUpdate; those of
--- statusUpdateDetails may stand on top.
---@param fields { trackingNumber: string, meaning: string?, statusCode: string?, reasonCode: string?, statusDateTime: string?, statusLocationAddress: table?, [string]: any }
---@return dray.Effect? effect
---@return string? reason
function Order:scan(fields) end

---@alias dray.ShipmentState
---| "created" Amazon sees too little stock
---| "accepted" new work
---| "confirmed"
---| "package_created"
---| "pickup_slot_retrieved" the shipping options were asked for
---| "invoice_generated"
---| "shiplabel_generated"
---| "shipped"
---| "delivered"
---| "cancelled"
---| "unknown" a status that dray does not know; see `status`

--- A seller's shipment (External Fulfillment). Its state is Amazon's own, also when another tool moved it.
---@class dray.Shipment
---@field shipmentId string
---@field account string
---@field location string locationId
---@field channel string channelName
---@field marketplace string marketplaceId
---@field state dray.ShipmentState
---@field status string Amazon's own word
---@field subStatus? string "PENDING_PICKUP", "LABEL_CANCELED" …
---@field self boolean the seller's own courier takes it (shippingType SELF)
---@field gift boolean a line is to be wrapped, or has a message
---@field slip_required boolean
---@field invoice_required boolean
---@field created string
---@field shipBy? string expectedShippingDateTimeInUTC
---@field earliestPack? string earliestPackDateTime
---@field body table Amazon's Shipment; one table until the script waits
---@field items table[] Amazon's lineItems
---@field packages table[] Amazon's packages, or those that dray was asked to create
---@field labels dray.List<dray.Document> those that may be used
---@field gift_messages dray.List<dray.Document>
---@field wrap_labels dray.List<dray.Document> what is to stand on the wrapping of gifts
---@field effects dray.List<dray.Effect>
---@field facts table<string, dray.Fact> what the floor and the carrier reported, by the event's name
local Shipment = {}

--- Step 1. Waits by itself for ACCEPTED and earliestPackDateTime.
---@param fields? { why: string?, referenceId: string?, lineItems: table[]? }
---@return dray.Effect? effect nil when it is no longer possible
---@return string? reason
function Shipment:confirm(fields) end

--- The whole shipment, as long as orderStatesEligibleForRejection allows it.
---@param fields { reason: "OUT_OF_STOCK"|"CUSTOMER_REQUESTED"|nil, referenceId: string?, lineItems: table[]?, why: string? }
---@return dray.Effect? effect
---@return string? reason
function Shipment:reject(fields) end

--- Step 2. Of one package the lines may be left out: all of them; size and weight where Amazon
--- recommends them; what a line requires and Amazon has already: serial numbers, country of origin, …
---@param fields? { packages: table[], why: string? }|table[] Amazon's Package
---@return dray.Effect? effect
---@return string? reason
function Shipment:create_packages(fields) end

--- Back to step 3: options, invoice and labels are void. What is not given stays as it is.
---@param package string|table its id, or fields with `id`
---@param fields? table Amazon's Package
---@return dray.Effect? effect
---@return string? reason
function Shipment:update_package(package, fields) end

--- Step 3. Its answer is in options(packageId), and the event options.ready.
---@param package string
---@param fields? { again: boolean?, why: string? }
---@return dray.Effect? effect
---@return string? reason
function Shipment:shipping_options(package, fields) end

---@class dray.ShippingOption
---@field shippingOptionId string
---@field shipBy "MARKETPLACE"|"SELLER"|"THIRD_PARTY_CARRIER"|"OTHER"
---@field carrierName? string
---@field pickupWindow? { startTime: string, endTime: string } with the location's zone
---@field timeSlot? { startTime: string, endTime: string, handoverMethod: string }
---@field handoverLocation? table
---@field recommended boolean

--- What was offered for a package; nil when nothing was asked for yet, or it is void. Empty where
--- Amazon leaves nothing to choose.
---@param package string
---@return { [integer]: dray.ShippingOption, recommended: dray.ShippingOption? }? options
function Shipment:options(package) end

--- Step 4, where the shipment requires it.
---@param fields? { again: boolean?, why: string? }
---@return dray.Effect? effect
---@return string? reason
function Shipment:generate_invoice(fields) end

--- The invoice; Amazon is asked for one that is not here.
---@async
---@return dray.Document? document
---@return string? reason
function Shipment:invoice() end

--- Step 5. For all packages, or some (50 at most), with Amazon's recommended option unless another is
--- given; again = true makes new ones (REGENERATE).
---@param fields? { packageIds: string[]?, shippingOptionId: string?, courierSupportedAttributes: { carrierName: string, trackingId: string }?, operation: "GENERATE"|"REGENERATE"|nil, again: boolean?, why: string? }
---@return dray.Effect? effect
---@return string? reason
function Shipment:generate_labels(fields) end

--- Step 6. That Amazon's carrier was quicker counts as success.
---@param package string
---@param fields? { reason: string?, why: string? }
---@return dray.Effect? effect
---@return string? reason
function Shipment:mark_shipped(package, fields) end

--- What the seller's own courier saw.
---@param package string
---@param fields { subStatus: "OUT_FOR_DELIVERY"|"DELIVERED"|"NOT_DELIVERED"|"UNDELIVERABLE", reason: string?, status: string?, why: string? }
---@return dray.Effect? effect
---@return string? reason
function Shipment:delivery(package, fields) end

---@class dray.ProcessOptions
---@field packages? table[]|fun(shipment: dray.Shipment): table[] as for create_packages
---@field choose? fun(options: dray.ShippingOption[], package: string, shipment: dray.Shipment): dray.ShippingOption? nil: none fits
---@field labels? table|fun(shipment: dray.Shipment, package: string, option: dray.ShippingOption?): table more fields of generate_labels
---@field ship? boolean mark it shipped; left out: unless Amazon does so at the pick-up
---@field reference? string referenceId of the confirmation

--- All steps, from where the shipment stands, waiting where needed.
---@async
---@param how? dray.ProcessOptions
---@return dray.Shipment? shipment nil when it cannot go on
---@return string? reason
function Shipment:process(how) end

---@class dray.ShipmentFilter
---@field state? dray.ShipmentState|dray.ShipmentState[]
---@field location? string
---@field account? string
---@field due? "today"|"late" still to be shipped, by the location's own day
---@field old? boolean also those older than the account's `since`

--- Shipments that dray knows, in order of their ship-by date. Ask Amazon with poll "shipments" first.
---@param filter? dray.ShipmentFilter
---@return dray.List<dray.Shipment>
function shipments(filter) end

--- One shipment; raises ("not_found") when there is none.
---@param id string
---@param account? string
---@return dray.Shipment
function shipment(id, account) end

--- One intended change at Amazon.
---@class dray.Effect
---@field id integer for `dray hold`, `dray retry`, `dray settle`
---@field kind "acknowledge"|"label"|"ship"|"scan"|"process"|"packages"|"package"|"options"|"invoice"|"ship_labels"|"status"
---@field verb "accept"|"reject"|"request_label"|"confirm"|"floor_deny"|"scan"|"create_packages"|"update_package"|"shipping_options"|"generate_invoice"|"generate_labels"|"mark_shipped"|"delivery"
---@field state dray.EffectState
---@field why string of the present state
---@field evidence string what proved it, ""
---@field transactionId string Amazon's, ""
---@field order? dray.Order of a vendor
---@field shipment? dray.Shipment of a seller
local Effect = {}

--- Waits until nothing more happens to it by itself: proved, failed, held, planned only, or still
--- waiting for what a person must move first.
---@async
---@return dray.EffectState
function Effect:wait() end

--- A label, packing slip or customer invoice, kept as a file.
---@class dray.Document
---@field id integer
---@field kind "label"|"slip"|"invoice"|"gift"|"wrap"
---@field package string packageIdentifier, packageId, of a gift message the line's id; ""
---@field trackingNumber string
---@field shipMethod string of a shipment's label its carrier
---@field format string what its bytes are: "ZPL", "PNG", "PDF", "TEXT", "unknown"
---@field said string the format that Amazon named
---@field flaw string what is wrong with it, ""
---@field size integer bytes
---@field sha256 string
---@field path string below the state's documents folder
---@field latest boolean not replaced by a later one, and not void
---@field void boolean it must not be used any more: the shipment went back to its options
---@field receivedDate string
---@field order? dray.Order of a vendor
---@field shipment? dray.Shipment of a seller
local Document = {}

--- Writes a copy inside the project folder; missing folders are made, an earlier copy is replaced.
---@param path string "labels/4711.zpl"
---@return string path
function Document:save(path) end

--- Prints one copy on a printer of the project file, once however often it is asked for. The effect is
--- `accepted` when the printer took it, and `succeeded` when the floor reports label.printed,
--- slip.printed or invoice.printed. Raises for a printer that is not there or does not take the
--- document's format.
---@param printer string "dock-1"
---@param options? { copy?: integer } 1 when not given; another number is another copy
---@return dray.Effect? effect nil when it is no longer possible
---@return string? why
function Document:print(printer, options) end

--- A list that is gone through with `for x in list do`; list[1], #list.
---@class dray.List<T>: { [integer]: T }
---@operator call: T?
local List = {}

---@return integer
function List:count() end

---@class dray.OrderFilter
---@field state? dray.OrderState|dray.OrderState[]
---@field warehouse? string
---@field account? string
---@field due? "today"|"late" still to be shipped, by the warehouse's own day
---@field old? boolean also those older than the account's `since`

--- Orders that dray knows, in order of their ship-by date. Ask Amazon with poll "orders" first.
---@param filter? dray.OrderFilter
---@return dray.List<dray.Order>
function orders(filter) end

--- One order; raises ("not_found") when there is none, ("conflict") when two accounts have that number.
---@param number string purchaseOrderNumber
---@param account? string
---@return dray.Order
function order(number, account) end

--- Reports what happened on the floor, as `dray event` does: "packed" and "picked_up" (per box), "carrier.scan",
--- or what the project file declares. The same again changes nothing, another about the same box corrects the
--- fact; an order that nobody knows yet is waited for.
---@param name string
---@param order? dray.Order|dray.Shipment|string its number; nil: fields has order or trackingNumber
---@param fields? { box: string?, at: string?, trackingNumber: string?, [string]: any } `at` without a zone is the warehouse's time
---@param id? string what makes this report itself
---@return "taken"|"same"|"waiting" outcome
function event(name, order, fields, id) end

--- Tells people: `notify "desk" { command = { … } }` of the project file gets the text on its stdin. Goes on at
--- once; it leaves when the run's other writes are durable. A command that fails is logged.
---@param who string
---@param text string
function notify(who, text) end

--- Documents that are there.
---@param filter? { kind: string|string[]|nil, order: dray.Order|string|nil, shipment: dray.Shipment|string|nil, account: string?, latest: boolean? }
---@return dray.List<dray.Document>
function documents(filter) end

---@alias dray.PollName
---| "orders" of vendors, and what follows
---| "accepted"
---| "shipped"
---| "cancelled"
---| "labels"
---| "slips"
---| "invoices"
---| "shipments" of sellers: new work, in status CREATED and ACCEPTED
---| "progress" of sellers: what changed since the last time in any other status

--- Asks Amazon's lists now, of all accounts that have them or of one. Raises when one could not be read.
---@async
---@param what dray.PollName|{ [integer]: dray.PollName, account: string? }
---@param account? string
---@return integer changed new or changed orders, or new documents
function poll(what, account) end

--- Waits until every effect of this run has ended (proved, failed, held, planned only) or can be
--- moved by a person only, asking Amazon often.
---@async
---@param options? { timeout: dray.Duration? }
---@return table<dray.EffectState, integer> counts
function settle(options) end

--- One read of any operation: call("getOrder", { purchaseOrderNumber = "…" }). Writes go through the verbs.
---@async
---@param operation string Amazon's operationId
---@param params? table<string, any>
---@param account? string needed when there are several
---@return any payload
function call(operation, params, account) end

--- Calls fn(member, place) for every member, at most `limit` (16) at a time; results in order (nil becomes false).
--- The first error ends the others and is raised.
---@async
---@generic T, R
---@param list T[]|dray.List<T>
---@param fn async fun(member: T, place: integer): R
---@param options? { limit: integer? } 1 to 1000
---@return R[]
function parallel(list, fn, options) end

--- Waits.
---@async
---@param duration dray.Duration
function sleep(duration) end

---@class dray.Error
---@field code string "input", "not_found", "conflict", "state", "denied", "busy", "network", "amazon", "io", "limit", or "script" for error("…")
---@field message string for people
---@field where string "day.lua:12: ", "" when unknown

--- Calls fn; an error becomes nil and a table. The end of a run (Ctrl-C, a deadline) is not caught.
---@param fn function
---@param ... any
---@return any value
---@return dray.Error? err
function try(fn, ...) end

--- UTC milliseconds, by dray's clock.
---@return integer
function now() end

--- An ISO 8601 text in UTC milliseconds; without a zone it is UTC.
---@param text string
---@return integer ms
function instant(text) end

--- "2026-11-23T12:00:00Z", or the local time of a zone with its offset.
---@param ms integer
---@param zone? string IANA name, "America/Chicago"
---@return string
function iso(ms, zone) end

---@param ms integer
---@param zone string
---@return { year: integer, month: integer, day: integer, hour: integer, minute: integer, second: integer, ms: integer, weekday: string }
function date(ms, zone) end

--- "1h30m" in milliseconds.
---@param text dray.Duration
---@return integer ms
function duration(text) end

--- A JSON file inside the project folder.
---@param path string
---@return any
function read_json(path) end

--- A CSV file inside the project folder; every column is a text.
---@param path string
---@param options? { separator: string?, header: boolean? } "," and true; header = false gives lists
---@return table[] rows
function read_csv(path, options) end

---@class dray.Log
log = {}
---@alias dray.LogFields table<string, string|integer|boolean> at most 8; texts are masked unless the name is a safe one

---@param message string
---@param fields? dray.LogFields
function log.debug(message, fields) end
---@param message string
---@param fields? dray.LogFields
function log.info(message, fields) end
---@param message string
---@param fields? dray.LogFields
function log.warn(message, fields) end
---@param message string
---@param fields? dray.LogFields
function log.error(message, fields) end

--- Marks a table as a list, also when it is empty: { items = array {} }.
---@generic T
---@param list? T[]
---@return T[]
function array(list) end

--- JSON's null: a value of its own, which is true in an `if`.
---@type userdata
null = nil

--- The script's name at 0, then its arguments.
---@type table<integer, string>
arg = {}

-- ---- rules ----

--- What a rule is asked about, and runs for: an event. Beside these fields it has those of the event's
--- payload (`e.carrier`, `e.trackingNumber`). It cannot be changed.
---@class dray.Event
---@field kind string the event's name: "order.new"
---@field rule string the rule's name
---@field order? dray.Order nil for what is not about one
---@field effect? dray.Effect of effect.succeeded, effect.failed …
---@field document? dray.Document of label.ready, slip.ready, invoice.ready
---@field was? dray.OrderState the order's state before
---@field deadline? { kind: string, at: string, package: string? } of deadline.near and deadline.missed
---@field at string when it happened
---@field now integer UTC milliseconds, as now()
---@field data table what the rule keeps; its head says data = { … }. What `run` changes in it is kept with its end
---@field [string] any

---@class dray.Where
---@field account? string|string[]
---@field warehouse? string|string[]
---@field labels? "amazon"|"own"
---@field program? "vendor"|"external"

--- When something applies, and what to do then. One of on, all, every, cron says what makes it look.
---@class dray.Rule
---@field name string unique in the project: holds and pauses are remembered by it
---@field where? dray.Where only for these orders
---@field on? string|string[] events
---@field all? string|string[] events that must all have happened, in any order, for every box; once per order
---@field every? dray.Every
---@field cron? string "5 8-17 * * mon-fri"
---@field zone? string of cron
---@field when? fun(e: dray.Event): any whether it applies; it may neither wait nor act
---@field hold? string "30m": `when` must stay true so long; it is asked again at later events of the order
---@field approve? boolean what `run` plans is held for a person; `when` is asked again at `dray release`
---@field run fun(e: dray.Event)
---@field timeout? string of a run; an hour
---@field data? table what the rule remembers in e.data, at first; such a rule runs once at a time
---@field active? boolean false: it stands still

--- A rule. Only at the first level of a rule file, which may neither wait nor act.
---@param head dray.Rule
function rule(head) end

--- What the file NAME.lua beside this rule file returns; it is loaded once. Only at the first level.
---@param name string
---@return any
function use(name) end
