# SPDX-License-Identifier: Apache-2.0
# Writes core/build_id.cc. Run at build time: cmake -D SOURCE_DIR= -D VERSION= -D OUTPUT= -P BuildId.cmake
set(commit unknown)
# Only a checkout of our own counts: sources unpacked inside another repository are not its commit.
if(EXISTS "${SOURCE_DIR}/.git")
  set(ENV{GIT_OPTIONAL_LOCKS} 0)  # Do not get in the way of a commit that is being made.
  find_program(GIT git)
  if(GIT)
    execute_process(COMMAND "${GIT}" describe --always --dirty=.dirty --abbrev=10 --exclude=*
      WORKING_DIRECTORY "${SOURCE_DIR}" OUTPUT_VARIABLE described RESULT_VARIABLE failed
      OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT failed)
      set(commit "${described}")
    endif()
  endif()
endif()
set(TAPMASK_BUILD_ID "${VERSION}+${commit}")
configure_file("${SOURCE_DIR}/src/tapmask/core/build_id.cc.in" "${OUTPUT}" @ONLY)
