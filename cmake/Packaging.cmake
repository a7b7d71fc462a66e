# SPDX-License-Identifier: Apache-2.0
# `scripts/package` makes a .deb for the Debian it runs on.
if(NOT TARGET tapmask)
  return()
endif()

install(TARGETS tapmask RUNTIME DESTINATION bin)
install(FILES README.md LICENSE LICENSES.md CHANGELOG.md DESTINATION share/doc/tapmask OPTIONAL)
install(FILES LICENSES.md DESTINATION share/doc/tapmask RENAME copyright)
if(TAPMASK_PAGE) # Of the packages in the page, as the program gives it out.
  install(FILES "${PROJECT_BINARY_DIR}/page/licenses.txt" DESTINATION share/doc/tapmask)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tapmask)
set(CPACK_PACKAGE_VENDOR TapMask)
set(CPACK_PACKAGE_CONTACT "TapMask contributors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "hides an object in a video, in every frame, after one tap on it")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_PACKAGE_SECTION video)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
# The libraries' packages and versions are read from the binary: the package fits the suite it was
# built on.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
