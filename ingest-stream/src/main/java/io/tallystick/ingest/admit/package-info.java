// SPDX-License-Identifier: Apache-2.0
/**
 * Makes the messages of the continuity protocol and keeps the position in a source partition. DESIGN.md section 5.
 *
 * <p>Pure: no Kafka, no clock, no logger; salts come from a parameter.
 */
package io.tallystick.ingest.admit;
