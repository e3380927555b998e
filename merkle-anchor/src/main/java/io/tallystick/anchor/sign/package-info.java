// SPDX-License-Identifier: Apache-2.0
/**
 * Signs tree heads as C2SP checkpoints, and refuses to sign two histories. DESIGN.md section 7, signer.
 *
 * <p>Protects the one promise a log key makes: of one origin there is one root for each size, and sizes only grow. A pure
 * core: keys arrive as arguments, what was signed before is read by the shell.
 */
package io.tallystick.anchor.sign;
