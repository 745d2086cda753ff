-- An error text with escapes for terminals.
-- says: ?[2J?]0;owned? text
error("\27[2J\27]0;owned\7 text", 0)
