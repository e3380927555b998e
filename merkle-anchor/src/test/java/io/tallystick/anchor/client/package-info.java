// SPDX-License-Identifier: Apache-2.0
/** What every client of an outside party must do, and each one's own ways. */
package io.tallystick.anchor.client;
