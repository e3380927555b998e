// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.receipt.ReceiptException.Fault;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Proofs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The receipt of a local log: where a checkpoint stands in an append-only log of another owner. Its one form is JCS, at
 * most {@value #SIZE_MAX} bytes, object name {@code <log id>.log.json}:
 *
 * <pre>
 * {"checkpoint": signed checkpoint of the local log, which contains the leaf,
 *  "index":      0-based, of the leaf,
 *  "leaf":       64 hex digits: SHA-256 of the whole checkpoint object of the ledger,
 *  "log":        id of the log,
 *  "proof":      [hex], sibling of the leaf first, at most 63,
 *  "v":          1}
 * leaf data = the 64 digits as ASCII, without a line feed
 * </pre>
 *
 * It says nothing of time: a log that nobody else watches could be written later.
 *
 * @param log id of the log, as the trust root lists it
 * @param leafIndex 0-based
 * @param leaf SHA-256 of the ledger's checkpoint object
 * @param proof sibling hashes from the leaf upwards
 * @param checkpoint the log's own signed note
 */
public record LocalLogReceipt(String log, long leafIndex, Hash leaf, List<Hash> proof, String checkpoint) {
    /** Largest receipt accepted, in bytes. */
    public static final int SIZE_MAX = 128 * 1024;

    private static final int DEPTH_MAX = 3;

    public LocalLogReceipt {
        Objects.requireNonNull(log);
        Objects.requireNonNull(leaf);
        Objects.requireNonNull(checkpoint);
        proof = List.copyOf(proof);
        if (leafIndex < 0 || leafIndex > JsonObject.INTEGER_MAX) {
            throw new IllegalArgumentException("not a leaf index: " + leafIndex);
        }
        if (proof.size() > Proofs.LENGTH_MAX) {
            throw new IllegalArgumentException("a proof of " + proof.size() + " hashes");
        }
    }

    /** The leaf's data for the digest of a checkpoint object. */
    public static byte[] leafData(Hash digest) {
        return digest.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The one form. */
    public byte[] encode() {
        return Jcs.encode(JsonObject.builder()
                .put("checkpoint", checkpoint)
                .put("index", leafIndex)
                .put("leaf", leaf.toString())
                .put("log", log)
                .put(
                        "proof",
                        JsonArray.ofStrings(proof.stream().map(Hash::toString).toList()))
                .put("v", 1)
                .build());
    }

    /**
     * Reads the one form; verifies nothing.
     *
     * @throws ReceiptException {@link Fault#MALFORMED} if the bytes are not what {@link #encode} writes
     */
    public static LocalLogReceipt parse(byte[] json) throws ReceiptException {
        if (json.length > SIZE_MAX) {
            throw new ReceiptException(Fault.MALFORMED, "the log receipt is larger than " + SIZE_MAX + " bytes");
        }
        LocalLogReceipt receipt;
        try {
            JsonObject object = JsonParser.parseObject(json, DEPTH_MAX);
            object.requireOnly("checkpoint", "index", "leaf", "log", "proof", "v");
            if (object.natural("v") != 1) {
                throw new ReceiptException(Fault.MALFORMED, "a log receipt of version " + object.natural("v"));
            }
            List<Hash> proof = new ArrayList<>();
            for (String hash : object.array("proof").strings()) {
                proof.add(Hash.parseHex(hash));
            }
            receipt = new LocalLogReceipt(
                    object.string("log"),
                    object.natural("index"),
                    Hash.parseHex(object.string("leaf")),
                    proof,
                    object.string("checkpoint"));
        } catch (JsonException | IllegalArgumentException e) {
            throw new ReceiptException(Fault.MALFORMED, "not a log receipt: " + TimestampAuthority.plain(e), e);
        }
        if (!Arrays.equals(json, receipt.encode())) {
            throw new ReceiptException(Fault.MALFORMED, "the log receipt is not in its one form");
        }
        return receipt;
    }
}
