// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.receipt.ReceiptException.Fault;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Proofs;
import io.tallystick.trust.StrictBase64;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A Rekor v2 {@code TransparencyLogEntry} of kind {@code hashedrekord} version 0.0.2, as the server returns it:
 *
 * <pre>
 * {"logIndex": decimal text, "logId": {"keyId": base64[32]}, "kindVersion": {"kind", "version"},
 *  "inclusionProof": {"logIndex", "rootHash": base64, "treeSize": decimal text, "hashes": [base64],
 *                     "checkpoint": {"envelope": signed note}},
 *  "canonicalizedBody": base64 of
 *     {"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{
 *       "data":{"algorithm":"SHA2_256","digest":base64},
 *       "signature":{"content":base64 DER,"verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256",
 *         "publicKey":{"rawBytes":base64 SPKI}}}}}}  in RFC 8785 form}
 * </pre>
 *
 * Further members (such as {@code integratedTime}, which is 0) say nothing and are not read. Immutable.
 */
final class RekorEntry {
    static final int SIZE_MAX = 128 * 1024;

    private static final int DEPTH_MAX = 16;
    private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,17}");

    private final Hash logId;
    private final long leafIndex;
    private final long treeSize;
    private final Hash root;
    private final List<Hash> proof;
    private final String checkpoint;
    private final byte[] body;

    private RekorEntry(JsonObject entry) throws JsonException, ReceiptException {
        JsonObject kind = entry.object("kindVersion");
        if (!kind.string("kind").equals("hashedrekord")
                || !kind.string("version").equals("0.0.2")) {
            throw new ReceiptException(Fault.OTHER_SUBJECT, "an entry of another kind than hashedrekord 0.0.2");
        }
        JsonObject inclusion = entry.object("inclusionProof");
        logId = hash(entry.object("logId").string("keyId"));
        leafIndex = decimal(inclusion.string("logIndex"));
        treeSize = decimal(inclusion.string("treeSize"));
        root = hash(inclusion.string("rootHash"));
        proof = new ArrayList<>();
        List<String> hashes = inclusion.array("hashes").strings();
        if (hashes.size() > Proofs.LENGTH_MAX) {
            throw new ReceiptException(Fault.MALFORMED, "a proof of " + hashes.size() + " hashes");
        }
        for (String hash : hashes) {
            proof.add(hash(hash));
        }
        checkpoint = inclusion.object("checkpoint").string("envelope");
        body = StrictBase64.decode(entry.string("canonicalizedBody"));
        if (decimal(entry.string("logIndex")) != leafIndex) {
            throw new ReceiptException(Fault.INVALID, "the entry has two indexes");
        }
    }

    /**
     * Reads an entry; verifies nothing.
     *
     * @throws ReceiptException {@link Fault#MALFORMED}, or {@link Fault#OTHER_SUBJECT} if it is of another kind
     */
    static RekorEntry parse(byte[] json) throws ReceiptException {
        if (json.length > SIZE_MAX) {
            throw new ReceiptException(Fault.MALFORMED, "the entry is larger than " + SIZE_MAX + " bytes");
        }
        try {
            return new RekorEntry(JsonParser.parseObject(json, DEPTH_MAX));
        } catch (JsonException | IllegalArgumentException e) {
            throw new ReceiptException(Fault.MALFORMED, "not a log entry: " + TimestampAuthority.plain(e), e);
        }
    }

    private static Hash hash(String base64) {
        return Hash.of(StrictBase64.decode(base64));
    }

    private static long decimal(String text) {
        if (!DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException("not a decimal number");
        }
        return Long.parseLong(text);
    }

    /** The body that the log must hold for an ECDSA P-256 signature over something with this digest. */
    static byte[] body(Hash digest, byte[] sig, byte[] spki) {
        JsonObject publicKey =
                JsonObject.builder().put("rawBytes", StrictBase64.encode(spki)).build();
        JsonObject verifier = JsonObject.builder()
                .put("keyDetails", "PKIX_ECDSA_P256_SHA_256")
                .put("publicKey", publicKey)
                .build();
        JsonObject signature = JsonObject.builder()
                .put("content", StrictBase64.encode(sig))
                .put("verifier", verifier)
                .build();
        JsonObject data = JsonObject.builder()
                .put("algorithm", "SHA2_256")
                .put("digest", StrictBase64.encode(digest.bytes()))
                .build();
        JsonObject record = JsonObject.builder()
                .put("data", data)
                .put("signature", signature)
                .build();
        return Jcs.encode(JsonObject.builder()
                .put("apiVersion", "0.0.2")
                .put("kind", "hashedrekord")
                .put(
                        "spec",
                        JsonObject.builder().put("hashedRekordV002", record).build())
                .build());
    }

    Hash logId() {
        return logId;
    }

    long leafIndex() {
        return leafIndex;
    }

    long treeSize() {
        return treeSize;
    }

    Hash root() {
        return root;
    }

    List<Hash> proof() {
        return List.copyOf(proof);
    }

    String checkpoint() {
        return checkpoint;
    }

    byte[] body() {
        return body.clone();
    }
}
