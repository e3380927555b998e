// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Dsse;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonString;
import io.tallystick.json.JsonValue;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSignature;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * What {@link Inspector} shows, for programs: one JSON object on one line. What is JSON itself is in it as it is stored, byte for
 * byte, so numbers keep their digits.
 *
 * <pre>
 * {"content":…,"kind":"manifest|export|registry","sha256":hex}
 * {"content":…,"kind":"line|leaf","leafHash":hex}                              leaf hash of the line's entry, or of the leaf
 * {"content":statement,"keyid":…,"kind":"envelope","payloadType":…,"sha256":hex}
 * {"content":{"origin","root","signatures":[{"bytes","keyId","name"}],"size"},"kind":"checkpoint","sha256":hex}
 * </pre>
 */
final class InspectedJson {
    private InspectedJson() {}

    static String document(String kind, byte[] json) {
        return object(json, "\"kind\":" + text(kind) + ",\"sha256\":" + text(Hash.sha256(json)));
    }

    static String line(byte[] line) throws BundleException {
        return hashed("line", line, BundleLine.cutEntry(line));
    }

    static String leaf(byte[] leaf) {
        return hashed("leaf", leaf, leaf);
    }

    private static String hashed(String kind, byte[] json, byte[] leaf) {
        return object(json, "\"kind\":" + text(kind) + ",\"leafHash\":" + text(Rfc6962.leafHash(leaf)));
    }

    static String envelope(byte[] content, Dsse envelope) {
        return object(
                envelope.payload().toByteArray(),
                "\"keyid\":" + text(envelope.keyid()) + ",\"kind\":\"envelope\",\"payloadType\":"
                        + text(envelope.payloadType()) + ",\"sha256\":" + text(Hash.sha256(content)));
    }

    static String checkpoint(byte[] note) throws BundleException {
        try {
            SignedNote signed = SignedNote.parse(note);
            Checkpoint checkpoint = Checkpoint.parse(signed.text());
            byte[] content = Jcs.encode(JsonObject.builder()
                    .put("origin", checkpoint.origin())
                    .put("root", checkpoint.head().root().toString())
                    .put(
                            "signatures",
                            new JsonArray(signed.signatures().stream()
                                    .<JsonValue>map(InspectedJson::signature)
                                    .toList()))
                    .put("size", checkpoint.head().size())
                    .build());
            return object(content, "\"kind\":\"checkpoint\",\"sha256\":" + text(Hash.sha256(note)));
        } catch (NoteException e) {
            throw new BundleException("not a checkpoint: " + e.getMessage(), e);
        }
    }

    private static JsonObject signature(NoteSignature signature) {
        return JsonObject.builder()
                .put("bytes", (long) signature.signature().length)
                .put("keyId", HexFormat.of().toHexDigits(signature.keyId()))
                .put("name", signature.keyName())
                .build();
    }

    private static String object(byte[] content, String members) {
        return "{\"content\":" + new String(content, StandardCharsets.UTF_8) + "," + members + "}\n";
    }

    private static String text(Object value) {
        return new String(Jcs.encode(new JsonString(String.valueOf(value))), StandardCharsets.UTF_8);
    }
}
