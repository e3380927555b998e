// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness;

import io.tallystick.entry.Bytes;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Proofs;
import io.tallystick.trust.StrictBase64;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The body of an {@code add-checkpoint} request:
 *
 * <pre>
 * body = "old " size LF  0*63( base64(hash[32]) LF )  LF  note
 * size = decimal without leading zeros
 * </pre>
 *
 * @param oldSize size the witness stands at, as far as the sender knows; not negative
 * @param proof consistency proof from there, empty if it is 0
 * @param note the signed checkpoint
 */
public record AddCheckpoint(long oldSize, List<Hash> proof, Bytes note) {
    /** Largest body: a note of 64 KiB with the longest proof. */
    public static final int BYTES_MAX = 68 * 1024;

    private static final Pattern OLD = Pattern.compile("old (0|[1-9][0-9]{0,17})");
    private static final int HASH_CHARS = 44;

    public AddCheckpoint {
        proof = List.copyOf(proof);
        if (oldSize < 0 || proof.size() > Proofs.LENGTH_MAX) {
            throw new IllegalArgumentException("from size " + oldSize + " with " + proof.size() + " hashes");
        }
    }

    /** The bytes of the body. */
    public byte[] encode() {
        StringBuilder head = new StringBuilder("old ").append(oldSize).append('\n');
        proof.forEach(hash -> head.append(StrictBase64.encode(hash.bytes())).append('\n'));
        head.append('\n');
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(note.array());
        return body.toByteArray();
    }

    /**
     * Reads a body; the note itself is not looked at.
     *
     * @throws IllegalArgumentException if it has any other form
     */
    public static AddCheckpoint parse(byte[] body) {
        if (body.length > BYTES_MAX) {
            throw new IllegalArgumentException("a request of more than " + BYTES_MAX + " bytes");
        }
        List<String> lines = new ArrayList<>();
        int at = 0;
        for (String line = line(body, at); !line.isEmpty(); line = line(body, at)) {
            if (lines.size() > Proofs.LENGTH_MAX) {
                throw new IllegalArgumentException("a proof of more than " + Proofs.LENGTH_MAX + " hashes");
            }
            lines.add(line);
            at += line.length() + 1;
        }
        Matcher old = OLD.matcher(lines.isEmpty() ? "" : lines.get(0));
        if (!old.matches()) {
            throw new IllegalArgumentException("the first line is not an old size");
        }
        List<Hash> proof = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            proof.add(Hash.of(StrictBase64.decode(line)));
        }
        Bytes note = Bytes.wrap(Arrays.copyOfRange(body, at + 1, body.length));
        return new AddCheckpoint(Long.parseLong(old.group(1)), proof, note);
    }

    /** The line that begins here, without its LF. */
    private static String line(byte[] body, int from) {
        for (int end = from; end < body.length && end - from <= HASH_CHARS; end++) {
            if (body[end] == '\n') {
                return new String(body, from, end - from, StandardCharsets.ISO_8859_1);
            }
        }
        throw new IllegalArgumentException("a line without end, or longer than a hash");
    }
}
