// SPDX-License-Identifier: Apache-2.0
/**
 * JSON as the ledger reads and writes it: a byte-level checker for what producers send, a strict tree for our own small
 * documents, and the one canonical form (RFC 8785) for whatever is hashed or signed.
 *
 * <p>Payloads only ever meet {@link io.tallystick.json.JsonScanner}: it looks at bytes, builds nothing and never reads a
 * number, so a payload leaves as it came, minus insignificant whitespace. {@link io.tallystick.json.JsonParser} and
 * {@link io.tallystick.json.Jcs} are for documents the ledger itself makes. What a document means stays out of here.
 */
package io.tallystick.json;
