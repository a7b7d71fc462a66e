# SPDX-License-Identifier: Apache-2.0
# tapmask_library(NAME SOURCES ... [PUBLIC libs] [PRIVATE libs])   one target a folder
# tapmask_tests(NAME SOURCES foo_test.cc ... [LIBS libs] [THREADS] [OPENCV]) its unit tests, label "unit";
#   THREADS: they start threads, so they run under the thread sanitizer as well, label "unit+threads"
#   OPENCV: they use OpenCV, which is kept to the calling thread as in the program

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
  # Instrumented code takes a third less time to compile at this level, which is what the tests wait for.
  string(REPLACE "-O2" "-O1" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
  target_compile_options(tapmask_options INTERFACE -fsanitize=${TAPMASK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tapmask_options INTERFACE -fsanitize=${TAPMASK_SANITIZE})
  # g++ 12 sees unset variables inside its own std::function and std::regex once they are sanitized;
  # the dev build keeps this warning.
  target_compile_options(tapmask_options INTERFACE -Wno-maybe-uninitialized)
endif()
if(TAPMASK_COVERAGE)
  target_compile_options(tapmask_options INTERFACE --coverage)
  target_link_options(tapmask_options INTERFACE --coverage)
endif()

# Most of a build's time goes into the same headers, read again for each small file, so eight files of a target
# are compiled as one. A name of one file may then hide another's, so the tests and what users run do the same.
set(TAPMASK_APART effect_test)  # Some of its files use all names of a namespace of made films.

# Instrumented code that computes nothing need not be quick, and what is not optimised compiles in two
# thirds of the time. Not the API: its coroutines call each other without growing the stack only when
# they are optimised.
set(TAPMASK_PLAIN_FOLDERS cli jobs notify service storage store telemetry worker)

function(tapmask_compile_soon target name)
  if(TAPMASK_UNITY AND NOT target IN_LIST TAPMASK_APART)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    # g++ takes what is included for headers, whose classes would have members that each includer has its own of.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
  # The API's tests have coroutines of their own, but short ones.
  if(TAPMASK_SANITIZE AND (name IN_LIST TAPMASK_PLAIN_FOLDERS OR target STREQUAL api_test))
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

function(tapmask_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(tapmask_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(tapmask_${name} PUBLIC tapmask_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  tapmask_compile_soon(tapmask_${name} ${name})
endfunction()

# Every unit test of this configuration; "all" would build the program too.
add_custom_target(unit_tests)

get_filename_component(TAPMASK_PRESET "${PROJECT_BINARY_DIR}" NAME)
set(TAPMASK_TEST_ENVIRONMENT "")
if(TAPMASK_SANITIZE MATCHES "thread")
  # Debian's libraries are not instrumented: what they do among themselves looks like races.
  set(TAPMASK_TEST_ENVIRONMENT TSAN_OPTIONS=ignore_noninstrumented_modules=1)
endif()
if(TAPMASK_SANITIZE MATCHES "address")
  set(TAPMASK_TEST_ENVIRONMENT LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/lsan.supp:print_suppressions=0)
endif()

function(tapmask_tests name)
  cmake_parse_arguments(ARG "THREADS;OPENCV" "" "SOURCES;LIBS" ${ARGN})
  if(NOT BUILD_TESTING OR (TAPMASK_SANITIZE MATCHES "thread" AND NOT ARG_THREADS))
    return()
  endif()
  set(label unit)
  if(ARG_THREADS)
    set(label unit+threads)  # One word: gtest_discover_tests breaks lists. `ctest -L` takes a part of it.
  endif()
  set(main GTest::gtest_main)
  if(ARG_OPENCV)
    set(main tapmask_motion)
    list(APPEND ARG_SOURCES "${PROJECT_SOURCE_DIR}/tests/unit/opencv_main.cc")
  endif()
  add_executable(${name}_test ${ARG_SOURCES})
  target_link_libraries(${name}_test PRIVATE tapmask_${name} ${ARG_LIBS} GTest::gtest ${main})
  tapmask_compile_soon(${name}_test ${name})
  add_dependencies(unit_tests ${name}_test)
  if(NOT TAPMASK_SANITIZE)
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}/" DISCOVERY_MODE PRE_TEST PROPERTIES LABELS ${label} TIMEOUT 300)
    return()
  endif()
  # Most tests are done sooner than an instrumented program has started: a quarter of them to a process.
  foreach(part 1 2 3 4)
    math(EXPR index "${part} - 1")
    # One summary may list the same tests from several builds.
    set(test "${TAPMASK_PRESET}/${name}/${part}")
    add_test(NAME "${test}" COMMAND ${name}_test --gtest_brief=1)
    set_tests_properties("${test}" PROPERTIES LABELS ${label} TIMEOUT 900
      ENVIRONMENT "${TAPMASK_TEST_ENVIRONMENT};GTEST_TOTAL_SHARDS=4;GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()
