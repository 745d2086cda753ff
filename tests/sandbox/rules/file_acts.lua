-- A file that acts while it loads.
-- says: file_acts.lua:3: a file that loads may neither wait nor act
poll "orders"
