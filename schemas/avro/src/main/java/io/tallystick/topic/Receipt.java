// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.Optional;

/**
 * Tells a producer where its event stands: JCS JSON in {@code ledger.receipts.<tenant>}. DESIGN.md section 5, outcomes.
 *
 * @param producer who produced the event, if it said so
 * @param id identity of the event
 * @param chain the chain it is in, such as {@code acme/3}
 * @param seq 0-based position in the chain
 * @param leafHash RFC 6962 leaf hash of its entry
 * @param recorded ledger clock
 * @param window start of the window that will seal it
 */
public record Receipt(
        Optional<String> producer, String id, String chain, long seq, Hash leafHash, Instant recorded, Instant window) {

    /** JCS form, UTF-8. */
    public byte[] encode() {
        JsonObject.Builder json = JsonObject.builder()
                .put("chain", chain)
                .put("id", id)
                .put("leafHash", leafHash.toString())
                .put("recorded", LedgerTime.format(recorded))
                .put("seq", seq)
                .put("window", LedgerTime.format(window));
        producer.ifPresent(value -> json.put("producer", value));
        return Jcs.encode(json.build());
    }

    /**
     * Reads a receipt.
     *
     * @throws JsonException if a member is missing, unknown or has another form
     * @throws IllegalArgumentException if a hash or a time has another form
     */
    public static Receipt parse(byte[] json) throws JsonException {
        JsonObject object = JsonParser.parseObject(json, 1);
        object.requireOnly("chain", "id", "leafHash", "producer", "recorded", "seq", "window");
        return new Receipt(
                object.optionalString("producer"),
                object.string("id"),
                object.string("chain"),
                object.longValue("seq"),
                Hash.parseHex(object.string("leafHash")),
                LedgerTime.parse(object.string("recorded")),
                LedgerTime.parse(object.string("window")));
    }
}
