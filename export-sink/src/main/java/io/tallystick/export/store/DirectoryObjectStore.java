// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A directory of the local file system.
 *
 * <p>A PUT writes a scratch file, forces it to disk, links it under its name (a hard link fails if the name is taken, a
 * rename would replace) and forces the directory to disk. A crash leaves at most a scratch file in {@code .scratch},
 * which the next store opened on the directory removes. Needs a file system with hard links.
 */
public final class DirectoryObjectStore implements ObjectStore {
    private static final String SCRATCH = ".scratch";

    private final Path root;
    private final ScratchDirectory scratch;
    private final AtomicLong scratchFiles = new AtomicLong();

    private DirectoryObjectStore(Path root, ScratchDirectory scratch) {
        this.root = root;
        this.scratch = scratch;
    }

    /**
     * Opens the store, creating the directory if needed and removing what crashed writers left behind.
     *
     * @throws IOException if the directory cannot be created or written to
     */
    public static DirectoryObjectStore open(Path directory) throws IOException {
        Path root = directory.toAbsolutePath().normalize();
        createDurably(root);
        return new DirectoryObjectStore(root, ScratchDirectory.open(root.resolve(SCRATCH)));
    }

    @Override
    public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
        Path target = root.resolve(name.path());
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return existed(target);
        }
        createDurably(target.getParent());
        Path file = scratch.path().resolve(scratchFiles.incrementAndGet() + ".part");
        try {
            writeDurably(file, content);
            Files.createLink(target, file);
        } catch (FileAlreadyExistsException e) {
            return existed(target); // another writer was first
        } catch (UnsupportedOperationException e) {
            throw new FileSystemException(
                    root.toString(), null, "the file system has no hard links: " + e.getMessage());
        } finally {
            Files.deleteIfExists(file);
        }
        force(target.getParent());
        return PutOutcome.CREATED;
    }

    /** The writer of the object may have crashed before its name was durable. */
    private static PutOutcome existed(Path target) throws IOException {
        force(target.getParent());
        return PutOutcome.EXISTED;
    }

    private static void writeDurably(Path file, Content content) throws IOException {
        MessageDigest digest = Hash.newDigest();
        long written;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream out = new DigestOutputStream(Channels.newOutputStream(channel), digest);
                InputStream in = content.open()) {
            written = in.transferTo(out);
            channel.force(true);
        }
        Hash found = Hash.of(digest.digest());
        if (written != content.length() || !found.equals(content.sha256())) {
            throw new IOException("content changed while it was stored: expected " + content.length() + " bytes "
                    + content.sha256() + ", found " + written + " bytes " + found);
        }
    }

    /** Creates a directory and its missing parents, each of them durable before the next. */
    private static void createDurably(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            createDurably(parent);
        }
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
        if (parent != null) {
            force(parent);
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public Optional<InputStream> open(ObjectName name) throws IOException {
        Path file = root.resolve(name.path());
        if (Files.isDirectory(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.newInputStream(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        scratch.close();
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
