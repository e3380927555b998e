// SPDX-License-Identifier: Apache-2.0
/** Tests of the signer's core. */
package io.tallystick.anchor.sign;
