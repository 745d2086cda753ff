# cmake -DURL=http://... -DFILE=... -P fetch.cmake: one GET without a program of its own.
set(ENV{no_proxy} "127.0.0.1")
file(DOWNLOAD "${URL}" "${FILE}" STATUS status TIMEOUT 60)
list(GET status 0 code)
if(NOT code EQUAL 0)
  list(GET status 1 why)
  message(FATAL_ERROR "${URL}: ${why}")
endif()
