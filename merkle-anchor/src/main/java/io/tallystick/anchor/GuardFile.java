// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.file.FileInUseException;
import io.tallystick.anchor.file.LockedFile;
import io.tallystick.anchor.sign.GuardText;
import io.tallystick.anchor.sign.Root;
import io.tallystick.anchor.sign.SigningGuard;
import io.tallystick.anchor.sign.UnfitSignerException;
import io.tallystick.anchor.sign.UnfitSignerException.Reason;
import io.tallystick.topic.LedgerIntegrityException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.KafkaException;

/**
 * The signer's second guard, outside Kafka: for every origin the largest tree head it has set out to sign, in a file whose
 * disk the brokers' administrators have no hand on. With it, topics that were replaced or cut lead to no second history.
 *
 * <p>A head is in the file before it is in {@code ledger.signer}, and in both before it is signed. So the file never says
 * less than the topic; one that does is an old copy, and is refused. It is replaced as a whole: written beside, forced to
 * disk, renamed, directory forced. While open it is locked ({@code <file>.lock}), because two writers would overwrite each
 * other. It is never made by the signer: a file that is missing may be a disk that is not mounted.
 *
 * <p>For one thread.
 */
final class GuardFile implements AutoCloseable {
    private static final Set<StandardOpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);

    private final Path path;
    private final String ledger;
    private final Disk disk;
    private final LockedFile lockFile;
    private final SigningGuard guard;
    private Object fileKey;
    private byte[] content;

    /** The steps that put new content in the file's place. Each that throws leaves open whether it was done. */
    interface Disk {
        /** When this returns the content is on disk, under a name of its own. */
        void write(Path fresh, byte[] content) throws IOException;

        /** Gives it the file's name, in place of what had it. */
        void rename(Path fresh, Path file) throws IOException;

        /** When this returns the names in the directory are on disk. */
        void force(Path directory) throws IOException;
    }

    /** The file system's own means. */
    static final Disk DISK = new Disk() {
        @Override
        public void write(Path fresh, byte[] content) throws IOException {
            GuardFile.write(fresh, content);
        }

        @Override
        public void rename(Path fresh, Path file) throws IOException {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void force(Path directory) throws IOException {
            GuardFile.force(directory);
        }
    };

    private GuardFile(Path path, String ledger, Disk disk, LockedFile lockFile) throws IOException {
        this.path = path;
        this.ledger = ledger;
        this.disk = disk;
        this.lockFile = lockFile;
        requireSize(path);
        this.fileKey = keyOf(path);
        this.content = Files.readAllBytes(path);
        this.guard = parse(path, ledger, content);
    }

    /** {@link #open(Path, String, Disk)} on {@link #DISK}. */
    static GuardFile open(Path path, String ledger) {
        return open(path, ledger, DISK);
    }

    /**
     * Locks and reads the file; of a symbolic link, the file it leads to.
     *
     * @throws UnfitSignerException if it is missing, damaged or another ledger's; the message says what to do
     * @throws KafkaException if it is locked or cannot be read just now
     */
    static GuardFile open(Path path, String ledger, Disk disk) {
        LockedFile lockFile = null;
        boolean open = false;
        try {
            Path real = path.toRealPath();
            lockFile = lock(real);
            GuardFile file = new GuardFile(real, ledger, disk, lockFile);
            open = true;
            return file;
        } catch (NoSuchFileException e) {
            throw new UnfitSignerException(
                    Reason.GUARD_FILE,
                    "the signer's guard file " + path + " is missing; is its disk mounted? If it was lost, restore its"
                            + " newest copy; if there never was one, make it with 'tally keys guard'",
                    e);
        } catch (IOException e) {
            throw new KafkaException("cannot read the signer's guard file " + path, e);
        } finally {
            if (!open) {
                release(lockFile);
            }
        }
    }

    private static LockedFile lock(Path path) throws IOException {
        try {
            return LockedFile.open(path.resolveSibling(path.getFileName() + ".lock"), StandardOpenOption.WRITE);
        } catch (FileInUseException e) {
            throw new KafkaException("the signer's guard file " + path + " is locked: " + e.getMessage(), e);
        }
    }

    private static void requireSize(Path path) throws IOException {
        if (Files.size(path) > GuardText.SIZE_MAX) {
            throw new UnfitSignerException(
                    Reason.GUARD_FILE,
                    "the signer's guard file " + path + " is larger than " + GuardText.SIZE_MAX
                            + " bytes; restore its newest copy");
        }
    }

    private static SigningGuard parse(Path path, String ledger, byte[] content) {
        try {
            return GuardText.parse(ledger, content);
        } catch (IllegalArgumentException | LedgerIntegrityException e) {
            throw new UnfitSignerException(
                    Reason.GUARD_FILE,
                    "the signer's guard file " + path + " is not usable: " + e.getMessage()
                            + "; restore its newest copy, or see 'tally keys guard --help'",
                    e);
        }
    }

    /**
     * Makes the file of a ledger from the intents it has; complete and on disk, or not there at all: an empty one would be refused
     * without a remedy.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is one
     */
    static void create(Path path, String ledger, SigningGuard intents) throws IOException {
        Path file = path.toAbsolutePath();
        Path draft = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
        try {
            write(draft, GuardText.encode(ledger, intents));
            // A hard link fails if the name is taken, which a rename would not.
            Files.createLink(file, draft);
        } catch (UnsupportedOperationException e) {
            throw new IOException(path + " is on a file system without permissions or hard links", e);
        } finally {
            Files.deleteIfExists(draft);
        }
        force(file.getParent());
    }

    /**
     * Compares with the intents in {@code ledger.signer}.
     *
     * @throws UnfitSignerException if the topic says more than the file
     * @throws LedgerIntegrityException if it says something else
     */
    void requireCovers(SigningGuard topic) {
        guard.requireCovers(
                topic,
                path + " is an old copy, or the topic was written by a signer without it. Stop, compare the topic with"
                        + " checkpoints that others hold, then restore the newest copy or see 'tally keys guard --help'");
    }

    /** The guard as it is on disk. */
    SigningGuard guard() {
        return guard;
    }

    /**
     * Makes the heads durable, if the file allows them.
     *
     * @throws LedgerIntegrityException if the file contradicts one of them; then it is left as it was
     * @throws KafkaException if it cannot be written, and if another has written it; whether it was is not known, so open
     *     it anew
     */
    void admit(Collection<Root> roots) {
        SigningGuard next = new SigningGuard();
        guard.heads().forEach(next::record);
        boolean changed = false;
        for (Root root : roots) {
            if (requireSignable(root)) {
                next.record(root.origin(), root.head());
                changed = true;
            }
        }
        if (!changed) {
            return;
        }
        try {
            requireOurs();
            byte[] encoded = GuardText.encode(ledger, next);
            replace(encoded);
            fileKey = keyOf(path);
            content = encoded;
        } catch (IOException e) {
            throw new KafkaException("cannot write the signer's guard file " + path, e);
        }
        roots.forEach(root -> guard.record(root.origin(), root.head()));
    }

    private boolean requireSignable(Root root) {
        try {
            return guard.requireSignable(root.origin(), root.head());
        } catch (LedgerIntegrityException e) {
            throw new LedgerIntegrityException(
                    e.getMessage() + "; so says the guard file " + path
                            + ", and the ledger's topics do not: they were replaced or cut. Restore them, and do not"
                            + " remove the file",
                    e);
        }
    }

    private static Object keyOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** By its content, too: a file system may give the number of the file that was replaced to the one after the next. */
    private void requireOurs() throws IOException {
        requireSize(path);
        if (!keyOf(path).equals(fileKey) || !Arrays.equals(Files.readAllBytes(path), content)) {
            throw new KafkaException("the signer's guard file " + path + " was replaced by another writer");
        }
    }

    /** Replaces the file as a whole: when this returns, the new content is on disk under its name. */
    private void replace(byte[] content) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        disk.write(fresh, content);
        disk.rename(fresh, path);
        disk.force(path.getParent());
    }

    /** When this returns the content is on disk. */
    private static void write(Path fresh, byte[] content) throws IOException {
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (FileChannel channel = FileChannel.open(fresh, NEW_FILE, ownerOnly)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory)) {
            channel.force(true);
        }
    }

    private static void release(LockedFile lockFile) {
        try {
            if (lockFile != null) {
                lockFile.close();
            }
        } catch (IOException e) {
            throw new KafkaException("cannot unlock the signer's guard file", e);
        }
    }

    @Override
    public void close() {
        release(lockFile);
    }
}
