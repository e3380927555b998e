// SPDX-License-Identifier: Apache-2.0
/** Asks RFC 3161 authorities for time-stamps. What a time-stamp must be to count is decided in {@code io.tallystick.receipt}. */
package io.tallystick.anchor.timestamp;
