// SPDX-License-Identifier: Apache-2.0
/**
 * What the sequencer remembers of kept events, in RocksDB: the one state that grows with traffic. It answers which event of a
 * chain had an identity first, within the chain's window and cap.
 *
 * <p>Nothing rests on it but the marking of duplicates: it may be lost at any time and is read again from the entries topic.
 * It holds committed events only. It knows no Kafka: what is committed, and what the topic holds, is told to it.
 */
package io.tallystick.chain.duplicates;
