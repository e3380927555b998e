// SPDX-License-Identifier: Apache-2.0
/**
 * Grows one RFC 6962 tree per chain and cuts it at the windows of the ledger clock. DESIGN.md sections 6 and 7.
 *
 * <p>This is the second, independent check on the sequencer: every entry must follow the one before it by sequence, hash
 * and clock, or the application stops and nothing is signed. A pure core: no Kafka, no RocksDB, no logger, no clock.
 */
package io.tallystick.anchor.window;
