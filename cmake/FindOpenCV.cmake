# SPDX-License-Identifier: Apache-2.0
# Finds the OpenCV modules that are used. Debian's own config files are only in libopencv-dev,
# which pulls in far more than we need.
find_path(OpenCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4)
set(_required OpenCV_INCLUDE_DIR)
foreach(module core imgproc video calib3d)
  find_library(OpenCV_${module}_LIBRARY opencv_${module})
  list(APPEND _required OpenCV_${module}_LIBRARY)
  if(OpenCV_${module}_LIBRARY AND NOT TARGET OpenCV::${module})
    add_library(OpenCV::${module} UNKNOWN IMPORTED)
    set_target_properties(OpenCV::${module} PROPERTIES
      IMPORTED_LOCATION "${OpenCV_${module}_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}")
  endif()
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCV REQUIRED_VARS ${_required})
