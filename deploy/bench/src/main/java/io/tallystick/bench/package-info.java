// SPDX-License-Identifier: Apache-2.0
/**
 * Benchmarks of the kernels every event passes, each against a baseline measured in the same run: a ratio says more than a
 * number of megabytes on somebody's machine. Nothing of the product depends on this package.
 */
package io.tallystick.bench;
