// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The folders of a bucket, as {@link BundleLayout} names them. What has no place among them could be anything, and is for
 * whoever finds it; empty folders are what an interrupted writer leaves.
 *
 * @param strays told of what does not belong there
 */
record BucketFolders(Consumer<Path> strays) {
    private static final String DAY = "dt=";
    private static final String LEADING = "registry";
    private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,18}");
    private static final Set<String> SHARED = Set.of(BundleLayout.LEAVES, BundleLayout.CHECKPOINT);

    /** Folders of a bundle, which can be there before any of its other files. */
    private static final Set<String> PARTS = Set.of("checkpoints", "proofs", "schemas");

    /** {@code dt=2026-11-21}. */
    static boolean isDay(Path folder) {
        String name = Target.nameOf(folder);
        if (!name.startsWith(DAY) || !RegistryFolder.isDirectory(folder)) {
            return false;
        }
        try {
            return LocalDate.parse(name.substring(DAY.length())).toString().equals(name.substring(DAY.length()));
        } catch (DateTimeParseException e) {
            return false; // a name is this or it is not
        }
    }

    /** {@code window_start=20261121T031500Z}, in the folder of its day. */
    static boolean isWindow(Path folder) {
        return RegistryFolder.isDirectory(folder)
                && BundleLayout.windowStart(Target.nameOf(folder.getParent()), Target.nameOf(folder))
                        .isPresent();
    }

    /** Looks through the leaves and checkpoints of the windows. */
    void registry(Path registry) throws IOException {
        for (Path day : Target.children(registry)) {
            if (isDay(day)) {
                windows(day);
            } else {
                strays.accept(day);
            }
        }
    }

    private void windows(Path day) throws IOException {
        for (Path window : Target.children(day)) {
            if (isWindow(window)) {
                leaves(window);
            } else {
                strays.accept(window);
            }
        }
    }

    private void leaves(Path window) throws IOException {
        for (Path file : Target.children(window)) {
            require(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && SHARED.contains(Target.nameOf(file)), file);
        }
    }

    /**
     * Looks through the folders of receipts, and leaves that only lead to later checkpoints, as evidence archives have them.
     * What lies in the folder of a checkpoint is for phase 7.
     */
    void anchors(Path anchors) throws IOException {
        for (Path child : Target.children(anchors)) {
            if (isDay(child)) {
                sizes(child);
            } else if (RegistryFolder.isDirectory(child) && Target.nameOf(child).equals(AnchorFolder.LATER)) {
                later(child);
            } else {
                strays.accept(child);
            }
        }
    }

    private void later(Path folder) throws IOException {
        for (Path child : Target.children(folder)) {
            if (RegistryFolder.isDirectory(child) && Target.nameOf(child).equals(LEADING)) {
                registry(child);
            } else {
                strays.accept(child);
            }
        }
    }

    private void sizes(Path day) throws IOException {
        for (Path size : Target.children(day)) {
            require(
                    RegistryFolder.isDirectory(size)
                            && SIZE.matcher(Target.nameOf(size)).matches(),
                    size);
        }
    }

    /** Looks through the folder of a window that has none of a bundle's files yet. */
    void unfinished(Path window) throws IOException {
        for (Path part : Target.children(window)) {
            require(RegistryFolder.isDirectory(part) && PARTS.contains(Target.nameOf(part)), part);
        }
    }

    private void require(boolean belongs, Path path) {
        if (!belongs) {
            strays.accept(path);
        }
    }
}
