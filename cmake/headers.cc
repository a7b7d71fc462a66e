// SPDX-License-Identifier: Apache-2.0
// CMake compiles headers in advance only for what has a source file.
