# Writes OUT, a C file that holds every Lua file below ROOT, and all of ROOT/init, as an array of
# bytes, and one table of {name, text, length}. Names are the ways below ROOT: "dray/project.lua".
file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/*.lua ${ROOT}/init/*)
list(REMOVE_DUPLICATES files)
list(SORT files)
set(arrays "")
set(table "")
set(number 0)
foreach(name IN LISTS files)
  file(READ ${ROOT}/${name} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR length "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const unsigned char file_${number}[] = {${bytes}0x00};\n")
  string(APPEND table "    {\"${name}\", (const char *)file_${number}, ${length}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT} "/* Generated from lua/ by cmake/embed.cmake. */
#include <stddef.h>
#include \"engine/embedded.h\"
${arrays}
const struct embedded_file embedded_files[] = {
${table}    {NULL, NULL, 0}};
")
