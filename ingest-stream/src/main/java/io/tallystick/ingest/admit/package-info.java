// SPDX-License-Identifier: Apache-2.0
/**
 * Decides the continuity protocol on ingest's side: {@link io.tallystick.ingest.admit.SourceFollower} follows one source
 * partition, {@link io.tallystick.ingest.admit.Confirmations} holds batches until their topic is confirmed, and {@link
 * io.tallystick.ingest.admit.Admission} makes the messages. DESIGN.md section 5.
 *
 * <p>Pure: no Kafka, no clock, no logger; salts and times are parameters.
 */
package io.tallystick.ingest.admit;
