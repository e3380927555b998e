// SPDX-License-Identifier: Apache-2.0
/**
 * Turns entries, registry leaves and checkpoints into the objects of an evidence bundle, and puts these in their order.
 * DESIGN.md section 8.
 *
 * <p>A package of its own because it decides what an auditor will hold: the same input must give the same bytes on every
 * run, so no Kafka, no logger and no clock come in here. Bytes leave through an
 * {@link io.tallystick.export.store.ObjectStore} and a scratch directory; keys, instants and schema texts arrive as
 * arguments. A contradiction in the input, or between the input and what the store holds already, is a
 * {@link io.tallystick.topic.LedgerIntegrityException}.
 */
package io.tallystick.export.assemble;
