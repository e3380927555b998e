// SPDX-License-Identifier: Apache-2.0
/**
 * Reads one source record and decides whether it is an event or refused, and with which code. DESIGN.md section 5.
 *
 * <p>Pure: a record and a schema lookup in, a {@link io.tallystick.ingest.decode.Decoded} out. Bad input is a value, never an
 * exception. No Kafka, no clock, no logger, no randomness.
 */
package io.tallystick.ingest.decode;
