// SPDX-License-Identifier: Apache-2.0
/**
 * A witness of our own, for sites that have somebody to watch the ledger but no witness: its state on disk and its HTTP side.
 * Whether to cosign is decided in {@code io.tallystick.anchor.witness}.
 */
package io.tallystick.anchor.witness.server;
