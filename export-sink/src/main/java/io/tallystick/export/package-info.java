// SPDX-License-Identifier: Apache-2.0
/**
 * The exporter: reads {@code ledger.entries}, the registry and its checkpoints, and keeps a write-once store of evidence
 * bundles up with them. DESIGN.md section 8.
 *
 * <pre>
 * ledger.entries ──► step one, per partition: data files ──► store
 *                              │
 *                              ▼
 *                       ledger.exports ──► step two, per tenant: manifest … checkpoint ──► store
 *                                              ▲
 *        ledger.registry, ledger.checkpoints, ledger.tenants
 * </pre>
 *
 * <p>This package is the shell: consumers, offsets, retries, logs. What a bundle holds, in which bytes and in which
 * order, is decided in {@link io.tallystick.export.assemble}.
 */
package io.tallystick.export;
