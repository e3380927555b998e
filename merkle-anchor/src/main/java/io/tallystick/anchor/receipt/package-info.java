// SPDX-License-Identifier: Apache-2.0
/** What the receipts of all kinds of anchors must have in common before they are stored, whatever protocol they came by. */
package io.tallystick.anchor.receipt;
