// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files of one bundle's folder. Nothing outside of it is ever opened: names come from listing the folder, links are
 * not followed.
 */
final class BundleFolder {
    private static final int FILES_MAX = 200_000;
    private static final int DEPTH_MAX = 4;
    private static final OpenOption[] READ = {StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS};

    private final Path root;
    private final int filesMax;
    private final SortedMap<String, Long> sizes = new TreeMap<>();
    private final SortedMap<String, String> strange = new TreeMap<>();

    BundleFolder(Path root) throws IOException {
        this(root, FILES_MAX);
    }

    BundleFolder(Path root, int filesMax) throws IOException {
        this.root = root;
        this.filesMax = filesMax;
        Files.walkFileTree(root, Set.of(), DEPTH_MAX, new Listing());
    }

    /** Regular files by path in the bundle, with their sizes in bytes. */
    SortedMap<String, Long> sizes() {
        return sizes;
    }

    /** What must not be in a bundle's folder, with the reason. */
    SortedMap<String, String> strange() {
        return strange;
    }

    boolean has(String path) {
        return sizes.containsKey(path);
    }

    /** @throws NoSuchFileException if the folder's listing had no such file */
    InputStream open(String path) throws IOException {
        if (!has(path)) {
            throw new NoSuchFileException(path);
        }
        return Files.newInputStream(root.resolve(path), READ);
    }

    /** The whole file, or null if it is larger than the limit. */
    byte[] read(String path, long bytesMax) throws IOException {
        if (sizes.getOrDefault(path, 0L) > bytesMax) {
            return null;
        }
        try (InputStream in = open(path)) {
            byte[] bytes = in.readNBytes((int) Math.min(bytesMax + 1, Integer.MAX_VALUE - 16));
            return bytes.length > bytesMax ? null : bytes;
        }
    }

    /** As {@link #read}; null also if there is no such file. */
    byte[] readIfThere(String path, long bytesMax) throws IOException {
        return has(path) ? read(path, bytesMax) : null;
    }

    Hash digest(String path) throws IOException {
        MessageDigest digest = Hash.newDigest();
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = open(path)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return Hash.of(digest.digest());
    }

    private final class Listing extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String path = root.relativize(file)
                    .toString()
                    .replace(file.getFileSystem().getSeparator(), "/");
            if (sizes.size() + strange.size() >= filesMax) {
                strange.put(path, "more than " + filesMax + " files in the folder");
                return FileVisitResult.TERMINATE;
            }
            if (!attributes.isRegularFile()) {
                strange.put(path, attributes.isDirectory() ? "folder too deep" : "not a regular file");
            } else if (!BundleLayout.isPath(path)) {
                strange.put(path, "not a name a bundle's file can have");
            } else {
                sizes.put(path, attributes.size());
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
