/**
 * What the next entry of a chain is, and when the ledger's clock crosses a boundary. DESIGN.md sections 5 and 6.
 *
 * <p>Here stand the continuity rules R1 to R6, the hash link, the ledger clock, the head guard's comparison and the bytes
 * of the state. {@link io.tallystick.chain.sequence.PartitionSequencer} is the way in: state and one record go in, new state
 * and records to write come out, and nothing is changed on the way. Kafka, RocksDB, loggers and clocks must stay out: the
 * same input gives the same bytes, live or replayed.
 */
package io.tallystick.chain.sequence;
