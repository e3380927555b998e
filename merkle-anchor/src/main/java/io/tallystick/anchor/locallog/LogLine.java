// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.locallog;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.receipt.LocalLogReceipt;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A line of the log: {@code {"checkpoint":object,"index":n,"leaf":64 hex digits,"v":1}}, JCS, then LF; {@code leaf} is SHA-256
 * of the checkpoint object, and its digits are the data of leaf {@code index}.
 *
 * @param index 0-based
 * @param object the checkpoint object
 * @param leaf its digest
 */
record LogLine(long index, String object, Hash leaf) {
    /** A note of 64 KiB, escaped. */
    static final int BYTES_MAX = 256 * 1024;

    private static final int DEPTH_MAX = 2;

    static LogLine of(long index, byte[] object) {
        return new LogLine(index, new String(object, StandardCharsets.UTF_8), Hash.sha256(object));
    }

    /** With its LF. */
    byte[] encode() {
        byte[] json = Jcs.encode(JsonObject.builder()
                .put("checkpoint", object)
                .put("index", index)
                .put("leaf", leaf.toString())
                .put("v", 1)
                .build());
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }

    Hash leafHash() {
        return Rfc6962.leafHash(LocalLogReceipt.leafData(leaf));
    }

    /** @throws LogException if the bytes, without LF, are not what {@link #encode} writes for this index */
    static LogLine parse(byte[] json, long index) throws LogException {
        try {
            JsonObject parsed = JsonParser.parseObject(json, DEPTH_MAX);
            LogLine line = of(index, parsed.string("checkpoint").getBytes(StandardCharsets.UTF_8));
            byte[] form = line.encode();
            if (Arrays.equals(json, 0, json.length, form, 0, form.length - 1)) {
                return line;
            }
        } catch (JsonException e) {
            throw new LogException("line " + index + " of the log is no entry", e);
        }
        throw new LogException("line " + index + " of the log is not in its one form");
    }
}
