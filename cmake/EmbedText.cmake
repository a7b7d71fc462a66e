# SPDX-License-Identifier: Apache-2.0
# Writes a source file that holds the bytes of another file. Run as a script:
#   cmake -D INPUT=FILE -D OUTPUT=FILE.cc -D HEADER=tapmask/api/x.h -D FUNCTION=tapmask::api::XText -P EmbedText.cmake
# HEADER declares `std::string_view XText();`.
file(READ "${INPUT}" bytes HEX)
string(LENGTH "${bytes}" size)
math(EXPR size "${size} / 2")
if(size EQUAL 0)
  message(FATAL_ERROR "${INPUT} is empty")
endif()
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
string(REPEAT "'[^']*'," 20 line)
string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
file(WRITE "${OUTPUT}" "// Made by cmake/EmbedText.cmake.
#include \"${HEADER}\"

namespace {
constexpr char kBytes[] = {
${bytes}
};
}  // namespace

std::string_view ${FUNCTION}() {
  return {kBytes, sizeof(kBytes)};
}
")
