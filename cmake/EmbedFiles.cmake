# SPDX-License-Identifier: Apache-2.0
# tapmask_embed_files(VARIABLE NAME FUNCTION DEPENDS files... SERVED patterns... FOLDERS folders...)
#   Puts the files of some folders into the program: VARIABLE gets the source file that does it, to be listed
#   among a target's. It is called NAME.cc and defines FUNCTION, e.g. tapmask::api::PageFiles, as
#   tapmask/api/page_files.h declares it. It is made anew when one of DEPENDS changes.
function(tapmask_embed_files variable name function)
  cmake_parse_arguments(ARG "" "" "DEPENDS;SERVED;FOLDERS" ${ARGN})
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(script "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/embed_files.py")
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${name}.cc")
  set(bytes "${CMAKE_CURRENT_BINARY_DIR}/${name}.bin")
  set(served "")
  foreach(pattern IN LISTS ARG_SERVED)
    list(APPEND served --served "${pattern}")
  endforeach()
  add_custom_command(OUTPUT "${source}" "${bytes}" VERBATIM
    DEPENDS "${script}" ${ARG_DEPENDS}
    COMMAND "${Python3_EXECUTABLE}" "${script}" --function "${function}" --output "${source}" ${served}
      ${ARG_FOLDERS})
  set_source_files_properties("${source}" PROPERTIES OBJECT_DEPENDS "${bytes}" SKIP_UNITY_BUILD_INCLUSION ON)
  set(${variable} "${source}" PARENT_SCOPE)
endfunction()
