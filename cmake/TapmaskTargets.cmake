# SPDX-License-Identifier: Apache-2.0
# tapmask_library(NAME SOURCES ... [PUBLIC libs] [PRIVATE libs])   one target a folder
# tapmask_tests(NAME SOURCES foo_test.cc ... [LIBS libs])          its unit tests, label "unit"

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()

set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
if(NOT TAPMASK_ASSERTS)
  string(APPEND CMAKE_CXX_FLAGS_RELWITHDEBINFO " -DNDEBUG")
endif()

add_library(tapmask_options INTERFACE)
target_include_directories(tapmask_options INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_compile_options(tapmask_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  $<$<BOOL:${TAPMASK_WERROR}>:-Werror>)
# Same floating point results on every build: no fused multiply-add unless written.
target_compile_options(tapmask_options INTERFACE -ffp-contract=off)
if(TAPMASK_SANITIZE)
  target_compile_options(tapmask_options INTERFACE -fsanitize=${TAPMASK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tapmask_options INTERFACE -fsanitize=${TAPMASK_SANITIZE})
endif()
if(TAPMASK_COVERAGE)
  target_compile_options(tapmask_options INTERFACE --coverage)
  target_link_options(tapmask_options INTERFACE --coverage)
endif()

function(tapmask_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(tapmask_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(tapmask_${name} PUBLIC tapmask_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

function(tapmask_tests name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  target_link_libraries(${name}_test PRIVATE tapmask_${name} ${ARG_LIBS} GTest::gtest GTest::gtest_main)
  gtest_discover_tests(${name}_test TEST_PREFIX "${name}/" DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS unit TIMEOUT 300)
endfunction()
