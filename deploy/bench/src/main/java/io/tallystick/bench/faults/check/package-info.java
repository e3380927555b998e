// SPDX-License-Identifier: Apache-2.0
/**
 * The judge of the fault campaign: reads the ledger, its sources and the producers' journals, and says what was lost,
 * duplicated, reordered, forked or altered.
 *
 * <p>Shares no code with the writers, and the build refuses it: no class of the ledger is imported here. What an entry
 * is, how it is linked and what it commits to is written again, from DESIGN.md section 6, on the JDK's digests, Avro's
 * generic reader and a stock JSON parser. {@link io.tallystick.bench.faults.check.Audit} is the core, without Kafka;
 * {@link io.tallystick.bench.faults.check.Checker} feeds it.
 */
package io.tallystick.bench.faults.check;
