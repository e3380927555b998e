// SPDX-License-Identifier: Apache-2.0
/**
 * The protocol between logs and witnesses, c2sp.org/tlog-witness: the request, the log's side that asks for a cosignature, and
 * the witness's decision whether to give one. The witness that serves it is in the package below.
 */
package io.tallystick.anchor.witness;
