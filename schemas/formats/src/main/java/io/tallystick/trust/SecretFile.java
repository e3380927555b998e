// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Files that hold secrets. One is read only if nobody but its owner could have read or replaced it, and written so that
 * this holds from its first byte on.
 *
 * <p>Read: not a symbolic link, a regular file, owned by this process's user or root, no permission for group or
 * others, one link, not larger than allowed, and no directory on the way to it writable by group or others unless sticky.
 * The way may lead through symbolic links of this process's user or root; it is checked as it is written and as it resolves.
 */
public final class SecretFile {
    private static final int REGULAR = 0100000;
    private static final int SYMBOLIC_LINK = 0120000;
    private static final int TYPE_MASK = 0170000;
    private static final int GROUP_AND_OTHERS = 0077;
    private static final int WRITE_GROUP_AND_OTHERS = 0022;
    private static final int STICKY = 01000;

    /** As many as Linux follows. */
    private static final int LINKS_MAX = 40;

    private SecretFile() {}

    /**
     * Reads the whole file.
     *
     * @param sizeMax in bytes
     * @throws KeyException if the file is missing, unreadable or not protected; the message says what to change
     */
    public static byte[] read(Path path, int sizeMax) throws KeyException {
        try {
            Path file = path.toAbsolutePath();
            Map<String, Object> before = attributes(file);
            check(file, before, sizeMax);
            checkDirectories(file);
            byte[] content;
            try (SeekableByteChannel channel =
                    Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
                content = readAll(channel, sizeMax, file);
            }
            if (!identity(before).equals(identity(attributes(file)))) {
                throw new KeyException(path + " changed while it was read");
            }
            return content;
        } catch (NoSuchFileException e) {
            throw new KeyException(
                    "cannot read " + path + ": it does not exist",
                    "Name a file that is there. Is its disk mounted?",
                    e);
        } catch (IOException e) {
            throw new KeyException("cannot read " + path + ": " + e, e);
        } catch (UnsupportedOperationException e) {
            throw new KeyException(path + " is on a file system without owners and permissions", e);
        }
    }

