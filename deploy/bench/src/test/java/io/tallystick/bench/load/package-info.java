// SPDX-License-Identifier: Apache-2.0
/** Tests of what the figures rest on: quantiles, CPU time, tables, the steady load. */
package io.tallystick.bench.load;
