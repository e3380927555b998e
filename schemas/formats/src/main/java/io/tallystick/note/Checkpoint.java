// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * A tree head with the name of its log. c2sp.org/tlog-checkpoint, without extension lines:
 *
 * <pre>
 * text = origin LF size LF base64(root) LF      size in decimal without leading zeros
 * </pre>
 *
 * @param origin not empty, without control characters; the ledger's own are at most 128 bytes and have no spaces
 * @param head the tree's head
 */
public record Checkpoint(String origin, TreeHead head) {
    private static final int LINES = 3;
    private static final int SIZE_DIGITS_MAX = 19;

    public Checkpoint {
        Objects.requireNonNull(head);
        if (!isOrigin(origin)) {
            throw new IllegalArgumentException("not an origin: " + origin);
        }
    }

    private static boolean isOrigin(String origin) {
        return !origin.isEmpty()
                && origin.codePoints().noneMatch(c -> c < 0x20 || Character.getType(c) == Character.SURROGATE);
    }

    /** The text that is signed, with its final LF. */
    public byte[] text() {
        String text = origin + "\n" + head.size() + "\n"
                + StrictBase64.encode(head.root().bytes()) + "\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads the text of a note.
     *
     * @throws NoteException {@link NoteException.Fault#MALFORMED} if it has any other form
     */
    public static Checkpoint parse(byte[] text) throws NoteException {
        String[] lines = SignedNote.utf8(text).split("\n", -1);
        if (lines.length != LINES + 1 || !lines[LINES].isEmpty()) {
            throw NoteException.malformed("a checkpoint has three lines");
        }
        if (!isOrigin(lines[0])) {
            throw NoteException.malformed("a checkpoint begins with its origin");
        }
        return new Checkpoint(lines[0], new TreeHead(size(lines[1]), root(lines[2])));
    }

    private static long size(String text) throws NoteException {
        return decimal(text).orElseThrow(() -> NoteException.malformed("tree size is not a decimal number below 2^63"));
    }

    /** A decimal number in {@code 0..2^63-1} without sign and leading zeros, or nothing. */
    static OptionalLong decimal(String text) {
        boolean decimal = !text.isEmpty()
                && text.length() <= SIZE_DIGITS_MAX
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && (text.length() == 1 || text.charAt(0) != '0');
        if (!decimal || (text.length() == SIZE_DIGITS_MAX && text.compareTo(Long.toString(Long.MAX_VALUE)) > 0)) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseLong(text));
    }

    private static Hash root(String text) throws NoteException {
        try {
            return Hash.of(StrictBase64.decode(text));
        } catch (IllegalArgumentException e) {
            throw new NoteException(NoteException.Fault.MALFORMED, "root is not base64 of 32 bytes", e);
        }
    }
}
