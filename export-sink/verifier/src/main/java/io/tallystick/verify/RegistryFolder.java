// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.note.NoteException;
import io.tallystick.note.SignedNote;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The shared leaves: {@code dt=…/window_start=…/{leaves.ndjson,checkpoint}} below one folder, or a single window's
 * folder.
 */
final class RegistryFolder {
    private final Path root;

    private RegistryFolder(Path root) {
        this.root = root;
    }

    /** The folder itself, or the registry inside a bucket. */
    static RegistryFolder of(Path given) {
        for (String inside : new String[] {BundleLayout.ROOT + "/registry", "registry"}) {
            if (isDirectory(given.resolve(inside))) {
                return new RegistryFolder(given.resolve(inside));
            }
        }
        return new RegistryFolder(given);
    }

    Path root() {
        return root;
    }

    static boolean isDirectory(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isFile(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** The folder of the window's leaves, if they are there. A single window's folder is of the window its leaves say. */
    Optional<Path> window(Instant start) throws IOException {
        if (isFile(root.resolve(BundleLayout.LEAVES))) {
            // Leaves that do not say their window are a fault of whatever they are given for.
            Optional<RegistryLeaf.Window> said = windowLeaf(root);
            return Optional.of(root)
                    .filter(folder -> said.isEmpty() || said.get().start().equals(start));
        }
        Path folder = root.resolve(BundleLayout.windowDir(start));
        return Optional.of(folder)
                .filter(path -> isDirectory(path.getParent())
                        && isDirectory(path)
                        && isFile(path.resolve(BundleLayout.LEAVES)));
    }

    /** Every window whose leaves are there, by start. */
    SortedMap<Instant, Path> windows() throws IOException {
        SortedMap<Instant, Path> windows = new TreeMap<>();
        if (isFile(root.resolve(BundleLayout.LEAVES))) {
            windowLeaf(root).ifPresent(leaf -> windows.put(leaf.start(), root));
            return windows;
        }
        try (DirectoryStream<Path> days = Files.newDirectoryStream(root, "dt=*")) {
            for (Path day : days) {
                if (isDirectory(day)) {
                    windowsOf(day, windows);
                }
            }
        }
        return windows;
    }

    private static void windowsOf(Path day, SortedMap<Instant, Path> windows) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(day, "window_start=*")) {
            for (Path folder : folders) {
                Optional<Instant> start = BundleLayout.windowStart(
                        day.getFileName().toString(), folder.getFileName().toString());
                if (start.isPresent() && isDirectory(folder) && isFile(folder.resolve(BundleLayout.LEAVES))) {
                    windows.put(start.get(), folder);
                }
            }
        }
    }

    /** Those of these windows whose leaves are there, by start. */
    SortedMap<Instant, Path> windows(Windows asked) throws IOException {
        return windows().subMap(asked.from(), asked.to());
    }

    /** Where the last of these windows ends whose leaves are there, as they say: not verified. */
    Optional<Instant> end(Windows asked) throws IOException {
        SortedMap<Instant, Path> windows = windows(asked);
        return windows.isEmpty()
                ? Optional.empty()
                : windowLeaf(windows.get(windows.lastKey())).map(RegistryLeaf.Window::end);
    }

    /** The last leaf of a window's folder, read without the others and not verified; absent if it is none. */
    static Optional<RegistryLeaf.Window> windowLeaf(Path folder) throws IOException {
        byte[] tail = FileTail.read(folder.resolve(BundleLayout.LEAVES), RegistryLeaf.BYTES_MAX + 2);
        int end = tail.length - 1;
        if (end < 0 || tail[end] != '\n') {
            return Optional.empty();
        }
        int begin = end;
        while (begin > 0 && tail[begin - 1] != '\n') {
            begin--;
        }
        try {
            return RegistryLeaf.parse(Arrays.copyOfRange(tail, begin, end)) instanceof RegistryLeaf.Window leaf
                    ? Optional.of(leaf)
                    : Optional.empty();
        } catch (BundleException e) {
            return Optional.empty(); // reported by whoever reads all the leaves
        }
    }

    /** The registry checkpoint beside the leaves, if there is one. */
    static Optional<Documents.Note> checkpoint(Path folder) throws IOException, NoteException {
        Path file = folder.resolve(BundleLayout.CHECKPOINT);
        if (!isFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(Documents.note("registry checkpoint", in.readNBytes(SignedNote.SIZE_MAX + 1)));
        }
    }
}
