-- string.dump as a method of a text.
-- says: method_dump.lua:3: unknown word "string.dump"
return ("x"):dump()
