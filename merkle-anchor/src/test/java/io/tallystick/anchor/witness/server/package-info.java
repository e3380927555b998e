// SPDX-License-Identifier: Apache-2.0
/** Tests of the witness protocol and of the witness that serves it. */
package io.tallystick.anchor.witness.server;
