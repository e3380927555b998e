// SPDX-License-Identifier: Apache-2.0
/**
 * What outside parties say about a registry checkpoint, verified from bytes alone: cosignatures of witnesses
 * (c2sp.org/tlog-cosignature), time-stamps (RFC 3161), entries of Rekor v2, receipts of a local log.
 *
 * <p>For each the stored bytes go in, and a {@link io.tallystick.receipt.Receipt} with the time that is proven comes out,
 * or a {@link io.tallystick.receipt.ReceiptException} that says what is wrong. Who counts as a party is in the trust
 * root ({@link io.tallystick.trust.TrustAnchors}); that the checkpoint's own signatures hold is not checked here.
 * Everything is bounded before it is parsed. No network, no clock, no files: how receipts are obtained, and which of
 * them are demanded, is decided elsewhere. Where to look for those that are, by their names, {@link
 * io.tallystick.receipt.ReceiptIndex} tells.
 *
 * <table>
 *   <caption>Objects in {@code v1/anchors/dt=…/<registry size>/}, see {@link io.tallystick.receipt.ReceiptNames}</caption>
 *   <tr><th>name</th><th>content</th><th>about</th><th>time</th></tr>
 *   <tr><td>{@code cosignature-<hex8 key id>}</td><td>one signature line with its LF</td><td>the checkpoint's
 *       text</td><td>the witness' clock, seconds</td></tr>
 *   <tr><td>{@code <tsa id>.tsr}</td><td>DER {@code TimeStampResp}</td><td>SHA-256 of the whole checkpoint
 *       object</td><td>{@code genTime} plus accuracy</td></tr>
 *   <tr><td>{@code <log id>.rekor.json}</td><td>{@code TransparencyLogEntry}</td><td>the text, by a P-256 signature line
 *       of the checkpoint</td><td>none</td></tr>
 *   <tr><td>{@code <log id>.log.json}</td><td>{@link io.tallystick.receipt.LocalLogReceipt}, JCS {@code {"checkpoint",
 *       "index", "leaf", "log", "proof", "v"}}</td><td>SHA-256 of the whole checkpoint object</td><td>none</td></tr>
 * </table>
 */
package io.tallystick.receipt;
