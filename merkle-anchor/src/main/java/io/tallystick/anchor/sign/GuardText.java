// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * The text of the signer's guard outside Kafka: one line an origin, so its size is that of the ledger's chains and does not
 * grow with their length.
 *
 * <pre>
 * text   = "tallystick/signer-guard/v1 " ledger LF *( origin " " size " " root LF ) "end " digest LF
 * ledger = the ledger's origin
 * size   = decimal, at least 1, without leading zeros
 * root   = 64 lower-case hex digits
 * digest = hex SHA-256 of all bytes before its line: tells a torn or mistyped file, not a forged one
 * </pre>
 *
 * Origins ascend, each stands once. About 130 bytes a chain.
 */
public final class GuardText {
    /** Largest text read, in bytes: more than 400,000 chains. */
    public static final int SIZE_MAX = 64 * 1024 * 1024;

    private static final String HEADER = "tallystick/signer-guard/v1 ";
    private static final String END = "end ";

    private GuardText() {}

    /** The text of a guard. */
    public static byte[] encode(String ledger, SigningGuard guard) {
        StringBuilder text = new StringBuilder(HEADER).append(ledger).append('\n');
        new TreeMap<>(guard.heads()).forEach((origin, head) -> text.append(origin)
                .append(' ')
                .append(head.size())
                .append(' ')
                .append(head.root())
                .append('\n'));
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        String end = END + Hash.sha256(body) + "\n";
        return ByteBuffer.allocate(body.length + end.length())
                .put(body)
                .put(end.getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    /**
     * Reads a text.
     *
     * @throws IllegalArgumentException if it is not exactly the text of a guard of this ledger; says what is wrong
     */
    public static SigningGuard parse(String ledger, byte[] bytes) {
        String text = utf8(bytes);
        int end = text.lastIndexOf('\n', text.length() - 2) + 1;
        if (!text.endsWith("\n") || !text.startsWith(END, end)) {
            throw new IllegalArgumentException("its last line is missing: it was not written to its end");
        }
        byte[] body = text.substring(0, end).getBytes(StandardCharsets.UTF_8);
        if (!text.substring(end).equals(END + Hash.sha256(body) + "\n")) {
            throw new IllegalArgumentException("its digest is not that of its lines: it was changed or damaged");
        }
        String[] lines = text.substring(0, end).split("\n", -1);
        if (!lines[0].equals(HEADER + ledger)) {
            throw new IllegalArgumentException("its first line is not '" + HEADER + ledger + "'");
        }
        SigningGuard guard = new SigningGuard();
        for (int i = 1; i < lines.length - 1; i++) {
            String[] fields = lines[i].split(" ", -1);
            if (fields.length != 3) {
                throw new IllegalArgumentException("line " + (i + 1) + " has no three fields");
            }
            guard.record(fields[0], new TreeHead(Long.parseLong(fields[1]), Hash.parseHex(fields[2])));
        }
        if (!Arrays.equals(encode(ledger, guard), bytes)) {
            throw new IllegalArgumentException("it is not in its canonical form");
        }
        return guard;
    }

    private static String utf8(byte[] bytes) {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("it is empty");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("it is not UTF-8", e);
        }
    }
}
