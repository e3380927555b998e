// SPDX-License-Identifier: Apache-2.0
/**
 * What of merkle-anchor knows Kafka. Three applications in one process, which talk through topics:
 *
 * <pre>
 * ledger.entries ─► trees ─► ledger.heads ─► registry ─► ledger.registry ─┐
 *  (N partitions)   N tasks        │          one task                    ├─► signer ─► ledger.checkpoints
 *                                  └──────────────────────────────────────┘     │
 *                                                                               └─► ledger.signer (guard)
 * </pre>
 *
 * Decisions about entries, windows, leaves and signatures are in the core packages below; here they are read, stored and
 * forwarded. DESIGN.md section 7.
 */
package io.tallystick.anchor;
