// SPDX-License-Identifier: Apache-2.0
/** Reads the published test vectors in {@code src/test/resources/vectors}; their sources are named there. */
package io.tallystick.vectors;
