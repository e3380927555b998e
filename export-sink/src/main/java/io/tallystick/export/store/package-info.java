// SPDX-License-Identifier: Apache-2.0
/**
 * Where evidence is kept: write-once stores of named objects. An object appears whole or not at all, and once it is there
 * it is never rewritten or removed by the ledger.
 *
 * <p>Knows names and bytes. What the objects mean, in which order they are written and when an existing one may be
 * adopted is decided in {@link io.tallystick.export.assemble}. Kafka stays out.
 */
package io.tallystick.export.store;