    /**
     * Creates the file with mode 0600; complete and on disk, or not there at all.
     *
     * @throws KeyException if the path exists already or cannot be written
     */
    public static void write(Path path, byte[] content) throws KeyException {
        Path file = path.toAbsolutePath();
        Path draft = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
        try {
            try {
                var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
                try (FileChannel channel = FileChannel.open(
                        draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
                    ByteBuffer buffer = ByteBuffer.wrap(content);
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                    channel.force(true);
                }
                // A hard link fails if the name is taken, which a rename would not; the draft's own name goes below.
                Files.createLink(file, draft);
            } finally {
                Files.deleteIfExists(draft);
            }
            try (FileChannel directory = FileChannel.open(file.getParent())) {
                directory.force(true);
            }
        } catch (FileAlreadyExistsException e) {
            throw new KeyException(
                    "cannot create " + path + ": it exists",
                    "It stays as it is, nothing is ever written over a key. Name another file, or move that one away if"
                            + " nothing needs it.",
                    e);
        } catch (NoSuchFileException e) {
            throw new KeyException(
                    "cannot create " + path + ": its directory does not exist",
                    "Make the directory, mode 0700, or name another.",
                    e);
        } catch (IOException e) {
            throw new KeyException("cannot create " + path + ": " + e, e);
        } catch (UnsupportedOperationException e) {
            throw new KeyException(path + " is on a file system without owners and permissions", e);
        }
    }

    /**
     * Requires a directory that nobody but this process's user and root can change, nor the way to it, as {@link #read} does of
     * a file's way. Such a directory may be read by others.
     *
     * @throws KeyException if it is missing or not protected; the message says what to change
     */
    public static void requireProtected(Path directory) throws KeyException {
        try {
            Path real = directory.toRealPath();
            Map<String, Object> attributes = attributes(real);
            if (((Integer) attributes.get("mode") & WRITE_GROUP_AND_OTHERS) != 0) {
                throw new KeyException(real + " is writable by group or others; chmod go-w it");
            }
            checkOwner(real, attributes);
            checkDirectories(directory.toAbsolutePath().resolve("file"));
        } catch (IOException e) {
            throw new KeyException("cannot look at " + directory + ": " + e, e);
        } catch (UnsupportedOperationException e) {
            throw new KeyException(directory + " is on a file system without owners and permissions", e);
        }
    }

    private static byte[] readAll(SeekableByteChannel channel, int sizeMax, Path file)
            throws IOException, KeyException {
        byte[] buffer = new byte[sizeMax + 1];
        ByteBuffer target = ByteBuffer.wrap(buffer);
        while (target.hasRemaining() && channel.read(target) >= 0) {}
        try {
            if (target.position() > sizeMax) {
                throw new KeyException(file + " is larger than " + sizeMax + " bytes");
            }
            return Arrays.copyOf(buffer, target.position());
        } finally {
            Arrays.fill(buffer, (byte) 0);
        }
    }

    private static void check(Path file, Map<String, Object> attributes, int sizeMax) throws KeyException, IOException {
        int mode = (Integer) attributes.get("mode");
        if (type(attributes) != REGULAR) {
            throw new KeyException(file + " is not a regular file; symbolic links are not followed");
        }
        if ((mode & GROUP_AND_OTHERS) != 0) {
            throw new KeyException(file + " is open to group or others; chmod 600 it");
        }
        checkOwner(file, attributes);
        if ((Integer) attributes.get("nlink") != 1) {
            throw new KeyException(file + " has further hard links");
        }
        if ((Long) attributes.get("size") > sizeMax) {
            throw new KeyException(file + " is larger than " + sizeMax + " bytes");
        }
    }

    private static void checkOwner(Path path, Map<String, Object> attributes) throws KeyException, IOException {
        int owner = (Integer) attributes.get("uid");
        if (owner != 0 && owner != processUser()) {
            throw new KeyException(path + " belongs to user " + owner + ", neither this process's user nor root");
        }
    }

    private static int type(Map<String, Object> attributes) {
        return (Integer) attributes.get("mode") & TYPE_MASK;
    }

    /** Goes the way the system goes to the file, through every symbolic link: whoever can change a step of it has the file. */
    private static void checkDirectories(Path file) throws KeyException, IOException {
        Deque<Path> steps = new ArrayDeque<>();
        file.getParent().forEach(steps::addLast);
        Path reached = file.getRoot();
        checkDirectory(reached, attributes(reached));
        int links = 0;
        while (!steps.isEmpty()) {
            Path next = reached.resolve(steps.removeFirst());
            Map<String, Object> attributes = attributes(next);
            if (type(attributes) != SYMBOLIC_LINK) {
                // Of ".." and "." the real path; what was reached is free of links.
                reached = next.toRealPath();
                checkDirectory(reached, attributes);
                continue;
            }
            if (++links > LINKS_MAX) {
                throw new KeyException(file + " lies behind more than " + LINKS_MAX + " symbolic links");
            }
            checkOwner(next, attributes);
            Path target = Files.readSymbolicLink(next);
            List<Path> further = new ArrayList<>();
            target.forEach(further::add);
            Collections.reverse(further);
            further.forEach(steps::addFirst);
            reached = target.isAbsolute() ? file.getRoot() : reached;
        }
    }

    private static void checkDirectory(Path directory, Map<String, Object> attributes) throws KeyException {
        int mode = (Integer) attributes.get("mode");
        if ((mode & WRITE_GROUP_AND_OTHERS) != 0 && (mode & STICKY) == 0) {
            throw new KeyException(directory + " is writable by group or others; chmod go-w it");
        }
    }

    private static String identity(Map<String, Object> attributes) {
        return attributes.get("fileKey") + " " + attributes.get("size") + " " + attributes.get("ctime");
    }

    private static Map<String, Object> attributes(Path path) throws IOException {
        return Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
    }

    /** The user id new files get, which is the effective one; the JDK has no call for it. */
    private static int processUser() throws IOException {
        Path probe = Files.createTempFile("tallystick", null);
        try {
            return (Integer) Files.getAttribute(probe, "unix:uid");
        } finally {
            Files.delete(probe);
        }
    }
}
