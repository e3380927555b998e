// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import io.tallystick.tree.Hash;
import io.tallystick.tree.Proofs;
import io.tallystick.trust.StrictBase64;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An inclusion proof with the checkpoint it leads to. c2sp.org/tlog-proof@v1, files named {@code .tlog-proof}:
 *
 * <pre>
 * proof = "c2sp.org/tlog-proof@v1" LF ["extra " base64 LF] "index " decimal LF *63(base64(hash) LF) LF checkpoint
 * </pre>
 *
 * The hashes go from the leaf's sibling upwards. The checkpoint is the signed note as it is, at most 64 KiB; what it
 * says, and that the path leads to it, is not checked here. {@code extra} is authenticated by nothing. Immutable.
 */
public final class TlogProof {
    /** First line. */
    public static final String HEADER = "c2sp.org/tlog-proof@v1";

    /** What the extra line may hold, in bytes. */
    public static final int EXTRA_MAX = 64 * 1024;

    /** Longest text, in bytes. */
    public static final int SIZE_MAX = SignedNote.SIZE_MAX + EXTRA_MAX / 3 * 4 + 4096;

    private static final String EXTRA = "extra ";
    private static final String INDEX = "index ";
    private static final int LINE_MAX = EXTRA.length() + (EXTRA_MAX + 2) / 3 * 4;

    private final long index;
    private final List<Hash> path;
    private final byte[] checkpoint;
    private final byte[] extra;

    private TlogProof(long index, List<Hash> path, byte[] checkpoint, byte[] extra) {
        this.index = index;
        this.path = path;
        this.checkpoint = checkpoint;
        this.extra = extra;
    }

    /**
     * A proof without extra data.
     *
     * @param index of the leaf, not negative
     * @param path at most 63 sibling hashes, the leaf's own first
     * @param checkpoint 1 to 65,536 bytes
     */
    public static TlogProof of(long index, List<Hash> path, byte[] checkpoint) {
        return of(index, path, checkpoint, null);
    }

    /** As {@link #of(long, List, byte[])}, with data for the reader that nothing vouches for. */
    public static TlogProof withExtra(long index, List<Hash> path, byte[] checkpoint, byte[] extra) {
        return of(index, path, checkpoint, Objects.requireNonNull(extra));
    }

    private static TlogProof of(long index, List<Hash> path, byte[] checkpoint, byte[] extra) {
        if (index < 0 || path.size() > Proofs.LENGTH_MAX) {
            throw new IllegalArgumentException("index " + index + ", " + path.size() + " hashes");
        }
        if (checkpoint.length == 0 || checkpoint.length > SignedNote.SIZE_MAX) {
            throw new IllegalArgumentException("checkpoint of " + checkpoint.length + " bytes");
        }
        if (extra != null && extra.length > EXTRA_MAX) {
            throw new IllegalArgumentException("extra data of " + extra.length + " bytes");
        }
        return new TlogProof(index, List.copyOf(path), checkpoint.clone(), extra == null ? null : extra.clone());
    }

    /** The leaf's index, 0-based. */
    public long index() {
        return index;
    }

    /** Sibling hashes from the leaf upwards. */
    public List<Hash> path() {
        return path;
    }

    /** The note as it is; a copy. */
    public byte[] checkpoint() {
        return checkpoint.clone();
    }

    /** Data for the reader, authenticated by nothing. */
    public Optional<byte[]> extra() {
        return Optional.ofNullable(extra).map(byte[]::clone);
    }

    /** The text's bytes. */
    public byte[] encode() {
        StringBuilder head = new StringBuilder(HEADER).append('\n');
        if (extra != null) {
            head.append(EXTRA).append(StrictBase64.encode(extra)).append('\n');
        }
        head.append(INDEX).append(index).append('\n');
        path.forEach(hash -> head.append(StrictBase64.encode(hash.bytes())).append('\n'));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head.append('\n').toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(checkpoint);
        return out.toByteArray();
    }

    /**
     * Reads a proof; verifies nothing.
     *
     * @throws NoteException {@link NoteException.Fault#MALFORMED} if the bytes are not what {@link #encode} writes
     */
    public static TlogProof parse(byte[] bytes) throws NoteException {
        if (bytes.length > SIZE_MAX) {
            throw NoteException.malformed("the proof is larger than " + SIZE_MAX + " bytes");
        }
        return new Parser(bytes).proof();
    }

    private static final class Parser {
        private final byte[] bytes;
        private int at;

        Parser(byte[] bytes) {
            this.bytes = bytes;
        }

        TlogProof proof() throws NoteException {
            if (!line().equals(HEADER)) {
                throw NoteException.malformed("the proof does not begin with " + HEADER);
            }
            String line = line();
            byte[] extra = null;
            if (line.startsWith(EXTRA)) {
                extra = base64("extra", line.substring(EXTRA.length()));
                line = line();
            }
            if (!line.startsWith(INDEX)) {
                throw NoteException.malformed("the proof has no index line");
            }
            OptionalLong index = Checkpoint.decimal(line.substring(INDEX.length()));
            if (index.isEmpty()) {
                throw NoteException.malformed("the index is not a decimal number");
            }
            List<Hash> path = path();
            byte[] checkpoint = Arrays.copyOfRange(bytes, at, bytes.length);
            try {
                return of(index.getAsLong(), path, checkpoint, extra);
            } catch (IllegalArgumentException e) {
                throw new NoteException(NoteException.Fault.MALFORMED, e.getMessage(), e);
            }
        }

        private List<Hash> path() throws NoteException {
            List<Hash> path = new ArrayList<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                byte[] hash = base64("a hash", line);
                if (hash.length != Hash.LENGTH || path.size() == Proofs.LENGTH_MAX) {
                    throw NoteException.malformed("not a path of at most 63 hashes of 32 bytes");
                }
                path.add(Hash.of(hash));
            }
            return path;
        }

        private static byte[] base64(String what, String text) throws NoteException {
            try {
                return StrictBase64.decode(text);
            } catch (IllegalArgumentException e) {
                throw new NoteException(NoteException.Fault.MALFORMED, what + " is not padded, canonical base64", e);
            }
        }

        private String line() throws NoteException {
            int end = at;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            if (end == bytes.length || end - at > LINE_MAX) {
                throw NoteException.malformed("the proof ends before its checkpoint");
            }
            String line = new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
            at = end + 1;
            return line;
        }
    }
}
