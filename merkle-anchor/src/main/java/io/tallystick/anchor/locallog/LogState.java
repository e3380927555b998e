// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.locallog;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteVerifier;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the log signed last, beside the log: {@code {"bytes":n,"checkpoint":signed note,"frontier":[hex],"v":1}}, JCS. With it
 * a start reads the last line and what came after, not the whole log.
 *
 * @param bytes where the last line begins that is signed
 * @param range frontier of the tree before that line
 * @param head the tree with it
 * @param checkpoint the signed note of that tree
 */
record LogState(long bytes, CompactRange range, TreeHead head, String checkpoint) {
    static final int SIZE_MAX = 128 * 1024;

    private static final int DEPTH_MAX = 3;

    byte[] encode() {
        return Jcs.encode(JsonObject.builder()
                .put("bytes", bytes)
                .put("checkpoint", checkpoint)
                .put(
                        "frontier",
                        JsonArray.ofStrings(
                                range.frontier().stream().map(Hash::toString).toList()))
                .put("v", 1)
                .build());
    }

    /** @throws LogException if it was not written by this log with this key */
    static LogState parse(byte[] json, String origin, NoteVerifier key) throws LogException {
        try {
            JsonObject object = JsonParser.parseObject(json, DEPTH_MAX);
            object.requireOnly("bytes", "checkpoint", "frontier", "v");
            String text = object.string("checkpoint");
            SignedNote note = SignedNote.parse(text.getBytes(StandardCharsets.UTF_8));
            var unused = note.verify(List.of(key));
            Checkpoint checkpoint = Checkpoint.parse(note.text());
            List<Hash> frontier = object.array("frontier").strings().stream()
                    .map(Hash::parseHex)
                    .toList();
            CompactRange range = CompactRange.of(checkpoint.head().size() - 1, frontier);
            if (object.natural("v") != 1 || !checkpoint.origin().equals(origin)) {
                throw new LogException("the log's state is not that of log " + origin);
            }
            return new LogState(object.natural("bytes"), range, checkpoint.head(), text);
        } catch (JsonException | NoteException | IllegalArgumentException e) {
            throw new LogException("the log's state cannot be used: " + e.getMessage(), e);
        }
    }
}
