// SPDX-License-Identifier: Apache-2.0
/**
 * The shell of ingest: reads the tenants' topics, writes {@code ledger.ingest}, and tells tenants what became of their
 * records. DESIGN.md section 5.
 *
 * <p>What a record is, what a message holds and where a chain stands is decided in {@code decode} and {@code admit}; here is
 * only what knows Kafka, the registry, clocks and threads.
 */
package io.tallystick.ingest;
