-- A file that waits while it loads.
-- says: file_waits.lua:3: a file that loads may neither wait nor act
sleep(1)
