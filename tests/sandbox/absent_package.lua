-- The word package, which reaches the process or behind the sandbox.
-- says: absent_package.lua:3: unknown word "package"
return package
