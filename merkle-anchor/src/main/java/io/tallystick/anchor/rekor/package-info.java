// SPDX-License-Identifier: Apache-2.0
/** Logs checkpoints in Rekor v2. What an entry must be to count is decided in {@code io.tallystick.receipt}. */
package io.tallystick.anchor.rekor;
