-- A table that looks like an error of dray.
-- says: (an error that is a table value)
error(setmetatable({ code = 1, message = {}, where = print }, { __name = "dray.error" }))
