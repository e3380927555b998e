// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import io.tallystick.anchor.client.TestParty.Reply;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeExtension;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.StrictBase64;
import io.tallystick.trust.TrustAnchors;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A log with the write path of Rekor v2: a real tree, real proofs and signatures. */
public final class TestRekor implements TestParty.Service {
    private static final String ORIGIN = "rekor.example";

    private final SigningKey key = TestKeys.key(KeyAlgorithm.ED25519, "rekor");
    private final List<Hash> leaves = new ArrayList<>();

    public TestRekor() {
        leaves.add(Rfc6962.leafHash("somebody else's".getBytes(StandardCharsets.UTF_8)));
    }

    /** What a trust root says of it. */
    public TrustAnchors.Log trusted() {
        return new TrustAnchors.Log(
                "rekor",
                "rekor-v2",
                ORIGIN,
                NoteVerifiers.vkey(ORIGIN, key.algorithm(), key.spki()),
                new TrustAnchors.ValidFor(Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z")));
    }

    @Override
    public synchronized Reply answer(String path, byte[] body) throws Exception {
        if (!path.equals("/party/api/v2/log/entries")) {
            return new Reply(404, "text/plain", Bytes.utf8("not here"));
        }
        JsonObject request = JsonParser.parseObject(body, 8).object("hashedRekordRequestV002");
        JsonObject signature = request.object("signature");
        JsonObject spec = JsonObject.builder()
                .put(
                        "hashedRekordV002",
                        JsonObject.builder()
                                .put(
                                        "data",
                                        JsonObject.builder()
                                                .put("algorithm", "SHA2_256")
                                                .put("digest", request.string("digest"))
                                                .build())
                                .put("signature", signature)
                                .build())
                .build();
        byte[] entry = Jcs.encode(JsonObject.builder()
                .put("apiVersion", "0.0.2")
                .put("kind", "hashedrekord")
                .put("spec", spec)
                .build());
        leaves.add(Rfc6962.leafHash(entry));
        return new Reply(201, "application/json", Bytes.wrap(Jcs.encode(entry(entry))));
    }

    private JsonObject entry(byte[] body) throws Exception {
        TreeExtension tree = new TreeExtension(CompactRange.EMPTY, leaves);
        long index = leaves.size() - 1L;
        byte[] note = SignedNote.sign(new Checkpoint(ORIGIN, tree.head()).text(), List.of(NoteSigners.of(ORIGIN, key)))
                .encode();
        byte[] logId = Hash.sha256(
                        ORIGIN.getBytes(StandardCharsets.UTF_8),
                        new byte[] {'\n', 1},
                        PublicKeys.ed25519Raw(key.spki()))
                .bytes();
        JsonObject proof = JsonObject.builder()
                .put(
                        "checkpoint",
                        JsonObject.builder()
                                .put("envelope", new String(note, StandardCharsets.UTF_8))
                                .build())
                .put(
                        "hashes",
                        JsonArray.ofStrings(tree.inclusionProof(index).stream()
                                .map(hash -> StrictBase64.encode(hash.bytes()))
                                .toList()))
                .put("logIndex", Long.toString(index))
                .put("rootHash", StrictBase64.encode(tree.head().root().bytes()))
                .put("treeSize", Long.toString(tree.head().size()))
                .build();
        return JsonObject.builder()
                .put("canonicalizedBody", StrictBase64.encode(body))
                .put("inclusionProof", proof)
                .put("integratedTime", "0")
                .put(
                        "kindVersion",
                        JsonObject.builder()
                                .put("kind", "hashedrekord")
                                .put("version", "0.0.2")
                                .build())
                .put(
                        "logId",
                        JsonObject.builder()
                                .put("keyId", StrictBase64.encode(logId))
                                .build())
                .put("logIndex", Long.toString(index))
                .build();
    }
}
