// SPDX-License-Identifier: Apache-2.0
/**
 * Signed notes (c2sp.org/signed-note) and checkpoints (c2sp.org/tlog-checkpoint): the text forms in which tree heads are
 * signed, published and countersigned.
 *
 * <p>Decides how text and signatures are split, which key a signature line belongs to and when a note counts as
 * verified. Which keys are to be trusted is decided in {@link io.tallystick.trust}.
 */
package io.tallystick.note;
