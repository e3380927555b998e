// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.rekor;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.AnchorKind;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.Submission;
import io.tallystick.anchor.http.HttpAnswer;
import io.tallystick.anchor.http.HttpFailure;
import io.tallystick.anchor.http.HttpPost;
import io.tallystick.entry.Bytes;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonObject;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSignature;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.RekorLog;
import io.tallystick.tree.Hash;
import io.tallystick.trust.StrictBase64;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A Rekor v2 log (rekor-tiles): {@code POST <url>/api/v2/log/entries} with the digest of the checkpoint's text and its P-256
 * signature. It answers when the entry is in its tree. Receipt: the {@code TransparencyLogEntry}, verbatim.
 */
public final class RekorAnchor implements Anchor {
    private static final String KEY_DETAILS = "PKIX_ECDSA_P256_SHA_256";

    private final RekorLog log;
    private final List<byte[]> spkis;
    private final Duration window;
    private final HttpPost http;

    /**
     * @param spkis DER SPKI of the ledger's P-256 checkpoint keys; with several the last that signed is logged
     * @param window length of a window
     * @param url of the log's shard, without path
     * @param timeout of one request; the log needs up to 20 s
     */
    public RekorAnchor(RekorLog log, List<byte[]> spkis, Duration window, URI url, Duration timeout) {
        this.log = log;
        this.spkis = spkis.stream().map(byte[]::clone).toList();
        this.window = window;
        String base = url.toString();
        this.http = new HttpPost(
                URI.create((base.endsWith("/") ? base : base + "/") + "api/v2/log/entries"),
                timeout,
                RekorLog.SIZE_MAX);
    }

    @Override
    public String id() {
        return log.id();
    }

    @Override
    public AnchorKind kind() {
        return AnchorKind.REKOR;
    }

    @Override
    public String objectName() {
        return log.objectName();
    }

    /** One signature of a checkpoint by one key. */
    private record Signed(Bytes spki, Bytes signature) {}

    @Override
    public Answer submit(Submission submission) {
        try {
            AnchoredCheckpoint checkpoint =
                    AnchoredCheckpoint.parse(submission.checkpoint().note().toByteArray());
            Optional<Signed> signed = signature(checkpoint);
            if (signed.isEmpty()) {
                return new Answer.Refused("no P-256 signature by a key of this process is on the checkpoint");
            }
            HttpAnswer answer = http.send("application/json", request(checkpoint, signed.get()));
            if (answer.status() == 200 || answer.status() == 201) {
                return verify(answer.body().bytes(), checkpoint, submission);
            }
            if (answer.status() == 409) {
                return new Answer.Failed(
                        "it holds this entry, its answer was lost, and it gives no second one; a newer checkpoint will cover this: "
                                + answer.excerpt(),
                        answer.retryAfter());
            }
            boolean forGood = answer.status() == 400 || answer.status() == 422;
            return forGood
                    ? new Answer.Refused(answer.excerpt())
                    : new Answer.Failed(answer.excerpt(), answer.retryAfter());
        } catch (HttpFailure e) {
            return new Answer.Failed(e.getMessage());
        } catch (NoteException e) {
            throw new IllegalArgumentException("what is submitted is no checkpoint: " + e.getMessage(), e);
        }
    }

    private Optional<Signed> signature(AnchoredCheckpoint checkpoint) {
        Optional<Signed> last = Optional.empty();
        for (NoteSignature line : checkpoint.note().signatures()) {
            for (byte[] spki : spkis) {
                int keyId = ByteBuffer.wrap(Hash.sha256(spki).bytes()).getInt();
                if (line.keyId() == keyId) {
                    last = Optional.of(new Signed(Bytes.of(spki), Bytes.wrap(line.signature())));
                }
            }
        }
        return last;
    }

    private static byte[] request(AnchoredCheckpoint checkpoint, Signed signed) {
        JsonObject key = JsonObject.builder()
                .put("rawBytes", StrictBase64.encode(signed.spki().array()))
                .build();
        JsonObject verifier = JsonObject.builder()
                .put("keyDetails", KEY_DETAILS)
                .put("publicKey", key)
                .build();
        JsonObject signature = JsonObject.builder()
                .put("content", StrictBase64.encode(signed.signature().array()))
                .put("verifier", verifier)
                .build();
        JsonObject entry = JsonObject.builder()
                .put("digest", StrictBase64.encode(checkpoint.textDigest().bytes()))
                .put("signature", signature)
                .build();
        return Jcs.encode(
                JsonObject.builder().put("hashedRekordRequestV002", entry).build());
    }

    private Answer verify(byte[] entry, AnchoredCheckpoint checkpoint, Submission submission) {
        try {
            var unused = log.verify(
                    entry,
                    checkpoint,
                    spkis,
                    submission.checkpoint().windowStart().plus(window));
            return new Answer.Confirmed(Bytes.wrap(entry));
        } catch (ReceiptException e) {
            return new Answer.Failed("its answer does not count: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        // Nothing stays open between requests.
    }
}
