// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

/**
 * A clock as it is stored: with what must stand beside it.
 *
 * @param clock the clock
 * @param trees what the store of the partition's trees holds since the same flush
 */
public record StoredClock(PartitionClock clock, StoreDigest trees) {}
