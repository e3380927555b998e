// SPDX-License-Identifier: Apache-2.0
/**
 * JMH benchmarks of what every event passes, each beside plain SHA-256 over the same bytes in the same run. Run by {@link
 * io.tallystick.bench.kernel.KernelsCommand}; DESIGN.md asks for speed that is measured, never for timed tests.
 */
package io.tallystick.bench.kernel;
