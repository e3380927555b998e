// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

/**
 * A record of {@code ledger.checkpoints}.
 *
 * @param origin as its envelope says
 * @param size number of leaves, likewise
 * @param root 64 hexadecimal digits, likewise
 * @param windowStart milliseconds since 1970
 * @param note the signed note
 */
public record Checkpoint(String origin, long size, String root, long windowStart, String note) {}
