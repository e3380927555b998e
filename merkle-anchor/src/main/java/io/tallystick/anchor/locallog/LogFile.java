// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.locallog;

import io.tallystick.anchor.file.LockedFile;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSigner;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.SignedNote;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.LocalLogReceipt;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeExtension;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.SigningKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * The log: a file that only grows, one {@link LogLine} an entry, and beside it {@code <file>.state} with what was signed last.
 * For one thread and, by a lock on the file, one process.
 *
 * <pre>
 * append    1 line, fsync     2 sign the tree with it     3 state: new file, fsync, rename, fsync of the directory
 * crash at  1  a torn line: cut off at the next start     after 1  a line not signed yet: taken in at the next start
 * </pre>
 *
 * A log shorter than its state says, or a line that is not in its form, is refused: that is no crash.
 */
final class LogFile implements AutoCloseable {
    private static final int READ_BYTES = 64 * 1024;

    private final Path path;
    private final String id;
    private final String origin;
    private final NoteSigner signer;
    private final LockedFile file;
    private final FileChannel channel;
    private final Object fileKey;
    private CompactRange range = CompactRange.EMPTY;
    private LogState signed = new LogState(0, CompactRange.EMPTY, TreeHead.EMPTY, "");
    private LogLine last;
    private List<Hash> lastProof = List.of();
    private CompactRange beforeLast = CompactRange.EMPTY;
    private long lastAt;
    private long bytes;
    private long cut;

    private LogFile(Path path, String id, String origin, SigningKey key, LockedFile file) throws IOException {
        this.path = path;
        this.id = id;
        this.origin = origin;
        this.signer = NoteSigners.of(origin, key);
        this.file = file;
        this.channel = file.channel();
        this.fileKey = keyOf(path);
    }

    /**
     * Opens the log, or begins one.
     *
     * @param id as the trust root lists it
     * @param origin first line of its checkpoints, and name of its key
     * @throws LogException if it is not the log that was signed
     * @throws IOException if it cannot be read or written, or is in use
     */
    static LogFile open(Path path, String id, String origin, SigningKey key) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        LockedFile file = LockedFile.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean open = false;
        try {
            LogFile log = new LogFile(path, id, origin, key, file);
            log.recover();
            open = true;
            return log;
        } finally {
            if (!open) {
                file.close();
            }
        }
    }

    private void recover() throws IOException {
        Path state = stateOf(path);
        if (Files.exists(state)) {
            byte[] json = Files.size(state) > LogState.SIZE_MAX ? new byte[0] : Files.readAllBytes(state);
            signed = LogState.parse(json, origin, signer.verifier());
            range = signed.range();
            bytes = signed.bytes();
        }
        readTail();
        if (range.size() < signed.head().size()) {
            throw new LogException(path + " has " + range.size() + " entries, fewer than the "
                    + signed.head().size() + " that were signed: it was shortened");
        }
        cut = channel.size() - bytes;
        if (cut > 0) {
            channel.truncate(bytes);
            channel.force(true);
        }
    }

    /** Takes in the whole lines after {@link #bytes}. */
    private void readTail() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
        for (long at = bytes; channel.read(buffer, at) > 0; buffer.clear()) {
            at += buffer.flip().remaining();
            while (buffer.hasRemaining()) {
                byte b = buffer.get();
                if (b != '\n') {
                    line.write(b);
                    if (line.size() > LogLine.BYTES_MAX) {
                        throw new LogException(path + " has a line that is too long after byte " + bytes);
                    }
                } else {
                    takeIn(LogLine.parse(line.toByteArray(), range.size()), line.size() + 1);
                    line.reset();
                }
            }
        }
    }

    private void takeIn(LogLine line, int length) throws LogException {
        TreeExtension extension = new TreeExtension(range, List.of(line.leafHash()));
        if (extension.head().size() == signed.head().size() && !extension.head().equals(signed.head())) {
            throw new LogException("line " + line.index() + " of " + path + " is not the one that was signed");
        }
        lastProof = extension.inclusionProof(range.size());
        beforeLast = range;
        lastAt = bytes;
        range = extension.extended();
        bytes += length;
        last = line;
    }

    /**
     * Logs a checkpoint; what was logged last is not logged twice.
     *
     * @return the receipt: its leaf is in the tree that is signed with it
     * @throws IOException if the file cannot be written: the log must be opened again
     */
    LocalLogReceipt append(byte[] object) throws IOException {
        if (last == null || !last.leaf().equals(Hash.sha256(object))) {
            LogLine line = LogLine.of(range.size(), object);
            byte[] encoded = line.encode();
            ByteBuffer buffer = ByteBuffer.wrap(encoded);
            for (long at = bytes; buffer.hasRemaining(); ) {
                at += channel.write(buffer, at);
            }
            channel.force(true);
            if (!isInPlace()) {
                throw new IOException(path + " was replaced while it was written; it is opened again");
            }
            takeIn(line, encoded.length);
        }
        return new LocalLogReceipt(id, last.index(), last.leaf(), lastProof, sign());
    }

    /** Signs the tree as it is and makes that durable. */
    private String sign() throws IOException {
        String note;
        try {
            byte[] text = new Checkpoint(origin, range.head()).text();
            note = new String(SignedNote.sign(text, List.of(signer)).encode(), StandardCharsets.UTF_8);
        } catch (NoteException e) {
            throw new IllegalStateException("a checkpoint of ours can be signed", e);
        }
        signed = new LogState(lastAt, beforeLast, range.head(), note);
        Path fresh = path.resolveSibling(path.getFileName() + ".state.new");
        Files.write(
                fresh,
                signed.encode(),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(fresh, stateOf(path), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(path.toAbsolutePath().getParent())) {
            directory.force(true);
        }
        return note;
    }

    /** The file beside a log that says what was signed last. */
    static Path stateOf(Path log) {
        return log.resolveSibling(log.getFileName() + ".state");
    }

    /** Bytes of a torn line that were cut off when it was opened. */
    long cutBytes() {
        return cut;
    }

    /**
     * Requires that the log is not an older copy, with its state, of the one that confirmed something. Its key would sign a second
     * tree of a size that others have seen.
     *
     * @param ledger whose registry was confirmed; where the last entry is of another, nothing can be told
     * @param confirmed size of the registry confirmed last
     * @throws LogException if the last entry is of an older registry
     */
    void requireReaches(String ledger, long confirmed) throws LogException {
        if (last == null) {
            return;
        }
        try {
            Checkpoint logged = AnchoredCheckpoint.parse(last.object().getBytes(StandardCharsets.UTF_8))
                    .checkpoint();
            if (logged.origin().equals(ledger) && logged.head().size() < confirmed) {
                throw new LogException(path + " was set back: it ends with the registry of size "
                        + logged.head().size() + ", and that of size " + confirmed
                        + " was logged. Restore the newest copy"
                        + " of it and of " + stateOf(path).getFileName() + ", or begin a log under another id");
            }
        } catch (NoteException e) {
            throw new LogException("line " + last.index() + " of " + path + " is no checkpoint", e);
        }
    }

    /** Whether the path still leads to the file that is open: who renames a copy to its name takes the lines that follow away. */
    boolean isInPlace() throws IOException {
        return Files.exists(path) && fileKey.equals(keyOf(path));
    }

    private static Object keyOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** Number of entries. */
    long size() {
        return range.size();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
