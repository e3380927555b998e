// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

/**
 * Where a record stands in its partition of {@code ledger.entries}.
 *
 * @param offset the broker's offset; has holes where transactions ended
 * @param pseq the ledger's own counter; has none
 */
public record RecordPosition(long offset, long pseq) {}
