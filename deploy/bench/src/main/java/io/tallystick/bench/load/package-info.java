// SPDX-License-Identifier: Apache-2.0
/**
 * Whole stages under load, on a real broker in a JVM of its own: each figure stands beside a baseline of the same run, and CPU
 * time per record beside the clock's. DESIGN.md section 11, Streams rules.
 *
 * <pre>
 * Rig (broker process, registry) ── Ledger (one prefix) ── Fill ──► stage or baseline ──► Gauge ──► Table
 * </pre>
 *
 * What a stage does is not known here; only how it is started, fed and watched.
 */
package io.tallystick.bench.load;
