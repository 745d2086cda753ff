-- Escapes that are none.
-- says: parse_escape.lua:3: 
return "\u{FFFFFFFFFF}"
