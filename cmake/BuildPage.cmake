# SPDX-License-Identifier: Apache-2.0
# Builds the page in web/ into build/PRESET/page, with node and npm. For the folder that includes it:
#   TAPMASK_PAGE_FOLDER   where its files are then
#   TAPMASK_PAGE_READY    the file to depend on, which is written last of all
find_program(TAPMASK_NPM npm DOC "builds the page")
if(NOT TAPMASK_NPM)
  message(FATAL_ERROR "npm is missing, which builds the page: scripts/setup installs it; -D TAPMASK_PAGE=OFF builds without the page.")
endif()

set(web "${PROJECT_SOURCE_DIR}/web")
set(TAPMASK_PAGE_FOLDER "${PROJECT_BINARY_DIR}/page")
set(TAPMASK_PAGE_READY "${PROJECT_BINARY_DIR}/page.stamp")

# Inside the folder that it speaks of, so that both go together. No package's own scripts are run, and tools
# are installed also where NODE_ENV says that they are not needed.
set(installed "${web}/node_modules/.tapmask-installed")
add_custom_command(OUTPUT "${installed}" VERBATIM WORKING_DIRECTORY "${web}"
  DEPENDS "${web}/package.json" "${web}/package-lock.json"
  COMMAND "${TAPMASK_NPM}" ci --include=dev --ignore-scripts --prefer-offline --loglevel=error
  COMMAND "${CMAKE_COMMAND}" -E touch "${installed}"
  COMMENT "Fetching what the page is made of")

set(client "${web}/src/api/schema.d.ts")
add_custom_command(OUTPUT "${client}" VERBATIM WORKING_DIRECTORY "${web}"
  DEPENDS "${web}/openapi.yaml" "${web}/make_api.js" "${installed}"
  COMMAND "${TAPMASK_NPM}" run --silent api
  COMMENT "Making the page's types from web/openapi.yaml")

file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${web}/src/*" "${web}/public/*")
file(GLOB settings CONFIGURE_DEPENDS "${web}/*.html" "${web}/*.json" "${web}/*.js" "${web}/*.ts")
list(REMOVE_ITEM sources "${client}")
# A file that is gone makes nothing newer; the list of them is.
set(listed "${PROJECT_BINARY_DIR}/page_sources.txt")
string(REPLACE ";" "\n" names "${sources};${settings}")
file(CONFIGURE OUTPUT "${listed}" CONTENT "@names@\n" @ONLY)
add_custom_command(OUTPUT "${TAPMASK_PAGE_READY}" VERBATIM WORKING_DIRECTORY "${web}"
  DEPENDS ${sources} ${settings} "${listed}" "${client}" "${installed}"
  COMMAND "${TAPMASK_NPM}" run --silent build -- --outDir "${TAPMASK_PAGE_FOLDER}" --emptyOutDir --logLevel warn
  COMMAND "${CMAKE_COMMAND}" -E touch "${TAPMASK_PAGE_READY}"
  COMMENT "Building the page")
